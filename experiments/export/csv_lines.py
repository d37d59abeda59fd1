"""An export as CSV, as RFC 4180 describes it: UTF-8, in pieces.

Cells of the file are written byte for byte. Only `excel` changes them, and only for spreadsheets: what one would run as
a formula gets a `'` in front.
"""

import csv
import re
from collections.abc import Iterable, Iterator

from experiments.export.rows import PIECE, ExportRow, Shape, cell_text, export_header

BYTE_ORDER_MARK = "\ufeff"
PLAIN_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
FORMULA_STARTS = frozenset("=+-@\t\r")


def csv_chunks(shape: Shape, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """Header and rows, the lines whole, in UTF-8."""
    lines = _Lines()
    # The writer quotes what its own line end has in it: with CRLF both a lone CR and a lone LF.
    write = csv.writer(lines, lineterminator="\r\n").writerow
    finish = _keep if shape.line_end == "\r\n" else _with_newline
    header = export_header(shape.headers, shape.fields, metadata=shape.metadata, extras=shape.extras)
    write(_guarded(header, shape))
    lines[0] = _opening(lines[0], shape)
    size = len(lines[0])
    for row in rows:
        write(_guarded(_csv_cells(shape, row), shape))
        size += len(lines[-1])
        if size >= PIECE:
            yield "".join(map(finish, lines)).encode()
            lines.clear()
            size = 0
    yield "".join(map(finish, lines)).encode()


class _Lines(list[str]):
    """A file for `csv.writer`, which writes each line with one call."""

    write = list.append


def _keep(line: str) -> str:
    return line


def _with_newline(line: str) -> str:
    return line[:-2] + "\n"


def _opening(line: str, shape: Shape) -> str:
    """The first line. In quotes, the first sign of a header is not taken for the file's byte-order mark."""
    if shape.excel:
        return BYTE_ORDER_MARK + line
    first = shape.headers[0] if shape.headers else ""
    if first.startswith(BYTE_ORDER_MARK) and line.startswith(first):
        return f'"{first}"{line[len(first) :]}'
    return line


def _csv_cells(shape: Shape, row: ExportRow) -> list[str]:
    answer = row.response or {}
    cells = [*row.cells, *[cell_text(answer.get(name)) for name in shape.fields], *map(cell_text, row.extras)]
    return cells + [cell_text(value) for value in row.run] if shape.metadata else cells


def _guarded(cells: list[str], shape: Shape) -> list[str]:
    return list(map(guarded, cells)) if shape.excel else cells


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in FORMULA_STARTS and not PLAIN_NUMBER.fullmatch(cell) else cell
