"""An export as CSV (RFC 4180) in UTF-8, in pieces.

Cells of the file are written byte for byte. Only `excel` changes them, and only for spreadsheets: a cell that one would
run as a formula gets a `'` in front.
"""

import csv
import re
from collections.abc import Iterable, Iterator

from experiments.export.rows import ExportLayout, ExportRow, cell_text, export_header, in_pieces, run_text

BYTE_ORDER_MARK = "\ufeff"
PLAIN_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
SPECIAL = re.compile('[,"\r\n]')
LARGE_LINE = 256 * 1024
"""Characters."""
FORMULA_STARTS = frozenset("=+-@\t\r")


def csv_chunks(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """Header and rows, in pieces that end with a line."""
    return in_pieces(csv_lines(layout, rows))


def csv_lines(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[str]:
    written = _Lines()
    # With CRLF as its line end the writer quotes cells that hold a lone CR or a lone LF.
    write = csv.writer(written, lineterminator="\r\n").writerow
    has_crlf, excel = layout.line_end == "\r\n", layout.excel
    header = export_header(layout.headers, layout.fields, run_columns=layout.run_columns, extras=layout.extras)
    write(map(guarded, header) if excel else header)
    line = first_line(written.pop(), layout)
    yield line if has_crlf else line[:-2] + "\n"

    def line_of(row: ExportRow) -> str:
        cells = csv_cells(layout, row)
        if excel:
            cells = list(map(guarded, cells))
        if sum(map(len, cells)) > LARGE_LINE:
            return ",".join(map(in_quotes, cells)) + ("\r\n" if has_crlf else "\n")
        write(cells)
        return written.pop() if has_crlf else written.pop()[:-2] + "\n"

    # Nothing of a row, which may be large, is kept until the next one is there.
    yield from map(line_of, rows)


class _Lines(list[str]):
    """A file for `csv.writer`, which writes each line with one call."""

    write = list.append


def in_quotes(cell: str) -> str:
    """The cell as the writer writes it beside others. For large ones: the writer needs four bytes for each sign."""
    return '"' + cell.replace('"', '""') + '"' if SPECIAL.search(cell) else cell


def first_line(line: str, layout: ExportLayout) -> str:
    """For Excel with a byte-order mark. Else a header that begins with that character gets quotes, to keep it."""
    if layout.excel:
        return BYTE_ORDER_MARK + line
    first = layout.headers[0] if layout.headers else ""
    if first.startswith(BYTE_ORDER_MARK) and line.startswith(first):
        return f'"{first}"{line[len(first) :]}'
    return line


def csv_cells(layout: ExportLayout, row: ExportRow) -> list[str]:
    values = [*layout.values(row.response or {}), *row.extras]
    return [*row.cells, *map(cell_text, values), *(map(run_text, row.run) if layout.run_columns else ())]


def guarded(cell: str) -> str:
    """The cell as no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell[:1] in FORMULA_STARTS and not PLAIN_NUMBER.fullmatch(cell) else cell
