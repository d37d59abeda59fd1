"""A batch is there for its owner and for staff. For anyone else it is a 404, and a 401 for nobody."""

from typing import Any

import pytest
from django.test import Client

from tests.integration.api.support import NOWHERE, Draft, errors, set_status
from tests.support.api import Api

CALLS: list[tuple[str, str, Any]] = [
    ("get", "", None),
    ("patch", "", {"name": "taken"}),
    ("delete", "", None),
    ("post", "/rows", {"rows": []}),
    ("get", "/rows", None),
    ("get", "/rows/0", None),
    ("post", "/preview", {}),
    ("post", "/run", {}),
    ("post", "/pause", {}),
    ("post", "/resume", {}),
    ("post", "/cancel", {}),
    ("post", "/retry", {}),
    ("get", "/export", None),
]


@pytest.fixture
def bobs(api: Api, bob: Api) -> Draft:
    return Draft(bob, bob.ready(api.network(None), [["1", "first"]]))


@pytest.mark.parametrize(("method", "path", "data"), CALLS)
def test_somebody_else_finds_nothing(bobs: Draft, method: str, path: str, data: Any) -> None:
    eve = Api.as_user("eve")
    body = eve.call(method, bobs.path + path, 404, data)
    assert errors(body, kind="client_error") == [("not_found", None)]
    assert bobs.state()["name"] == "batch"
    # … and cannot tell it from one that never was
    assert eve.call(method, f"/csv_batches/{NOWHERE}{path}", 404, data) == body


def test_somebody_else_uploads_nothing(bobs: Draft) -> None:
    Api.as_user("eve").upload(bobs.id, b"a\n1\n2\n", want=404)
    assert bobs.state()["progress"]["total"] == 1


@pytest.mark.parametrize(("method", "path", "data"), CALLS)
def test_nobody_is_asked_who_they_are(bobs: Draft, method: str, path: str, data: Any) -> None:
    response = getattr(Client(), method)(f"/api{bobs.path}{path}", data, content_type="application/json")
    assert response.status_code == 401
    assert errors(response.json(), kind="client_error") == [("not_authenticated", None)]


def test_lists_show_ones_own(api: Api, bobs: Draft) -> None:
    api.draft("net", name="of ann")
    assert [batch["name"] for batch in bobs.api.get("/csv_batches")["results"]] == ["batch"]
    assert Api.as_user("eve").get("/csv_batches")["results"] == []


def test_staff_sees_and_changes_all(api: Api, bobs: Draft) -> None:
    assert api.batch(bobs.id)["created_by"] == "bob"
    assert [batch["id"] for batch in api.get("/csv_batches")["results"]] == [bobs.id]
    api.patch(bobs.path, {"name": "seen"})
    api.run(bobs.id)
    api.post(f"{bobs.path}/cancel", want=202)
    assert bobs.state()["status"] == "cancelled"
    api.delete(bobs.path)
    bobs.api.get(bobs.path, 404)


def test_the_owner_does_all_of_it(bobs: Draft) -> None:
    bobs.api.run(bobs.id)
    bobs.api.post(f"{bobs.path}/pause", want=202)
    bobs.api.post(f"{bobs.path}/resume", want=202)
    set_status(bobs.id, "cancelled")
    bobs.api.export(bobs.id)
    bobs.api.delete(bobs.path)
