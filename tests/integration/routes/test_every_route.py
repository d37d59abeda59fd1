"""Every route of the URLconf, as everybody: the answer is the one in the table, and no GET changes anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.integration.routes.scene import Scene, routes, state
from tests.integration.routes.table import ADMIN_MODELS, ADMIN_OTHERS, ROUTES, WHO, Answer, Answers, Route

pytestmark = pytest.mark.django_db
UNSAFE = ("post", "put", "patch", "delete")
DENIED = (401, 403, 404, 405, 415)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def answer_of(response: Any, want: Answer) -> Answer:
    """The status, and for a redirect where it leads if the table says so."""
    if isinstance(want, tuple) and response.status_code == want[0]:
        return response.status_code, str(response["Location"])[: len(want[1])]
    status: int = response.status_code
    return status


def send(place: Scene, client: Client, method: str, route: str) -> Any:
    address = place.address(route, ROUTES[route].on)
    if method == "get":
        return client.get(address)
    if route.startswith(("api/", "run", "^api")):
        return client.generic(method.upper(), address, b"{}", content_type="application/json")
    return getattr(client, method)(address)


def answers(wanted: Answers) -> dict[str, Answer]:
    """By who asks; where nothing can be shared, editor and viewer are any other users, and are not asked."""
    return dict(zip(WHO, wanted, strict=False))


def refused_writers(route: Route) -> list[str]:
    """Who may change nothing there, by whatever method; nobody where there is nothing of others."""
    may, sees = answers(route.post), answers(route.get)
    if not {may["other"], sees["other"]} & {403, 404}:
        return []
    return [who for who in ("other", "anonymous", "viewer") if who != "viewer" or may.get(who) in (403, 405)]


def asked(place: Scene, method: str, route: str) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for who, want in answers(getattr(ROUTES[route], method)).items():
        with undone():
            found[who] = answer_of(send(place, place.clients[who], method, route), want)
    return found


def test_every_route_is_in_the_table_and_every_one_of_the_table_is_there() -> None:
    there = set(routes())
    listed = {*ROUTES, *ADMIN_MODELS, *ADMIN_OTHERS}
    assert sorted(there - listed) == [], "List these in tests/integration/routes/table.py."
    assert sorted(listed - there) == [], "These are gone: take them out of tests/integration/routes/table.py."


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_answers_each_as_the_table_says_and_does_nothing_unasked(place: Scene, route: str) -> None:
    before = state()
    for who, want in answers(ROUTES[route].get).items():
        assert answer_of(send(place, place.clients[who], "get", route), want) == want, f"GET {route} as {who}"
    after = state()
    if route.rstrip("/").endswith("/export"):
        # Who took the file is written down, and nothing else.
        assert after.pop("experiments.AuditEntry") != before["experiments.AuditEntry"]
        before = {name: before[name] for name in after}
    assert after == before, f"GET {route} changes something"
    before = state()
    for who in ("owner", "staff"):
        for method in UNSAFE:
            response = send(place, place.strangers[who], method, route)
            assert response.status_code in DENIED, f"{method} {route} as {who} without a CSRF token"
    for who in refused_writers(ROUTES[route]):
        for method in UNSAFE:
            send(place, place.clients[who], method, route)
    assert state() == before, f"{route} changes something for those who may not"
    assert asked(place, "post", route) == answers(ROUTES[route].post), f"POST {route}"
