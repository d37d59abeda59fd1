"""Which rows and columns of a sheet are the table."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from tests.unit.ingest.conftest import Ingest, Refusal
from tests.unit.ingest.workbook.support import data, row, xlsx

TABLE = data(row("a", "b"), row("1", "2"), row("3", "4"))


def cell(name: str, text: str) -> str:
    return f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>'


def read(ingest: Ingest, *sheets: str, options: dict[str, Any] | None = None, **more: Any) -> Any:
    table, rows = ingest(xlsx(*sheets, **more), filename="x.xlsx", **(options or {}))
    return table, [column.header for column in table.columns], rows


def test_empty_rows_and_columns_around_the_table_are_left_out(ingest: Ingest) -> None:
    sheet = data(
        '<row r="1"/>',
        f'<row r="3">{cell("B3", "a")}{cell("C3", "b")}<c r="D3" s="1"/></row>',
        f'<row r="4">{cell("B4", "1")}</row>',
        '<row r="9"><c r="XFD9"/></row>',
    )
    table, header, rows = read(ingest, sheet)
    assert (header, rows, table.header_line, table.warnings) == (["a", "b"], [["1", ""]], 3, [])


def test_empty_rows_within_it_are_left_out_and_said(ingest: Ingest) -> None:
    table, _, rows = read(ingest, data(row("a"), row("1"), row("2", number=9)))
    assert rows == [["1"], ["2"]]
    assert [(one.line, one.code, one.detail) for one in table.warnings] == [
        (3, "blank_line", "Lines 3 to 8 are empty and were left out.")
    ]
    assert table.line == 9


def test_a_column_without_a_header_is_kept(ingest: Ingest) -> None:
    rows = [row("a"), *[row("1")] * 300, row("1", "far below")]
    table, header, found = read(ingest, data(*rows))
    assert header == ["a", ""]
    assert found[-1] == ["1", "far below"]
    assert [one.code for one in table.warnings] == ["empty_header"]


@pytest.mark.parametrize("declared", ["A1:XFD1048576", "A1", "Z9", "nonsense"])
def test_what_the_workbook_says_of_its_size_is_not_trusted(ingest: Ingest, declared: str) -> None:
    _, header, rows = read(ingest, f'<dimension ref="{declared}"/>{TABLE}')
    assert (header, rows) == (["a", "b"], [["1", "2"], ["3", "4"]])


def test_a_cell_outside_of_a_size_that_seemed_right_refuses_the_file(refusal: Refusal) -> None:
    sheet = data(row("a"), *[row("1")] * 300, row("1", "far below"))
    refused = refusal(xlsx(f'<dimension ref="A1:A302"/>{sheet}'), filename="x.xlsx")
    assert (refused.code, refused.extra["line"], refused.extra["column"]) == ("ragged_row", 302, 2)


@pytest.mark.parametrize(
    ("chosen", "header", "rows"),
    [
        ("A1:B2", ["a", "b"], [["1", "2"]]),
        ("b1:b", ["b"], [["2"], ["4"]]),
        ("$A$1:$B$9", ["a", "b"], [["1", "2"], ["3", "4"]]),
        ("A:A", ["a"], [["1"], ["3"]]),
        ("A1:C3", ["a", "b", ""], [["1", "2", ""], ["3", "4", ""]]),
    ],
)
def test_a_range_is_the_table(ingest: Ingest, chosen: str, header: list[str], rows: list[list[str]]) -> None:
    table, *found = read(ingest, TABLE, options={"range": chosen})
    assert found == [header, rows]
    assert table.options["range"] == chosen


@pytest.mark.parametrize(
    "wrong", ["", "B3", "3:4", "F1:B2", "A5:B2", "A0:B2", "ZZZ1:ZZZ2", "A1:B1048577", "Sheet1!A1:B2"]
)
def test_what_is_no_range_is_refused(ingest: Ingest, wrong: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(ingest, TABLE, options={"range": wrong})
    assert (refused.value.code, refused.value.attr) == ("invalid_range", "range")


def test_a_range_without_cells_is_refused(refusal: Refusal) -> None:
    assert refusal(xlsx(TABLE), filename="x.xlsx", range="D1:E9").code == "empty_file"


@pytest.mark.parametrize(
    ("options", "header", "rows"),
    [
        ({"header": 0}, ["column 1", "column 2"], [["a", "b"], ["1", "2"], ["3", "4"]]),
        ({"header": 2}, ["1", "2"], [["3", "4"]]),
        ({"header_rows": 2}, ["a 1", "b 2"], [["3", "4"]]),
        ({"comment": "1"}, ["a", "b"], [["3", "4"]]),
    ],
)
def test_the_header_is_where_a_person_says(
    ingest: Ingest, options: dict[str, Any], header: list[str], rows: list[list[str]]
) -> None:
    assert read(ingest, TABLE, options=options)[1:] == (header, rows)


def test_hidden_rows_and_merged_cells_are_read_and_said(ingest: Ingest) -> None:
    sheet = '<cols><col min="2" max="2" hidden="1"/></cols>' + data(
        row("a", "b"), '<row hidden="1"><c><v>1</v></c><c><v>2</v></c></row>', row("3")
    )
    table, _, rows = read(ingest, sheet + '<mergeCells><mergeCell ref="A3:B3"/></mergeCells>')
    assert rows == [["1", "2"], ["3", ""]]
    assert {one.code for one in table.warnings} == {"hidden_cells", "merged_cells"}
    assert "1 hidden row and 1 hidden column" in table.warnings[0].detail
