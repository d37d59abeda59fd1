"""What would read a file that was refused for its encoding: each way out is tried on the file before it is offered."""

import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Protocol

from experiments.core.choices import ErrorCode, WarningCode
from experiments.core.errors import InvalidInput
from experiments.ingest.encoding import REPLACEMENT
from experiments.ingest.encoding_names import short
from experiments.ingest.errors import Offer, RejectedFile
from experiments.ingest.guess import WESTERN
from experiments.ingest.options import ReadOptions
from experiments.ingest.table import WarningLog

REFUSED_BY_ENCODING = {ErrorCode.ENCODING, ErrorCode.BAD_BYTE, ErrorCode.MIXED_ENCODINGS}
SECONDS = 2.0
_ROWS_BEHIND = 2000
_FEW_REPLACED = 3
_REPLACED_SHARE = 0.01
"""Of the rows: where more bytes are bad, the file has another encoding."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_LONG_RUN = 3
_LONG_SHARE = 0.2


class TriedTable(Protocol):
    """What is asked of a table that was opened to try options."""

    log: WarningLog

    @property
    def line(self) -> int: ...

    @property
    def row_count(self) -> int: ...

    def rows(self) -> Iterator[list[str]]: ...


def encoding_offers(
    error: RejectedFile, options: ReadOptions, open_table: Callable[[ReadOptions], TriedTable]
) -> list[Offer]:
    """The likeliest way out that reads the file; none for an error of another kind.

    A text may be read by several encodings, of which only a person can tell that they are wrong: these are choices of
    the error, with the lines that differ.
    """
    if error.code not in REFUSED_BY_ENCODING:
        return []
    deadline = time.monotonic() + SECONDS
    line = error.extra["line"] or 1
    for change, label in _changes(error, options):
        if time.monotonic() > deadline:
            break
        try:
            table = open_table(replace(options, **change))
            rows = _rows_read(table, line, deadline)
        except InvalidInput:
            continue
        if rows is not None and _is_right(table, rows, change):
            return [Offer(change, label)]
    return []


def _changes(error: RejectedFile, options: ReadOptions) -> Iterator[tuple[dict[str, Any], str]]:
    if error.code == ErrorCode.ENCODING:
        names = [error.extra["guess"], *(one["encoding"] for one in error.extra["alternatives"])]
        yield from (({"encoding": name}, f"Read it as {short(name)}") for name in names if name)
    elif options.bad_bytes != "replace":
        yield {"bad_bytes": "replace"}, f"Replace the bytes that can’t be read by {REPLACEMENT}, and list them"


def _rows_read(table: TriedTable, line: int, deadline: float) -> list[list[str]] | None:
    """Some rows from the place of the refusal on, and those at the beginning; None where that took too long."""
    kept: list[list[str]] = []
    for row in table.rows():
        if table.row_count <= _ROWS_BEHIND or table.line >= line:
            kept.append(row)
        if len(kept) >= 2 * _ROWS_BEHIND:
            break
        if table.row_count % _ROWS_BEHIND == 0 and time.monotonic() > deadline:
            return None
    return kept


def _is_right(table: TriedTable, rows: list[list[str]], change: dict[str, Any]) -> bool:
    replaced = table.log.counts[WarningCode.REPLACED_BYTE]
    if replaced:
        return replaced <= max(_FEW_REPLACED, table.row_count * _REPLACED_SHARE)
    telling = [cell for row in rows for cell in row if not cell.isascii()]
    if any(unicodedata.category(char) in ("Cc", "Cn", "Co") for cell in telling for char in cell if not char.isascii()):
        return False
    return change.get("encoding") != WESTERN or _is_western(telling)


def _is_western(cells: list[str]) -> bool:
    """Few of the letters that are not ASCII stand beside each other, as they do where another script is read so."""
    runs = [len(run) for cell in cells for run in _NOT_ASCII.findall(cell)]
    return sum(length >= _LONG_RUN for length in runs) <= len(runs) * _LONG_SHARE
