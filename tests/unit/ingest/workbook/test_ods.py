"""ODS: cells as their texts, repeated rows and cells, choice of a sheet, and what is refused."""

import pytest

from tests.unit.ingest.conftest import Ingest, Refusal
from tests.unit.ingest.workbook.support import archive, ods, ods_of_sheets

P = "<text:p>{}</text:p>"


def cells(*contents: str) -> str:
    return f"<table:table-row>{''.join(contents)}</table:table-row>"


def cell(content: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>{content}</table:table-cell>"


def test_a_plain_sheet(ingest: Ingest) -> None:
    table, rows = ingest(ods([["id", "text"], ["007", "Zoë"], ["", "x"]]), filename="x.ods")
    assert [one.name for one in table.columns] == ["id", "text"]
    assert (rows, table.options["sheet"], table.warnings) == ([["007", "Zoë"], ["", "x"]], "Sheet1", [])


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (cell(P.format("27.11.26"), 'office:value-type="date" office:date-value="2026-11-27"'), "27.11.26"),
        (cell(P.format("12 %"), 'office:value-type="percentage" office:value="0.12"'), "12 %"),
        (cell(P.format("a<text:s text:c='3'/>b<text:tab/>c<text:line-break/>d")), "a   b\tc\nd"),
        (cell(P.format("one") + P.format("<text:span>two</text:span>")), "one\ntwo"),
        (cell(f"<office:annotation>{P.format('a note')}</office:annotation>{P.format('x')}"), "x"),
        (cell(f"<draw:frame>{P.format('a picture')}</draw:frame>{P.format('x')}"), "x"),
    ],
)
def test_a_cell_is_the_text_that_it_shows(ingest: Ingest, content: str, text: str) -> None:
    sheet = cells(cell(P.format("a"))) + cells(content)
    assert ingest(ods_of_sheets({"One": sheet}), filename="x.ods")[1] == [[text]]


def test_repeated_cells_and_rows_are_as_many(ingest: Ingest) -> None:
    sheet = (
        cells(
            cell(P.format("a"), 'table:number-columns-repeated="2"'), cell("", 'table:number-columns-repeated="16382"')
        )
        + f'<table:table-row table:number-rows-repeated="2">{cell("")}{cell(P.format("x"))}</table:table-row>'
        + f'<table:table-row table:number-rows-repeated="1048573">{cell("")}</table:table-row>'
    )
    table, rows = ingest(ods_of_sheets({"One": sheet}), filename="x.ods")
    assert rows == [["", "x"], ["", "x"]]
    assert [one.name for one in table.columns] == ["a", "a (2)"]


def test_merged_and_hidden_cells_are_said(ingest: Ingest) -> None:
    sheet = cells(cell(P.format("a")), cell(P.format("b"))) + (
        '<table:table-row table:visibility="filter">'
        + cell(P.format("1"), 'table:number-columns-spanned="2"')
        + f"<table:covered-table-cell>{P.format('under it')}</table:covered-table-cell></table:table-row>"
    )
    table, rows = ingest(ods_of_sheets({"One": sheet}), filename="x.ods")
    assert rows == [["1", ""]]
    assert [one.code for one in table.warnings] == ["hidden_cells", "merged_cells"]


def test_a_sheet_is_chosen_and_others_are_named(ingest: Ingest) -> None:
    first, second = (cells(cell(P.format(name))) + cells(cell(P.format(value))) for name, value in ("a1", "b2"))
    content = ods_of_sheets({"One": first, "Two": second})
    table, rows = ingest(content, filename="x.ods")
    assert rows == [["1"]]
    assert "“Two”" in table.warnings[0].detail
    assert ingest(content, filename="x.ods", sheet="Two", range="A1:A2")[1] == [["2"]]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (archive({"x": "x"}), "isn’t an ODS"),
        (archive({"content.xml": "<x/>", "META-INF/manifest.xml": "<m><encryption-data/></m>"}), "password"),
        (archive({"content.xml": "<!DOCTYPE x><x/>"}), "document type"),
        (ods_of_sheets({"One": cells(cell("", 'table:number-columns-repeated="1e9"'))}), "number-columns-repeated"),
        (ods([["a"], ["1"]])[:-40], "whole ZIP"),
    ],
)
def test_what_cannot_be_read_is_refused(refusal: Refusal, content: bytes, says: str) -> None:
    refused = refusal(content, filename="x.ods")
    assert refused.code == "bad_workbook"
    assert says in refused.detail


def test_a_text_in_every_cell_of_a_wide_row_is_refused(refusal: Refusal) -> None:
    wide = cells(cell(P.format("x"), 'table:number-columns-repeated="16384"'))
    assert refusal(ods_of_sheets({"One": wide * 1000}), filename="x.ods").code == "too_many_columns"
