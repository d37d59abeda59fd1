"""The lines of an export as PostgreSQL writes them: the same bytes that `experiments.export` writes, much faster."""

import os
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from experiments.core.choices import ExportFormat
from experiments.core.json_text import parse_kept
from experiments.export.csv_lines import csv_lines
from experiments.export.jsonl_lines import jsonl_lines
from experiments.export.quoting import has_any, odd_signs, with_odd_cells_quoted
from experiments.export.rows import PIECE, ExportLayout, ExportRow
from experiments.selectors.export_statements import COLUMNS, OF_THE_RUN, STATEMENTS
from experiments.selectors.one_by_one import LARGE_ROW_BYTES, end_with_request

IN_PYTHON = {ExportFormat.CSV: csv_lines, ExportFormat.JSONL: jsonl_lines}
FIRST_CELL = re.compile(r'(?:[^"]++|"")*+')
"""As far as its closing quote. It never steps back: for that a hundred bytes would be kept for each sign."""
SET_UP = """
SET LOCAL enable_sort = off; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL statement_timeout = 0
"""
"""Rows in the order of an index: a sort would read all of them before it gives the first. Other cores are for others.
The client's time would count for a time-out."""


def written_by_database(layout: ExportLayout, wanted: ExportFormat, items: QuerySet[Any, Any]) -> Iterator[bytes]:
    """The file in pieces of whole lines, of `PIECE` bytes or one line more. Inside a transaction of the caller.

    `items` are those of the file, in its order. Where `export_statements.can_be_said`.
    """
    # Nobody who wrote a cell can know it.
    mark = f"row-{os.urandom(16).hex()}-"
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(SET_UP)
        found = sql.SQL(cursor.mogrify(*items.values_list(*COLUMNS).query.sql_with_params()))
        with cursor.copy(STATEMENTS[wanted](layout, found, mark)) as copy:
            yield from _Pieces(layout, wanted, mark.encode()).of(copy)


class _Pieces:
    """Puts lines together, and has those written by Python that are marked."""

    def __init__(self, layout: ExportLayout, wanted: ExportFormat, mark: bytes) -> None:
        self._marks = (mark, b'"' + mark)
        is_csv = wanted == ExportFormat.CSV
        self._has_crlf = is_csv and layout.line_end == "\r\n"
        self._delimiter = layout.delimiter
        self._odd_signs = odd_signs(layout.delimiter) if is_csv and not layout.all_in_quotes else b""
        signs = b"[" + re.escape(self._odd_signs) + b"]|" if self._odd_signs else b""
        self._unusual = re.compile(signs + re.escape(mark))
        lines = IN_PYTHON[wanted]
        self._head = "".join(lines(layout, ())).encode()
        self._waiting: list[bytes | memoryview] = []
        self._in_python = lines(layout, self._rows())

    def of(self, lines: Iterable[bytes | memoryview]) -> Iterator[bytes]:
        """`lines`: one row each, as COPY gives them."""
        if self._head:
            # The rows may be long in coming.
            yield self._head
            next(self._in_python)
        waiting: list[bytes | memoryview] = []
        size = 0
        for line in lines:
            if len(line) > LARGE_ROW_BYTES:
                end_with_request(connection)
                if waiting:
                    yield self._piece(waiting)
                    waiting.clear()
                    size = 0
                alone = [line]
                del line
                yield from self._alone(alone)
                continue
            waiting.append(line)
            size += len(line)
            if size >= PIECE:
                yield self._piece(waiting)
                waiting.clear()
                size = 0
        if waiting:
            yield self._piece(waiting)

    def _piece(self, lines: Sequence[bytes | memoryview]) -> bytes:
        """Most lines are as they should be: only those are looked at that have something unusual in them."""
        piece = b"".join(lines)
        is_usual = self._marks[0] not in piece and not has_any(piece, self._odd_signs)
        if is_usual and not self._has_crlf:
            return piece
        made = [bytes(line[:-1]) + b"\r\n" for line in lines] if self._has_crlf else list(lines)
        if not is_usual:
            ends = list(accumulate(map(len, lines)))
            for number in sorted({bisect(ends, sign.start()) for sign in self._unusual.finditer(piece)}):
                made[number] = self._line(bytes(lines[number]))
        return b"".join(made)

    def _alone(self, lines: list[bytes | memoryview]) -> Iterator[bytes]:
        """A large line, which is taken out of `lines`: memory holds it once while it is written."""
        if bytes(lines[0][: len(self._marks[1])]).startswith(self._marks):
            yield self._written(lines.pop())
        else:
            yield self._line(bytes(lines.pop()))

    def _line(self, line: bytes) -> bytes:
        if line.startswith(self._marks):
            return self._written(line)
        if self._odd_signs:
            line = with_odd_cells_quoted(line, self._delimiter)
        return line[:-1] + b"\r\n" if self._has_crlf else line

    def _written(self, line: bytes | memoryview) -> bytes:
        self._waiting.append(line)
        del line
        return next(self._in_python).encode()

    def _rows(self) -> Iterator[ExportRow]:
        """Of the lines that wait. Each is read when the one before it, which may be as large, is gone."""
        while True:
            yield _left_to_python(self._waiting, len(self._marks[0]))


def _left_to_python(lines: list[bytes | memoryview], mark: int) -> ExportRow:
    """A row as `export_statements` gives it, behind a mark of so many bytes; taken out of `lines`."""
    text = str(lines.pop(), "utf-8")
    if text[0] == '"' and (cell := FIRST_CELL.match(text, 1 + mark)):
        end = cell.end()
        del cell
        text = text[1 + mark : end]
        text = text.replace('""', '"')
    else:
        text = text[mark:]
    cells, answer, is_corrected, *run = parse_kept(text)
    values = dict(zip(OF_THE_RUN, run, strict=True))
    if values["cost"] is not None:
        values["cost"] = Decimal(values["cost"])
    return ExportRow(cells=cells, payload=answer, corrected=is_corrected, **values)
