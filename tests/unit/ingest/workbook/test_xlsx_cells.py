"""Each kind of cell of an XLSX workbook as the text that it shows."""

import datetime
import io
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.unit.ingest.conftest import Ingest
from tests.unit.ingest.workbook.support import data, row, xlsx


def cell_of(ingest: Ingest, cell: str, **more: Any) -> str:
    content = xlsx(data(row("a"), f"<row>{cell}</row>", row("end")), **more)
    return ingest(content, filename="x.xlsx")[1][0][0]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><v>7</v></c>", "7"),
        ('<c t="n"><v>0.1</v></c>', "0.1"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        ('<c t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c t="str"><f>A1&amp;"x"</f><v>ax</v></c>', "ax"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
        ('<c t="d"><v>2026-11-27</v></c>', "2026-11-27"),
        ('<c t="inlineStr"><is><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r></is></c>', "rich text"),
        ('<c t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>', "東京"),
        ('<c t="inlineStr"><is><t xml:space="preserve"> a_x000D_&#10;b_x005F_x000D_ </t></is></c>', " a\r\nb_x000D_ "),
        ('<c t="inlineStr"><is><t>_x0000_</t></is></c>', "_x0000_"),
        ('<c t="s"><v>1</v></c>', "second"),
        ('<c s="1"><v>42</v></c>', "00042"),
        ('<c s="2"><v>45000</v></c>', "15.03.2023"),
        ('<c s="99"><v>42</v></c>', "42"),
    ],
)
def test_a_cell_is_what_it_shows(ingest: Ingest, cell: str, text: str) -> None:
    strings = "<si><t>first</t></si><si><r><t>sec</t></r><r><t>ond</t></r></si>"
    more = {"strings": strings, "formats": {164: "00000", 165: "dd.mm.yyyy"}, "styles": [0, 164, 165]}
    assert cell_of(ingest, cell, **more) == text


def test_what_openpyxl_writes_is_read(ingest: Ingest) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "when", "ok", "share", "note"])
    sheet.append([123456789012345, datetime.datetime(2026, 11, 27, 9, 5), True, 0.25, None])
    sheet.append(["00123", datetime.date(2026, 1, 2), False, -1, "=not computed"])
    sheet["D2"].number_format = "0%"
    stream = io.BytesIO()
    book.save(stream)
    table, rows = ingest(stream.getvalue(), filename="x.xlsx")
    assert [column.name for column in table.columns] == ["id", "when", "ok", "share", "note"]
    assert rows == [
        ["123456789012345", "2026-11-27 9:05:00", "TRUE", "25%", ""],
        ["00123", "2026-01-02", "FALSE", "-1", ""],
    ]
    assert [(warning.code, warning.line) for warning in table.warnings] == [("formula_without_result", 3)]
    assert "the first in E3" in table.warnings[0].detail


@pytest.mark.parametrize("constant_memory", [True, False])
def test_what_xlsxwriter_writes_is_read(ingest: Ingest, constant_memory: bool) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": constant_memory})
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, ["zip", "amount", "note"])
    sheet.write_number(1, 0, 1234, book.add_format({"num_format": "00000"}))
    sheet.write_number(1, 1, -1234.5, book.add_format({"num_format": "#,##0.00 [$€-407]"}))
    sheet.write_rich_string(1, 2, "one ", book.add_format({"bold": True}), "two")
    sheet.write_formula(2, 1, "=SUM(B2:B2)", None, -1234.5)
    book.close()
    table, rows = ingest(stream.getvalue(), filename="Orders.XLSX")
    assert rows == [["01234", "-1,234.50 €", "one two"], ["", "-1234.5", ""]]
    assert table.options["sheet"] == "Orders"
    assert table.warnings == []
