"""Who one is: a token that is good, or a session. Anything else is a 401, in the shape of all errors."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from experiments.models import ApiToken
from tests.integration.api.support import errors
from tests.support.api import Api


def key_of(name: str, **user: Any) -> str:
    owner, _ = get_user_model().objects.get_or_create(username=name, defaults=user)
    return ApiToken.issue(user=owner, name="test")[1]


def get(header: str | None, path: str = "/api/networks") -> Any:
    return Client().get(path, headers={} if header is None else {"authorization": header})


def refused(response: Any) -> None:
    assert response.status_code == 401
    assert errors(response.json(), kind="client_error")[0][0] in ("not_authenticated", "authentication_failed")
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.django_db
def test_a_good_token() -> None:
    key = key_of("ann")
    assert get(f"Token {key}").status_code == 200
    assert get(f"token {key}").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/networks", "/api/csv_batches", "/api/runs", "/api/runs/x"])
def test_nobody(path: str) -> None:
    refused(get(None, path))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header", ["Token", "Token ", "Token a b", "Token wrong", "Token \u00e9", "Bearer x", "Basic eDp5", "x"]
)
def test_a_header_that_is_no_good_token(header: str) -> None:
    refused(get(header))


@pytest.mark.django_db
def test_a_revoked_token() -> None:
    key = key_of("ann")
    ApiToken.objects.update(revoked_at=timezone.now())
    refused(get(f"Token {key}"))


@pytest.mark.django_db
def test_a_token_of_somebody_who_was_shut_out() -> None:
    refused(get(f"Token {key_of('ann', is_active=False)}"))


@pytest.mark.django_db
def test_the_hash_of_a_token_is_none() -> None:
    refused(get(f"Token {ApiToken.digest(key_of('ann'))}"))


@pytest.mark.django_db
def test_the_time_of_use_is_noted() -> None:
    key = key_of("ann")
    get(f"Token {key}")
    assert ApiToken.objects.get().last_used_at is not None


def test_a_session_reads(api: Api) -> None:
    client = Client()
    client.force_login(get_user_model().objects.get(username="ann"))
    assert client.get("/api/networks").status_code == 200


def test_a_session_writes_with_a_csrf_token_only(api: Api) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(username="ann"))
    body: dict[str, Any] = {"name": "net"}
    without = client.post("/api/networks", body, content_type="application/json")
    assert without.status_code == 403
    assert errors(without.json(), kind="client_error") == [("permission_denied", None)]
    client.get("/login/")
    token = client.cookies["csrftoken"].value
    with_token = client.post("/api/networks", body, content_type="application/json", headers={"x-csrftoken": token})
    assert with_token.status_code == 201
