"""An export as a workbook (XLSX): numbers, booleans and dates of answers as such, cells of the file as text.

A workbook is known only when all of it is written, so it comes from a temporary file. Memory holds one row.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from experiments.core.choices import ErrorCode, ExportPart, FieldType
from experiments.core.errors import InvalidInput
from experiments.core.json_numbers import SAFE_DIGITS, shortest
from experiments.export.columns import ExportColumn, columns_of, lines_of
from experiments.export.rows import (
    ABSENT,
    ExportLayout,
    ExportRow,
    cell_text,
    date_of,
    moment_of,
    pieces_of_file,
    run_text,
)

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
"""What a sheet has, and a cell; characters are counted as UTF-16 does."""
CUT_SHEET = "Cut cells"
CUT = f" … [cut, see the sheet “{CUT_SHEET}”]"
CUT_HEADER = ("sheet", "cell", "row_index", "column", "characters", "whole text, in parts")
FIRST_DATE = date(1900, 3, 1)
"""Before it spreadsheets do not agree which day a number is."""
LARGEST_EXPONENT = 300
SEEN_FOR_WIDTHS = 50
NARROWEST, WIDEST = 8, 60
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx_chunks(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    columns = columns_of(layout)
    if len(columns) > MOST_COLUMNS:
        raise InvalidInput(
            f"A sheet has at most {MOST_COLUMNS:,} columns, and this export has {len(columns):,}. "
            "Choose fewer columns, or another format.",
            code=ErrorCode.TOO_MANY_COLUMNS,
            attr="format",
        )
    with tempfile.TemporaryDirectory(dir=settings.SPOOL_DIR, prefix="xlsx-") as folder:
        path = Path(folder, "export.xlsx")
        with Workbook(str(path), {**OPTIONS, "tmpdir": folder}) as workbook:
            _Book(workbook, layout, columns).write(rows)
        yield from pieces_of_file(path)


class _PlainSheet(Worksheet):  # type: ignore[misc]  # it has no types
    """A sheet whose texts are texts: xlsxwriter takes one from `<r>` to `</r>` for markup of its own."""

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, True, list(attributes))


class _Book:
    def __init__(self, workbook: Workbook, layout: ExportLayout, columns: Sequence[ExportColumn]) -> None:
        self._workbook = workbook
        self._layout = layout
        self._columns = columns
        self._bold = workbook.add_format({"bold": True})
        self._day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheets = 0
        self._cut: Worksheet | None = None
        self._cut_rows = 0

    def write(self, rows: Iterable[ExportRow]) -> None:
        lines_in = lines_of(self._layout, self._columns)
        lines = ((row.row_index, values) for row in rows for values in lines_in(row))
        first = list(islice(lines, SEEN_FOR_WIDTHS))
        widths = [self._width(column, [values[n] for _, values in first]) for n, column in enumerate(self._columns)]
        sheet, place = self._new_sheet(widths), 1
        for source in (first, lines):
            for row_index, values in source:
                if place == MOST_ROWS:
                    self._end(sheet, place)
                    sheet, place = self._new_sheet(widths), 1
                self._write_line(sheet, place, row_index, values)
                place += 1
        self._end(sheet, place)

    def _new_sheet(self, widths: Sequence[int]) -> Worksheet:
        self._sheets += 1
        name = "Rows" if self._sheets == 1 else f"Rows {self._sheets}"
        sheet = self._workbook.add_worksheet(name, _PlainSheet)
        sheet.freeze_panes(1, 0)
        for number, (column, width) in enumerate(zip(self._columns, widths, strict=True)):
            sheet.set_column(number, number, width)
            self._write_text(sheet, 0, number, column.header, None)
        return sheet

    def _end(self, sheet: Worksheet, rows: int) -> None:
        if self._columns:
            sheet.autofilter(0, 0, rows - 1, len(self._columns) - 1)

    def _width(self, column: ExportColumn, values: Sequence[Any]) -> int:
        """As wide as most of what is seen, in characters."""
        lengths = sorted(max(map(len, cell_text(value)[:500].splitlines() or [""])) for value in values)
        usual = lengths[len(lengths) * 9 // 10] if lengths else 0
        return min(max(NARROWEST, len(column.header), usual) + 2, WIDEST)

    def _write_line(self, sheet: Worksheet, place: int, row_index: int, values: Sequence[Any]) -> None:
        for number, (column, value) in enumerate(zip(self._columns, values, strict=True)):
            match value:
                case str():
                    day = _day_of(column, value)
                    if day is not None:
                        with_time = isinstance(day, datetime)
                        sheet.write_datetime(place, number, day, self._moment if with_time else self._day)
                    elif value or self._layout.null is not None:
                        self._write_text(sheet, place, number, value, row_index)
                case bool():
                    sheet.write_boolean(place, number, value)
                case int() | float() | Decimal() if _is_exact(value):
                    sheet.write_number(place, number, value)
                case None:
                    if self._layout.null:
                        self._write_text(sheet, place, number, self._layout.null, row_index)
                case _ if value is not ABSENT:
                    text = run_text(value) if column.part == ExportPart.RUN else cell_text(value)
                    self._write_text(sheet, place, number, text, row_index)

    def _write_text(self, sheet: Worksheet, place: int, number: int, text: str, row_index: int | None) -> None:
        length = _utf16_length(text)
        if length <= MOST_CHARACTERS:
            sheet.write_string(place, number, text, None if place else self._bold)
            return
        sheet.write_string(place, number, _beginning(text, MOST_CHARACTERS - len(CUT)) + CUT)
        cut = self._sheet_of_cut_cells()
        self._cut_rows += 1
        where = xl_rowcol_to_cell(place, number)
        named = [sheet.get_name(), where, "" if row_index is None else row_index, self._columns[number].header, length]
        for at, value in enumerate(named):
            (cut.write_number if isinstance(value, int) else cut.write_string)(self._cut_rows, at, value)
        for at, part in enumerate(_parts(text), len(named)):
            cut.write_string(self._cut_rows, at, part)

    def _sheet_of_cut_cells(self) -> Worksheet:
        """Made where there is one: it names each, and has its whole text in as many cells as that takes."""
        if self._cut is None:
            self._cut = self._workbook.add_worksheet(CUT_SHEET, _PlainSheet)
            self._cut.freeze_panes(1, 0)
            for number, name in enumerate(CUT_HEADER):
                self._cut.write_string(0, number, name, self._bold)
        return self._cut


def _day_of(column: ExportColumn, text: str) -> date | None:
    """A date of an answer, with its time in UTC where it has one; None where it has to be text."""
    if column.field is None or column.part not in (ExportPart.ANSWER, ExportPart.ELEMENT):
        return None
    match column.field.get("type"):
        case FieldType.DATE:
            day = date_of(text)
            return day if day and day >= FIRST_DATE else None
        case FieldType.DATE_TIME:
            moment = moment_of(text)
            return moment.replace(tzinfo=None) if moment and moment.date() >= FIRST_DATE else None
    return None


def _is_exact(number: float | Decimal) -> bool:
    """Whether a spreadsheet, which keeps fifteen digits, keeps all that it has; floats have their own inexactness."""
    if isinstance(number, int):
        return abs(number) < 10**SAFE_DIGITS
    if isinstance(number, float):
        return True
    return len(shortest(number).as_tuple().digits) <= SAFE_DIGITS and abs(number.adjusted()) < LARGEST_EXPONENT


def _utf16_length(text: str) -> int:
    return len(text) if len(text) <= MOST_CHARACTERS // 2 or text.isascii() else len(text.encode("utf-16-le")) // 2


def _beginning(text: str, length: int) -> str:
    """So many characters of UTF-16, and no half of one."""
    return text[:length].encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore")


def _parts(text: str) -> Iterator[str]:
    while text:
        part = _beginning(text, MOST_CHARACTERS)
        yield part
        text = text[len(part) :]
