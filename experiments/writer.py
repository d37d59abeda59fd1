"""Rows and answers as the lines of an export: CSV as RFC 4180 describes it, or JSON Lines. UTF-8, in pieces.

Cells of the file are written byte for byte. Only `excel` changes them, and only for spreadsheets: what one would run as
a formula gets a `'` in front.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

RUN_COLUMNS = (
    "run_trace_id",
    "status",
    "elapsed_ms",
    "attempts",
    "error_code",
    "error_message",
    "row_index",
    "corrected",
)
PIECE = 64 * 1024  # characters, at least, but for the last piece
BYTE_ORDER_MARK = "\ufeff"
PLAIN_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
FORMULA_STARTS = frozenset("=+-@\t\r")


@dataclass(frozen=True, slots=True)
class Shape:
    """What an export has in common for all rows.

    `headers` are the file's texts, `names` the unique names of the same columns, `fields` the response fields in order,
    `extras` what a kind adds behind them. `line_end` is the file's; where that is a lone CR it is LF here.
    """

    headers: Sequence[str]
    names: Sequence[str]
    fields: Sequence[str]
    metadata: bool = True
    excel: bool = False
    line_end: str = "\n"
    extras: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One row; `payload` is a person's correction or else the answer, `elapsed_ms` of the last attempt."""

    cells: Sequence[str]
    payload: Mapping[str, Any] | None
    run_trace_id: str | None
    status: str
    elapsed_ms: int | None
    attempts: int
    error_code: str | None
    error_message: str | None
    row_index: int
    corrected: bool
    extras: Sequence[Any] = ()

    @property
    def response(self) -> Mapping[str, Any] | None:
        """What counts as the answer: what came back with a failed row does not, unless a person corrected it."""
        return self.payload if self.corrected or self.status == "succeeded" else None

    @property
    def run(self) -> tuple[Any, ...]:
        """In the order of `RUN_COLUMNS`."""
        return _run(self)


_run = attrgetter(*RUN_COLUMNS)


def export_header(
    headers: Sequence[str], fields: Sequence[str], *, metadata: bool, extras: Sequence[str] = ()
) -> list[str]:
    """The names of all columns: the file's as they are, then each other one, with a prefix until it is free."""
    names, taken = list(headers), set(headers)
    added = [
        *((field, "response.") for field in fields),
        *((name, "extra.") for name in extras),
        *((name, "run.") for name in RUN_COLUMNS if metadata),
    ]
    for name, prefix in added:
        while name in taken:
            name = prefix + name
        names.append(name)
        taken.add(name)
    return names


def cell_text(value: Any) -> str:
    """A value of an answer: texts as they are, nothing for null, all else as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return str(value) if type(value) is int else to_json(value)


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in FORMULA_STARTS and not PLAIN_NUMBER.fullmatch(cell) else cell


# CSV


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


# JSON Lines


def jsonl_chunks(shape: Shape, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """`{"row": {name: text}, "response": {field: value} or null, "run": {…}}`, one a line; `run` goes with metadata.

    Where a kind adds columns they are `"extra": {name: value}`.
    """
    lines: list[str] = []
    size = 0
    for row in rows:
        lines.append(to_json(_jsonl_value(shape, row)) + "\n")
        size += len(lines[-1])
        if size >= PIECE:
            yield "".join(lines).encode()
            lines.clear()
            size = 0
    if lines:
        yield "".join(lines).encode()


def _jsonl_value(shape: Shape, row: ExportRow) -> dict[str, Any]:
    answer = row.response
    value: dict[str, Any] = {
        "row": dict(zip(shape.names, row.cells, strict=True)),
        "response": None if answer is None else {name: answer.get(name) for name in shape.fields},
    }
    if shape.extras:
        value["extra"] = dict(zip(shape.extras, row.extras, strict=True))
    return {**value, "run": dict(zip(RUN_COLUMNS, row.run, strict=True))} if shape.metadata else value
