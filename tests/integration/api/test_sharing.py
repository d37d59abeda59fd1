"""A batch is shared with a user or with everybody: they see it as their role says, and nobody else does."""

import pytest

from tests.integration.api.support import Draft, errors
from tests.support.api import Api


@pytest.fixture
def shared(api: Api, bob: Api) -> Draft:
    """A draft of bob's, who is not staff; nobody else sees it yet."""
    return Draft(bob, bob.ready(api.network(None), [["1", "first"]]))


@pytest.fixture
def eve(shared: Draft) -> Api:
    return Api.as_user("eve")


def share(draft: Draft, want: int = 201, **values: object) -> dict[str, object]:
    made: dict[str, object] = draft.api.post(f"{draft.path}/shares", values, want)
    return made


def listed(api: Api) -> list[str]:
    return [batch["id"] for batch in api.get("/csv_batches")["results"]]


def test_a_viewer_reads_all_and_changes_nothing(shared: Draft, eve: Api) -> None:
    made = share(shared, user="eve", role="viewer")
    assert {**made, "id": 0} == {"id": 0, "user": "eve", "everyone": False, "role": "viewer"}
    assert listed(eve) == [shared.id]
    assert eve.get(shared.path)["role"] == "viewer"
    assert shared.state()["role"] == "owner"
    assert eve.get(f"{shared.path}/rows")["results"][0]["row_payload"]["text"] == "first"
    assert b"first" in eve.get(f"{shared.path}/export", partial=1)
    refused = eve.patch(shared.path, {"name": "mine"}, 403)
    assert errors(refused, kind="client_error") == [("permission_denied", None)]
    assert refused["errors"][0]["detail"] == "You can’t change this batch: your role is viewer. Ask bob."
    assert eve.get(f"{shared.path}/history")["results"][0]["action"] == "export"


def test_an_editor_works_on_it_and_neither_deletes_nor_shares_it(shared: Draft, eve: Api) -> None:
    share(shared, user="eve", role="editor")
    assert eve.patch(shared.path, {"name": "ours"})["role"] == "editor"
    eve.run(shared.id)
    eve.post(f"{shared.path}/pause", {}, 202)
    eve.delete(shared.path, 403)
    eve.get(f"{shared.path}/shares", 403)
    eve.post(f"{shared.path}/shares", {"user": "bob", "role": "viewer"}, 403)
    by = [(entry["user"], entry["action"]) for entry in shared.api.get(f"{shared.path}/history")["results"]]
    assert by == [("eve", "pause"), ("eve", "start"), ("bob", "share")]


def test_what_is_shared_with_everybody_is_seen_by_everybody(shared: Draft, eve: Api) -> None:
    share(shared, everyone=True, role="viewer")
    assert listed(eve) == listed(Api.as_user("dan")) == [shared.id]


def test_the_higher_role_counts(shared: Draft, eve: Api) -> None:
    share(shared, everyone=True, role="viewer")
    share(shared, user="eve", role="editor")
    assert eve.get(shared.path)["role"] == "editor"
    assert listed(eve) == [shared.id]


def test_nothing_else_is_seen(shared: Draft, eve: Api) -> None:
    other = shared.api.draft("net", name="other")
    share(shared, user="eve", role="editor")
    eve.get(f"/csv_batches/{other}", 404)
    Api.as_user("dan").get(shared.path, 404)


def test_sharing_again_changes_the_role_and_ends_when_it_is_taken_back(shared: Draft, eve: Api) -> None:
    first = share(shared, user="eve", role="viewer")
    assert share(shared, user="eve", role="editor")["id"] == first["id"]
    at = f"{shared.path}/shares"
    assert [one["role"] for one in shared.api.get(at)["results"]] == ["editor"]
    eve.delete(f"{at}/{first['id']}", 403)
    shared.api.delete(f"{at}/{first['id']}")
    shared.api.delete(f"{at}/{first['id']}", 404)
    eve.get(shared.path, 404)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"user": "nobody", "role": "viewer"}, ("does_not_exist", "user")),
        ({"user": "bob", "role": "viewer"}, ("invalid", "user")),
        ({"user": "eve", "role": "owner"}, ("invalid_choice", "role")),
        ({"role": "viewer"}, ("required", "user")),
        ({"user": "eve", "everyone": True, "role": "viewer"}, ("required", "user")),
    ],
)
def test_what_cannot_be_shared_so(shared: Draft, eve: Api, values: dict[str, object], error: tuple[str, str]) -> None:
    assert errors(share(shared, 400, **values)) == [error]


def test_a_duplicate_of_a_shared_batch_is_ones_own(shared: Draft, eve: Api) -> None:
    share(shared, user="eve", role="viewer")
    copy = eve.post(f"{shared.path}/duplicate", {})
    assert (copy["created_by"], copy["role"]) == ("eve", "owner")
    shared.api.get(f"/csv_batches/{copy['id']}", 404)
