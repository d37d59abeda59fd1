"""An export as CSV (RFC 4180) in UTF-8, in pieces.

Cells of the file are written byte for byte. Only `excel` changes them, and only for spreadsheets: there every cell has
quotes, and one that a spreadsheet would run as a formula gets a `'` in front.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from operator import call
from typing import Any

from experiments.core.choices import ExportPart
from experiments.export.columns import ExportColumn, columns_of, lines_of
from experiments.export.quoting import PLAIN_NAME, in_quotes, special
from experiments.export.rows import ABSENT, ExportLayout, ExportRow, cell_text, in_pieces, run_text

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
"""Those of full width (the last four) begin formulas where a spreadsheet speaks Japanese or Chinese."""
_DIGITS = r"[0-9]+(?:[.,'\u2019\u00a0\u202f ][0-9]{3})*(?:[.,][0-9]*)?|[.,][0-9]+"
NUMBER = re.compile(rf"[+-]?(?:{_DIGITS})(?:[eE][+-]?[0-9]+)?[\u00a0\u202f ]?[%\u2030\u20ac$\u00a3\u00a5]?")
"""As people and programs write it: `-12`, `-1,234.56`, `-1.234,56 €`, `-12 %`, `+1e5`."""


def csv_chunks(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """Header and rows, in pieces that end with a line."""
    return in_pieces(csv_lines(layout, rows))


def csv_lines(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[str]:
    end = "\r\n" if layout.line_end == "\r\n" else "\n"
    columns = columns_of(layout)
    lines, is_special = lines_of(layout, columns), special(layout.delimiter).search
    texts = [run_text if column.part == ExportPart.RUN else cell_text for column in columns]

    def line_of(values: list[Any]) -> str:
        if layout.null is not None:
            # One after the other: memory has no second list of what may be large.
            told: Iterable[str] = map(call, texts, values)
            return layout.delimiter.join(map(told_apart, values, map(guarded, told) if layout.excel else told)) + end
        # In the place of its value, which may be large and is gone when the cell is put into quotes.
        for at, text in enumerate(texts):
            values[at] = text(values[at])
        cells: Iterable[str] = map(guarded, values) if layout.excel else values
        if layout.all_in_quotes:
            return layout.delimiter.join(map(in_quotes, cells)) + end
        return layout.delimiter.join([in_quotes(cell) if is_special(cell) else cell for cell in cells]) + end

    def told_apart(value: Any, cell: str) -> str:
        """Null as it is called, nothing as nothing, and a text that looks like one of them in quotes."""
        if value is ABSENT and not layout.all_in_quotes:
            return ""
        if value is None:
            cell = layout.null or ""
            return in_quotes(cell) if layout.all_in_quotes or is_special(cell) else cell
        return in_quotes(cell) if layout.all_in_quotes or cell in ("", layout.null) or is_special(cell) else cell

    yield header_line(layout, columns) + end
    for row in rows:
        # Nothing of a row, which may be large, is kept until its line, or the next one, is there.
        values = lines(row)
        del row
        yield from map(line_of, values)
        del values


def header_line(layout: ExportLayout, columns: Sequence[ExportColumn]) -> str:
    """For Excel with a byte-order mark. Where a reader may take a name for something else, all of them have quotes:
    that tells the header from the rows, whose values have quotes only where those are needed."""
    names = [column.header for column in columns]
    if layout.excel:
        return BYTE_ORDER_MARK + layout.delimiter.join(in_quotes(guarded(name)) for name in names)
    is_special = special(layout.delimiter).search
    if layout.all_in_quotes or any(is_special(name) or not PLAIN_NAME.fullmatch(name) for name in names):
        names = list(map(in_quotes, names))
    return layout.delimiter.join(names)


def guarded(cell: str) -> str:
    """The cell as no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell and cell[0] in FORMULA_STARTS and not NUMBER.fullmatch(cell) else cell
