"""Which sheet of a workbook is read, and what is said of the others."""

import pytest

from experiments.core.errors import InvalidInput
from tests.unit.ingest.conftest import Ingest, Refusal
from tests.unit.ingest.workbook.support import data, row, xlsx

FIRST, SECOND, EMPTY = data(row("a"), row("1")), data(row("b"), row("2")), data()


def test_the_first_sheet_that_holds_something_is_read(ingest: Ingest) -> None:
    table, rows = ingest(xlsx(EMPTY, FIRST), filename="x.xlsx")
    assert (rows, table.options["sheet"], table.warnings) == ([["1"]], "Sheet2", [])


def test_others_that_hold_something_are_named(ingest: Ingest) -> None:
    table, rows = ingest(xlsx(FIRST, EMPTY, SECOND, SECOND, states={4: "hidden"}), filename="x.xlsx")
    assert rows == [["1"]]
    assert [one.code for one in table.warnings] == ["other_sheets"]
    assert "“Sheet3”, “Sheet4” (hidden)" in table.warnings[0].detail
    assert "Sheet2" not in table.warnings[0].detail


def test_a_hidden_sheet_is_not_the_first(ingest: Ingest) -> None:
    table, rows = ingest(xlsx(FIRST, SECOND, states={1: "veryHidden"}), filename="x.xlsx")
    assert rows == [["2"]]
    assert "“Sheet1” (hidden)" in table.warnings[0].detail


@pytest.mark.parametrize("wanted", ["Sheet2", "sheet2 "])
def test_a_sheet_is_chosen_by_its_name(ingest: Ingest, wanted: str) -> None:
    table, rows = ingest(xlsx(FIRST, SECOND), filename="x.xlsx", sheet=wanted)
    assert (rows, table.options["sheet"], table.warnings) == ([["2"]], "Sheet2", [])


def test_an_unknown_sheet_is_refused_with_the_names_of_all(ingest: Ingest) -> None:
    with pytest.raises(InvalidInput) as refused:
        ingest(xlsx(FIRST, SECOND, states={2: "hidden"}), filename="x.xlsx", sheet="Orders")
    assert (refused.value.code, refused.value.attr) == ("unknown_sheet", "sheet")
    assert "Its sheets: “Sheet1”, “Sheet2” (hidden)." in refused.value.detail


@pytest.mark.parametrize("sheets", [[], [EMPTY], [EMPTY, EMPTY]])
def test_a_workbook_without_cells_is_empty(refusal: Refusal, sheets: list[str]) -> None:
    assert refusal(xlsx(*sheets), filename="x.xlsx").code == "empty_file"


def test_a_header_alone_is_refused(refusal: Refusal) -> None:
    assert refusal(xlsx(data(row("a"))), filename="x.xlsx").code == "no_rows"
