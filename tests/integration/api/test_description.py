"""The description of the API: there for everybody, complete, and true to what is answered."""

import json
from functools import cache
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.support.api import Api

JSON = "application/vnd.oai.openapi+json"


def description(client: Any) -> dict[str, Any]:
    response = client.get("/api/schema", headers={"accept": JSON})
    assert response.status_code == 200
    found: dict[str, Any] = json.loads(response.content)
    return found


@cache
def public_description() -> dict[str, Any]:
    """As it is for everybody, which is all that there is: making it takes a second."""
    return description(Client())


def addresses(patterns: list[Any], before: str = "") -> set[str]:
    found = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            found.add("/" + before + str(pattern.pattern))
    return found


@pytest.mark.django_db
def test_it_needs_no_warning(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_it_is_there_for_users_and_for_everybody(api: Api) -> None:
    """It describes the door and shows nothing of what is behind it."""
    assert description(api.client) == description(Client())


def test_in_both_formats(api: Api) -> None:
    assert yaml.safe_load(api.client.get("/api/schema").content) == description(api.client)


@pytest.mark.django_db
def test_every_address_is_described() -> None:
    paths = public_description()["paths"]
    shapes = {path.replace("{", "<").replace("}", ">") for path in paths}
    wanted = set()
    for address in addresses(get_resolver().url_patterns):
        if (address.startswith("/api/") or address == "/run") and address not in ("/api/schema", "/api/docs"):
            wanted.add(
                address.replace("<uuid:", "<").replace("<int:pk>", "<id>").replace("<int:", "<").replace("<path:", "<")
            )
    assert len(wanted) > 15
    assert wanted - shapes == set()


@pytest.mark.django_db
def test_every_call_says_who_may_ask_and_what_an_error_looks_like() -> None:
    found = public_description()
    assert set(found["components"]["securitySchemes"]) == {"token", "cookieAuth", "worker"}
    for path, calls in found["paths"].items():
        for method, call in calls.items():
            assert {"token": []} in call["security"], (method, path)
            assert call["responses"]["default"]["content"]["application/json"]["schema"] == {
                "$ref": "#/components/schemas/Error"
            }


@pytest.mark.django_db
def test_the_run_token_is_written_and_never_read() -> None:
    schemas = public_description()["components"]["schemas"]
    assert "run_token" in schemas["NetworkRequest"]["properties"]
    assert "run_token" not in schemas["Network"]["properties"]
