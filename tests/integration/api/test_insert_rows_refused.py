"""A bulk insert that has one bad row stores none."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors, send
from tests.support.api import Api

GOOD = {"row_index": 10, "row_payload": {"id": "10"}}


def refuse(draft: Draft, rows: Any, want: int = 400, kind: str = "validation_error") -> tuple[str, str | None]:
    before = (draft.state(), draft.api.rows(draft.id))
    body = draft.api.post(f"{draft.path}/rows", {"rows": rows}, want)
    assert (draft.state(), draft.api.rows(draft.id)) == before
    (error,) = errors(body, kind=kind)
    return error


def test_more_than_10_000(draft: Draft) -> None:
    rows = [{"row_index": index, "row_payload": {}} for index in range(10_001)]
    assert refuse(draft, rows, 413, "client_error") == ("too_many_rows", "rows")


@pytest.mark.parametrize(
    "payload", [{"id": 1}, {"id": None}, {"id": True}, {"id": ["x"]}, {"id": {}}, {"text": "x", "id": 1.5}]
)
def test_a_value_that_is_no_text(draft: Draft, payload: dict[str, Any]) -> None:
    assert refuse(draft, [GOOD, {"row_index": 11, "row_payload": payload}]) == ("not_text", "rows.1.row_payload")


def test_a_column_that_is_not_there(draft: Draft) -> None:
    row = {"row_index": 11, "row_payload": {"id": "11", "other": "x"}}
    assert refuse(draft, [GOOD, row]) == ("unknown_column", "rows.1.row_payload")


def test_a_nul(draft: Draft) -> None:
    row = {"row_index": 11, "row_payload": {"text": "a\0b"}}
    assert refuse(draft, [GOOD, row]) == ("invalid_text", "rows.1.row_payload")


def test_half_of_a_surrogate_pair(draft: Draft) -> None:
    rows = '{"rows": [{"row_index": 11, "row_payload": {"text": "\\ud83d"}}]}'
    body = send(draft.api, "POST", f"{draft.path}/rows", rows, 400)
    assert errors(body, kind="client_error") == [("parse_error", None)]
    send(draft.api, "POST", f"{draft.path}/rows", rows.replace("\\ud83d", "\\ud83d\\ude00"), 201)
    assert draft.api.rows(draft.id)[2]["row_payload"]["text"] == "😀"


def test_other_content_under_a_taken_index(draft: Draft) -> None:
    row = {"row_index": 1, "row_payload": {"id": "2", "text": "changed"}}
    assert refuse(draft, [GOOD, row], 409, "client_error") == ("row_taken", "rows")


def test_an_index_twice_with_different_content(draft: Draft) -> None:
    rows = [GOOD, {"row_index": 10, "row_payload": {"id": "other"}}]
    assert refuse(draft, rows, 409, "client_error") == ("row_taken", "rows")


@pytest.mark.parametrize(
    ("row", "attr"),
    [
        ({"row_payload": {}}, "rows.1.row_index"),
        ({"row_index": -1, "row_payload": {}}, "rows.1.row_index"),
        ({"row_index": 2**31 - 1, "row_payload": {}}, "rows.1.row_index"),
        ({"row_index": 1.5, "row_payload": {}}, "rows.1.row_index"),
        ({"row_index": True, "row_payload": {}}, "rows.1.row_index"),
        ({"row_index": 11}, "rows.1.row_payload"),
        ({"row_index": 11, "row_payload": ["x"]}, "rows.1.row_payload"),
        ({"row_index": 11, "row_payload": None}, "rows.1.row_payload"),
        ("x", "rows.1.non_field_errors"),
    ],
)
def test_a_row_of_another_shape(draft: Draft, row: Any, attr: str) -> None:
    assert refuse(draft, [GOOD, row])[1] == attr


@pytest.mark.parametrize("rows", [None, "x", {"row_index": 0}])
def test_rows_that_are_no_list(draft: Draft, rows: Any) -> None:
    place = refuse(draft, rows)[1]
    assert place is not None
    assert place.startswith("rows")


@pytest.mark.parametrize("payload", [{}, {"": "x"}, {" ": "x"}, {"a\0": "x"}])
def test_keys_that_can_be_no_columns(api: Api, payload: dict[str, str]) -> None:
    empty = Draft(api, api.draft(api.network(None)))
    assert refuse(empty, [{"row_index": 0, "row_payload": payload}])[1] == "rows.0.row_payload"
    assert empty.state()["columns"] == []


def test_a_bad_row_leaves_a_draft_without_columns(api: Api) -> None:
    empty = Draft(api, api.draft(api.network(None)))
    rows = [{"row_index": 0, "row_payload": {"a": "x"}}, {"row_index": 1, "row_payload": {"b": "x"}}]
    assert refuse(empty, rows) == ("unknown_column", "rows.1.row_payload")
