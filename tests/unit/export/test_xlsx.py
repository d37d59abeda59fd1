"""A workbook as other programs read it: values with their types, and texts that stay texts."""

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from experiments.core.errors import InvalidInput
from experiments.export import xlsx_file
from experiments.export.rows import ExportLayout, ExportRow
from experiments.export.xlsx_file import CUT, xlsx_chunks
from tests.unit.export.rows import layout_of, row

CELL = st.text(
    st.one_of(
        st.sampled_from("=+-@<>&'\"_x;,\t\n\r\x01\x08\x0b\x1f \ufeff\ufffe\uffff🙂é"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    min_size=1,
    max_size=8,
)


def book(layout: ExportLayout, *rows: ExportRow) -> bytes:
    return b"".join(xlsx_chunks(layout, rows))


def sheet(content: bytes, name: str = "Rows") -> list[list[Any]]:
    return [list(line) for line in openpyxl.load_workbook(io.BytesIO(content))[name].values]


def with_calamine(content: bytes, name: str = "Rows") -> list[list[Any]]:
    found: list[list[Any]] = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python()
    return found


def test_answers_have_their_types_and_cells_are_text() -> None:
    layout = layout_of(["id", "n"], ["text", "number", "whole", "yes", "list", "none"])
    answer = {"text": "a", "number": 1.5, "whole": 7, "yes": True, "list": [1, "é"], "none": None}
    content = book(layout, row(["007", "1e5"], answer))
    assert sheet(content)[1] == ["007", "1e5", "a", 1.5, 7, True, '[1,"é"]', None]
    assert with_calamine(content)[1] == ["007", "1e5", "a", 1.5, 7.0, True, '[1,"é"]', ""]


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("date", "2026-01-31", datetime(2026, 1, 31)),
        ("date-time", "2026-01-31T12:30:00+02:00", datetime(2026, 1, 31, 10, 30)),
        ("date", "1899-01-31", "1899-01-31"),
        ("date", "soon", "soon"),
        ("date-time", "2026-01-31T12:30:00", "2026-01-31T12:30:00"),
        ("string", "2026-01-31", "2026-01-31"),
    ],
)
def test_a_date_of_an_answer_is_a_date(kind: str, text: str, shown: Any) -> None:
    layout = layout_of(["a"], ["x"], response_fields=[{"name": "x", "type": kind}])
    assert sheet(book(layout, row([text], {"x": text})))[1] == [text, shown]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "https://a.example", "mailto:a@b.c", "<r><t>x</t></r>", "<r></x></r>", "_x000D_", " a ", "{=1}", "1"],
)
def test_a_text_is_never_a_formula_a_link_or_markup(text: str) -> None:
    content = book(layout_of(["a"]), row([text]))
    assert with_calamine(content) == [["a"], [text]]
    loaded = openpyxl.load_workbook(io.BytesIO(content))["Rows"]["A2"]
    assert (loaded.data_type, loaded.hyperlink) == ("s" if not text.startswith("=") else loaded.data_type, None)


@settings(max_examples=40)
@given(cells=st.lists(CELL, min_size=2, max_size=2))
def test_every_text_comes_back(cells: list[str]) -> None:
    assert with_calamine(book(layout_of(["a", "b"]), row(cells)))[1] == cells


@pytest.mark.parametrize(
    ("number", "shown"),
    [(10**14, 10**14), (10**15, "1000000000000000"), (Decimal("1.50"), 1.5), (Decimal("0.12345678901234567"), None)],
)
def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_text(number: Any, shown: Any) -> None:
    found = sheet(book(layout_of(["a"], ["n"]), row(["x"], {"n": number})))[1][1]
    assert found == (str(number) if shown is None else shown)


@pytest.mark.parametrize("text", ["x" * 32_768, "🙂" * 20_000, "ab" * 40_000])
def test_a_longer_text_is_cut_with_a_mark_and_whole_on_a_sheet_of_its_own(text: str) -> None:
    content = book(layout_of(["a", "b"]), row(["1", text], row_index=5))
    cut = sheet(content)[1][1]
    assert cut.endswith(CUT)
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    listed = sheet(content, "Cut cells")
    assert listed[1][:5] == ["Rows", "B2", 5, "b", len(text.encode("utf-16-le")) // 2]
    assert "".join(listed[1][5:]) == text


def test_nothing_is_listed_where_nothing_is_cut() -> None:
    content = book(layout_of(["a"]), row(["x" * 32_767]))
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["Rows"]


def test_the_head_is_frozen_and_columns_are_as_wide_as_their_texts() -> None:
    loaded = openpyxl.load_workbook(io.BytesIO(book(layout_of(["a", "b"]), row(["x" * 30, "y" * 900]))))["Rows"]
    assert loaded.freeze_panes == "A2"
    assert loaded["A1"].font.bold
    assert (loaded.column_dimensions["A"].width, loaded.column_dimensions["B"].width) == pytest.approx(
        (32.7, 60.7), abs=1
    )


def test_more_rows_than_a_sheet_has_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "MOST_ROWS", 3)
    content = book(layout_of(["a"]), *(row([str(number)]) for number in range(5)))
    assert [sheet(content, name) for name in ("Rows", "Rows 2", "Rows 3")] == [
        [["a"], ["0"], ["1"]],
        [["a"], ["2"], ["3"]],
        [["a"], ["4"]],
    ]


def test_more_columns_than_a_sheet_has_are_refused() -> None:
    with pytest.raises(InvalidInput, match="16,384 columns"):
        book(layout_of(["a"] * 16_385))


def test_null_nothing_and_an_empty_text_are_told_apart_where_asked() -> None:
    layout = layout_of(["a"], ["x", "y", "z"], null="NULL")
    content = book(layout, row(["1"], {"x": None, "y": ""}))
    assert sheet(content)[1] == ["1", "NULL", "", None]
    assert sheet(book(layout_of(["a"], ["x"]), row(["1"], {"x": None})))[1] == ["1", None]
