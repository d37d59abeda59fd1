"""Rows come in the order of `sort`, page by page, up and down, and in files."""

import json
from itertools import chain, pairwise
from typing import Any

import pytest

from csv_batches.models import CsvBatchRow
from experiments.selectors import sorted_rows
from experiments.selectors.row_order import WHOLE
from tests.integration.api.support import Draft, errors, finish
from tests.support.api import Api, numbered

ORIGIN = "http://testserver/api"
SCORE = {"name": "score", "type": "number", "required": False}


def indexes(page: Any) -> list[int]:
    return [row["row_index"] for row in page["results"]]


@pytest.mark.parametrize(
    ("sort", "rows"),
    [
        ("row_index", [0, 1, 2, 3, 4, 5]),
        ("-row_index", [5, 4, 3, 2, 1, 0]),
        ("field.score", [2, 0, 1, 3, 4, 5]),
        ("-field.score", [1, 0, 2, 5, 4, 3]),
        # An empty text is none.
        ("field.topic", [1, 0, 2, 3, 4, 5]),
        ("field.urgent", [1, 0, 2, 3, 4, 5]),
        ("-field.due", [1, 0, 5, 4, 3, 2]),
        # By the moment, not as it is written.
        ("field.seen", [3, 2, 0, 1, 4, 5]),
        ("field.tags", [0, 3, 1, 2, 4, 5]),
        ("-field.tags", [3, 0, 5, 4, 2, 1]),
        ("field.order.lines.price", [3, 0, 1, 2, 4, 5]),
        ("field.order.lines", [3, 0, 1, 2, 4, 5]),
        ("-column.id", [5, 4, 3, 2, 1, 0]),
    ],
)
def test_the_order(typed: Draft, sort: str, rows: list[int]) -> None:
    assert [row["row_index"] for row in typed.api.rows(typed.id, sort=sort)] == rows
    lines = typed.api.export(typed.id, sort=sort, format="jsonl").decode().splitlines()
    assert [json.loads(line)["run"]["row_index"] for line in lines] == rows


def test_cells_that_are_numbers_are_sorted_by_their_value(api: Api) -> None:
    cells = ["10", "9", "-3", "2.50", "2.5", "-3.5", "", "a", "B", "1e5", "00012"]
    batch = Draft(api, api.ready(api.network(None), [[cell, "x"] for cell in cells]))
    found = [cells[row["row_index"]] for row in api.rows(batch.id, sort="column.id")]
    assert found == ["-3.5", "-3", "2.50", "2.5", "9", "10", "00012", "1e5", "B", "a", ""]


@pytest.mark.parametrize(
    ("sort", "says"),
    [
        ("nothing", "Rows have no nothing to be sorted by. Sort by row_index, elapsed_ms, completed_at, field.<name>"),
        ("column.nowhere", "Rows have no column.nowhere"),
        ("field.nowhere", "There is no response field nowhere."),
        ("-field.more", "more has objects, which have no order."),
        ("--row_index", "Rows have no -row_index"),
    ],
)
def test_an_order_that_rows_do_not_have(typed: Draft, sort: str, says: str) -> None:
    for path in ("rows", "export"):
        body = typed.api.get(f"{typed.path}/{path}", 400, sort=sort)
        assert [where for _, where in errors(body)] == ["sort"]
        assert says in body["errors"][0]["detail"]


@pytest.fixture
def scored(api: Api) -> Draft:
    """Twelve rows: the scores 0, 1, 2, 0, 1, 2 … of eight of them, null of one, none of three."""
    batch = Draft(api, api.ready(api.network(None), numbered(12), response_fields=[SCORE]))
    api.run(batch.id)
    finish(batch.id, {**{n: {"score": n % 3} for n in range(8)}, 8: {"score": None}, 9: {}}, {10: "timeout"})
    return batch


@pytest.mark.parametrize("sort", ["field.score", "-field.score", "elapsed_ms", "-row_index", "-completed_at"])
@pytest.mark.parametrize("limit", [1, 3, 5])
def test_pages_lead_forth_and_back(scored: Draft, sort: str, limit: int) -> None:
    all_rows = indexes(scored.api.get(f"{scored.path}/rows", sort=sort))
    pages = [scored.api.get(f"{scored.path}/rows", sort=sort, limit=limit)]
    while pages[-1]["next"]:
        pages.append(scored.api.get(pages[-1]["next"].removeprefix(ORIGIN)))
    assert sorted(all_rows) == list(range(12))
    assert [*chain(*map(indexes, pages))] == all_rows
    assert pages[0]["previous"] is None
    for earlier, later in pairwise(pages):
        assert indexes(scored.api.get(later["previous"].removeprefix(ORIGIN))) == indexes(earlier)


def test_a_page_goes_on_where_the_last_one_ended_though_its_last_row_changed(scored: Draft) -> None:
    page = scored.api.get(f"{scored.path}/rows", sort="field.score", limit=4)
    assert indexes(page) == [0, 3, 6, 1]
    CsvBatchRow.objects.filter(queue_id=scored.id, row_index=1).update(corrected_payload={"score": 99})
    page = scored.api.get(page["next"].removeprefix(ORIGIN))
    assert indexes(page) == [4, 7, 2, 5]
    assert indexes(scored.api.get(page["next"].removeprefix(ORIGIN))) == [1, 8, 9, 10]


def test_with_filters(scored: Draft) -> None:
    def found(**query: Any) -> list[int]:
        return [row["row_index"] for row in scored.api.rows(scored.id, **query)]

    assert found(sort="-field.score", **{"field.score": "1.."}) == [5, 2, 7, 4, 1]
    assert found(sort="field.score", status="succeeded", search="row 1") == [1]
    assert found(sort="-row_index", status="failed") == [10]
    assert found(sort="-row_index", search="row 1") == [11, 10, 1]


@pytest.mark.parametrize("cursor", ["cj0xJnA9eA==", "cD01", "cD1bImZpZWxkLnNjb3JlIiwieCIsNV0="])
def test_a_cursor_of_another_order(scored: Draft, cursor: str) -> None:
    body = scored.api.get(f"{scored.path}/rows", 400, sort="field.score", cursor=cursor)
    assert errors(body) == [("invalid_cursor", "cursor")]


def test_where_sorting_takes_too_long_it_says_so(scored: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = "(SELECT 1 FROM pg_sleep(1) WHERE experiments_queueitem.row_index IS NOT NULL)"
    monkeypatch.setattr(sorted_rows, "LONGEST_MS", 20)
    monkeypatch.setattr("experiments.selectors.row_order._OF_A_ROW", {"elapsed_ms": (slow, WHOLE)})
    body = scored.api.get(f"{scored.path}/rows", 400, sort="elapsed_ms")
    assert errors(body) == [("too_broad", "sort")]
    assert "sort fewer rows" in body["errors"][0]["detail"]


@pytest.mark.parametrize("sort", ["field.score", "-field.score", "column.text"])
def test_many_rows_are_sorted_in_stretches(scored: Draft, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    """Whoever follows `next` gets the same pages, forth and back."""
    whole = indexes(scored.api.get(f"{scored.path}/rows", sort=sort))
    monkeypatch.setattr(sorted_rows, "FIRST_STRETCH", 5)
    monkeypatch.setattr(sorted_rows, "LOOK_S", 0.0)

    def page(address: str, tries: int) -> Any:
        for _ in range(tries):
            body = scored.api.get(address.removeprefix(ORIGIN), 400)
            assert errors(body) == [("too_broad", "sort")]
            address = body["next"]
        return scored.api.get(address.removeprefix(ORIGIN))

    first = page(f"{scored.path}/rows?sort={sort}&limit=5", 2)
    second = page(first["next"], 2)
    assert [indexes(first), indexes(second)] == [whole[:5], whole[5:10]]
    assert indexes(page(second["previous"], 2)) == whole[:5]
    assert "rows up to 4 were." in scored.api.get(f"{scored.path}/rows", 400, sort=sort)["errors"][0]["detail"]
