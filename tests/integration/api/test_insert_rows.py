"""Rows in bulk: stored under the index that they bring, once."""

from typing import Any
from uuid import UUID

import pytest

from csv_batches.services import draft_history
from experiments.core.errors import Conflict
from tests.integration.api.support import Draft
from tests.support.api import Api


def row(index: int, **cells: str) -> dict[str, Any]:
    return {"row_index": index, "row_payload": cells}


@pytest.fixture
def empty(api: Api) -> Draft:
    return Draft(api, api.draft(api.network(None)))


def insert(draft: Draft, *rows: dict[str, Any], want: int = 201) -> Any:
    return draft.api.post(f"{draft.path}/rows", {"rows": list(rows)}, want)


def test_rows_of_a_draft_without_columns(empty: Draft) -> None:
    assert insert(empty, row(5, b="x", a="\ty\n"), row(2, a="ü")) == {"inserted": 2, "total": 2}
    assert [(r["row_index"], r["row_payload"]) for r in empty.api.rows(empty.id)] == [
        (2, {"b": "", "a": "ü"}),
        (5, {"b": "x", "a": "\ty\n"}),
    ]
    state = empty.state()
    assert [(column["name"], column["header"]) for column in state["columns"]] == [("b", "b"), ("a", "a")]
    assert state["progress"]["total"] == state["progress"]["queued"] == 2


def test_undo_does_not_take_the_columns_of_rows_away(empty: Draft) -> None:
    empty.api.patch(empty.path, {"columns": [{"name": "a"}, {"name": "b"}]})
    insert(empty, row(0, a="x", b="y"))
    with pytest.raises(Conflict):
        draft_history.undo(batch_id=UUID(empty.id))
    assert empty.api.rows(empty.id)[0]["row_payload"] == {"a": "x", "b": "y"}


def test_rows_beside_those_of_a_file(draft: Draft) -> None:
    assert insert(draft, row(2, text="third")) == {"inserted": 1, "total": 3}
    assert draft.api.rows(draft.id)[2]["row_payload"] == {"id": "", "text": "third"}


def test_the_same_row_again_is_not_stored_twice(empty: Draft) -> None:
    insert(empty, row(0, a="x", b=""), row(1, a="y"))
    assert insert(empty, row(1, a="y", b=""), row(2, a="z")) == {"inserted": 1, "total": 3}
    assert insert(empty, row(3, a="w"), row(3, a="w", b="")) == {"inserted": 1, "total": 4}


def test_no_rows_at_all(draft: Draft) -> None:
    assert insert(draft) == {"inserted": 0, "total": 2}


def test_10_000_rows_in_one_call(empty: Draft) -> None:
    assert insert(empty, *(row(i, a=f"{i}\\t") for i in range(10_000))) == {"inserted": 10_000, "total": 10_000}
    assert empty.api.get(f"{empty.path}/rows/9999")["row_payload"] == {"a": "9999\\t"}


@pytest.mark.parametrize("text", ["\\", "\\N", "\\.", "\t", "\r\n", '"', "\u2028", "\u007f", "🙂", "{{ x }}", "\x1f"])
def test_texts_come_back_as_they_were(empty: Draft, text: str) -> None:
    insert(empty, row(0, a=text))
    assert empty.api.rows(empty.id)[0]["row_payload"] == {"a": text}


def test_names_that_mean_something_elsewhere(empty: Draft) -> None:
    cells = {"items": "1", "__class__": "2", "a.b": "3", "a b": "4", "{{x}}": "5", "row_index": "6"}
    insert(empty, {"row_index": 0, "row_payload": cells})
    assert empty.api.rows(empty.id)[0]["row_payload"] == cells
