"""The grid reads the columns and fields that it shows, cut to what a cell shows, in any order."""

from typing import Any

import pytest

from csv_batches.models import CsvBatch, CsvBatchRow
from experiments.core.errors import InvalidInput
from experiments.kinds import kind_of
from experiments.selectors import results
from experiments.selectors.grid_rows import Cell, GridPage, lines_of_grid, page_of_grid
from experiments.selectors.row_order import order_named
from experiments.selectors.sorted_rows import Start, find_sorted, place_of_row
from tests.integration.api.support import Draft


def grid(batch: Draft, wanted: dict[str, Any] | None = None, **more: Any) -> GridPage:
    queue = CsvBatch.objects.get(pk=batch.id)
    shown = {"columns": ("text",), "fields": ("score",), **more}
    return page_of_grid(queue, kind_of(queue).layout(queue), wanted or {}, **shown)


def indexes(page: GridPage) -> list[int]:
    return [row.row_index for row in page.rows]


def test_chosen_columns_and_fields_in_their_order(typed: Draft) -> None:
    names = ("tags", "order.number", "order.lines.price", "urgent", "due", "topic", "nowhere", "more")
    page = grid(typed, columns=("text", "nowhere", "id"), fields=names)
    assert page.rows[3].cells == (Cell("row 3", "string"), Cell("", ""), Cell("3", "string"))
    assert page.rows[3].answers == (
        Cell('["red"]', "array"),
        Cell("A-17", "string"),
        Cell("[2, 7.5]", "array"),
        *[Cell("", "")] * 5,
    )
    assert page.rows[2].answers[5:] == (Cell("", "string"), Cell("", ""), Cell('{"a": 1}', "object"))
    failed = page.rows[4]
    assert (failed.status, failed.error_code, failed.error_message) == ("failed", "timeout", "timeout happened")
    assert {one.text for one in failed.answers} == {""}


def test_null_is_told_from_nothing_and_a_correction_counts(typed: Draft) -> None:
    CsvBatchRow.objects.filter(queue_id=typed.id, row_index=0).update(corrected_payload={"score": None, "urgent": True})
    page = grid(typed, fields=("score", "topic", "urgent"))
    assert page.rows[0].answers == (Cell("", "null"), Cell("", ""), Cell("true", "boolean"))
    assert [row.is_corrected for row in page.rows] == [True, False, False, False, False, False]


def test_values_are_cut(typed: Draft) -> None:
    CsvBatchRow.objects.filter(queue_id=typed.id, row_index=1).update(
        payload=["1", "ä" * 100_000], result_payload={"topic": "é" * 5}, error_message="x" * 9
    )
    row = grid(typed, fields=("topic",), characters=5).rows[1]
    assert row.cells == (Cell("ä" * 5, "string", is_cut=True),)
    assert row.answers == (Cell("é" * 5, "string"),)
    assert row.error_message == "x" * 5


@pytest.mark.parametrize("sort", ["", "-row_index", "field.score", "-field.topic"])
def test_pages_forth_and_back(typed: Draft, sort: str) -> None:
    pages = [grid(typed, sort=sort, want=2)]
    while pages[-1].next:
        pages.append(grid(typed, sort=sort, want=2, after=pages[-1].next))
    assert [index for page in pages for index in indexes(page)] == indexes(grid(typed, sort=sort))
    assert [len(page.rows) for page in pages] == [2, 2, 2]
    assert pages[0].previous == ""
    assert indexes(grid(typed, sort=sort, want=2, before=pages[2].previous)) == indexes(pages[1])
    first = grid(typed, sort=sort, want=2, before=pages[1].previous)
    assert (indexes(first), first.previous, first.next) == (indexes(pages[0]), "", pages[0].next)


def test_filters_and_what_cannot_be(typed: Draft) -> None:
    assert indexes(grid(typed, {"field.score": "3.."}, sort="-field.score")) == [1, 0]
    wrongs: list[dict[str, Any]] = [{"sort": "field.x"}, {"after": "x"}, {"sort": "field.score", "after": "3"}]
    for wrong in wrongs:
        with pytest.raises(InvalidInput):
            grid(typed, **wrong)


def test_the_rows_beside_a_row_in_an_order(typed: Draft) -> None:
    queue = CsvBatch.objects.get(pk=typed.id)
    order = order_named(queue, "field.score")
    place = place_of_row(queue, order, 0)
    beside = [
        find_sorted(queue, {}, order, Start(place, up=True), want=1).places,
        find_sorted(queue, {}, order, Start(place), want=1).places,
    ]
    assert [[one.row_index for one in places] for places in beside] == [[2], [1]]
    assert place_of_row(queue, order, 99) is None


def test_rows_that_are_shown_are_read_again_as_they_stand(typed: Draft) -> None:
    queue = CsvBatch.objects.get(pk=typed.id)
    lines = lines_of_grid(queue, kind_of(queue).layout(queue), [4, 0, 99], columns=("id",), fields=("score",))
    assert [(line.row_index, line.answers[0].text) for line in lines] == [(4, ""), (0, "3")]


def test_heads_are_counted_once_for_many_looks_and_anew_after_a_correction(
    typed: Draft, django_assert_num_queries: Any
) -> None:
    queue = CsvBatch.objects.get(pk=typed.id)
    first = results.distributions_for_heads(queue)
    with django_assert_num_queries(0):
        assert results.distributions_for_heads(queue) == first
    typed.api.patch(f"{typed.path}/rows/0", {"corrected_payload": {"score": 8}})
    heads = results.distributions_for_heads(CsvBatch.objects.get(pk=typed.id))["fields"]
    assert next(one["max"] for one in heads if one["name"] == "score") == 8
