"""After the start only the name and the concurrency change."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors, finish, set_status


@pytest.mark.parametrize("status", ["running", "paused", "completed", "cancelled"])
def test_name_and_concurrency_change(draft: Draft, status: str) -> None:
    draft.api.run(draft.id)
    if status == "completed":
        finish(draft.id, {0: {}, 1: {}})
    else:
        set_status(draft.id, status)
    after = draft.api.patch(draft.path, {"name": "new", "concurrency": 7})
    assert (after["name"], after["concurrency"]) == ("new", 7)


@pytest.mark.parametrize(
    "values",
    [
        {"prompt_template": "x"},
        {"columns": []},
        {"response_fields": []},
        {"network": "net"},
        {"agent_key": "a"},
        {"schema_mode": "keep"},
        {"debug": True},
        {"max_attempts": 2},
        {"name": "new", "debug": False},
    ],
)
def test_nothing_else_does(draft: Draft, values: dict[str, Any]) -> None:
    draft.api.run(draft.id)
    before = without_clock(draft.state())
    body = draft.api.patch(draft.path, values, 409)
    assert errors(body, kind="client_error") == [("wrong_status", None)]
    assert without_clock(draft.state()) == before


def without_clock(state: dict[str, Any]) -> dict[str, Any]:
    """How long it runs goes on."""
    return {**state, "progress": {**state["progress"], "running_seconds": None}}


def test_rows_do_not_change_either(draft: Draft) -> None:
    draft.api.run(draft.id)
    rows = {"rows": [{"row_index": 5, "row_payload": {"id": "5"}}]}
    for body in (draft.api.post(f"{draft.path}/rows", rows, 409), draft.api.upload(draft.id, b"a\n1\n", want=409)):
        assert errors(body, kind="client_error") == [("wrong_status", None)]
    assert draft.state()["progress"]["total"] == 2
