"""Every call of the API, by every method that it has: an unknown name is refused, and nothing is done."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import resolve

from experiments.api.base import ApiView
from tests.integration.api.test_description import public_description
from tests.integration.routes.scene import Scene, routes, state
from tests.integration.routes.table import API, ROUTES

pytestmark = pytest.mark.django_db
CALLS = [route for route in API if route.startswith("api/")]
NAME = "no_such_name"


def view_at(address: str) -> Any:
    return resolve(address).func.cls  # type: ignore[attr-defined]


def methods_at(address: str) -> list[str]:
    return [method for method in view_at(address)().allowed_methods if method != "OPTIONS"]


def send(place: Scene, method: str, address: str, body: Any = None) -> Any:
    client = place.clients["staff"]
    if body is None:
        return client.generic(method, address)
    if not any("json" in str(parser.media_type) for parser in view_at(address.partition("?")[0]).parser_classes):
        return client.generic(method, address, encode_multipart(BOUNDARY, body), content_type=MULTIPART_CONTENT)
    return client.generic(method, address, json.dumps(body), content_type="application/json")


def refused(place: Scene, method: str, address: str, body: Any = None) -> list[dict[str, Any]]:
    with transaction.atomic():
        response = send(place, method, address, body)
    assert response.status_code == 400, (method, address, body, response.content[:400])
    if method == "HEAD":
        return []
    errors: list[dict[str, Any]] = response.json()["errors"]
    assert {error["code"] for error in errors} == {"unknown"}, (method, address, body)
    return errors


def test_every_view_of_the_api_refuses_what_it_does_not_know() -> None:
    anything = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000", "path": "a"}
    for route in routes():
        if route.startswith("api/"):
            address = re.sub(r"<(\w+):\w+>", lambda found: anything[found[1]], route)
            assert issubclass(view_at(f"/{address}"), ApiView), route


@pytest.mark.parametrize("route", CALLS)
def test_an_unknown_query_parameter(place: Scene, route: str) -> None:
    address, before = place.address(route, ROUTES[route].on), state()
    methods = methods_at(address)
    assert methods
    for method in methods:
        errors = refused(place, method, f"{address}?{NAME}=1", {} if method in ("POST", "PATCH") else None)
        assert [error["attr"] for error in errors] == ([] if method == "HEAD" else [NAME]), method
    assert state() == before


@pytest.mark.parametrize("route", CALLS)
def test_an_unknown_key(place: Scene, route: str) -> None:
    address, before = place.address(route, ROUTES[route].on), state()
    for method in methods_at(address):
        errors = refused(place, method, address, {NAME: "1"})
        assert [error["attr"] for error in errors] == ([] if method == "HEAD" else [NAME]), method
    assert state() == before


def nested(
    described: dict[str, Any], schema: dict[str, Any], outer: frozenset[str] = frozenset()
) -> Iterator[tuple[Any, str]]:
    """For each object with named keys in a schema: a value with an unknown key there, and the path of that key.

    `outer`: the names of the schemas that it is in; what is inside itself, as fields are, is gone through once.
    """
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in outer:
        return
    if name:
        schema, outer = described["components"]["schemas"][name], outer | {name}
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from nested(described, part, outer)
    if "items" in schema:
        yield from (([value], f"0.{path}") for value, path in nested(described, schema["items"], outer))
    if schema.get("properties"):
        yield {NAME: 1}, NAME
        for name, inner in schema["properties"].items():
            yield from (({name: value}, f"{name}.{path}") for value, path in nested(described, inner, outer))


@pytest.mark.parametrize("route", CALLS)
def test_an_unknown_key_in_what_is_nested(place: Scene, route: str) -> None:
    address, before = place.address(route, ROUTES[route].on), state()
    for method, value, where in nested_at(route):
        assert [one["attr"] for one in refused(place, method, address, value)] == [where]
    assert state() == before


def test_what_is_nested_is_found() -> None:
    found = {where.rpartition(".")[0] for route in CALLS for _, _, where in nested_at(route)}
    assert {"agents.0", "columns.0", "response_fields.0", "response_fields.0.items", "rows.0", "scoring"} <= found


def nested_at(route: str) -> list[tuple[str, Any, str]]:
    """Method, body and path of the unknown key in it."""
    described = public_description()
    found = []
    for path, calls in described["paths"].items():
        for method, call in calls.items() if place_of(path) == place_of(f"/{route}") else ():
            schema = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            found += [(method.upper(), *one) for one in nested(described, schema) if one[1] != NAME]
    return found


def place_of(path: str) -> str:
    """The path without the names of its parameters."""
    return "/".join("<>" if part[:1] in "<{" else part for part in path.split("/"))
