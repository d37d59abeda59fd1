"""The values that pass between an ingested file and its caller. Cells are text, exactly as in the file."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass

from experiments.core.choices import WarningCode
from experiments.core.formatting import shorten
from experiments.ingest.options import Options

WARNINGS_LISTED = 100
"""Warnings of each code that are listed; all are counted."""
SHOWN_CHARS = 60
"""Characters of a header or a key in a sentence."""


@dataclass(frozen=True, slots=True)
class Column:
    """`header` is the file's text; `name` is unique in the table and never empty."""

    name: str
    header: str


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something odd that was accepted. `line` is None where the warning is about many lines."""

    line: int | None
    code: WarningCode
    detail: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out because it cannot be read: the physical line at which it begins, why, its raw text."""

    line: int
    reason: str
    text: str


class WarningLog:
    """Counts every warning and keeps the first ones of each code."""

    def __init__(self) -> None:
        self.counts: Counter[WarningCode] = Counter()
        self.latest: Counter[WarningCode] = Counter()
        """The line of the latest one; 0 where there is none."""
        self._kept: list[FileWarning] = []

    def add(self, line: int | None, code: WarningCode, detail: str) -> None:
        self.counts[code] += 1
        self.latest[code] = line or 0
        if self.counts[code] <= WARNINGS_LISTED:
            self._kept.append(FileWarning(line, code, detail))

    def add_names(self, columns: Iterable[Column], line: int) -> None:
        """A warning for each column whose name differs from its header; the header is at `line`."""
        for number, column in enumerate(columns, start=1):
            name = shorten(column.name, SHOWN_CHARS)
            if not column.header.strip():
                detail = f"Column {number} has no header; its name here is “{name}”."
                self.add(line, WarningCode.EMPTY_HEADER, detail)
            elif column.name != column.header:
                used = f"the header “{shorten(column.header, SHOWN_CHARS)}” is used twice"
                detail = f"Column {number}: {used}. Its name here is “{name}”."
                self.add(line, WarningCode.DUPLICATE_HEADER, detail)

    def listed(self) -> list[FileWarning]:
        """The kept warnings, then one sentence for each code that has more than are kept."""
        more = [(code, count) for code, count in self.counts.items() if count > WARNINGS_LISTED]
        return self._kept + [
            FileWarning(None, code, f"{count:,} lines in all; the first {WARNINGS_LISTED} are listed.")
            for code, count in more
        ]


class Table(ABC):
    """A file whose columns are known and whose rows can be read, as often as needed. `open_table` makes it.

    `delimiter` is None where the format has none. `line_end` is the one that most records at the file's beginning have.
    `row_count`, `line` and `warnings` are about the latest `rows()`, as far as it has come; `line` is the physical line
    at which the latest row began, from 1, `header_line` that of the header or of the first object.

    `options` are those in force, found or chosen. Rows that are left out because they cannot be read (`ragged=skip`)
    are counted in `reject_count`, and each is given to `on_reject` as reading goes: a million of them need no memory.
    """

    columns: tuple[Column, ...]
    encoding: str
    delimiter: str | None
    line_end: str
    header_line: int
    log: WarningLog
    options: Options
    reject_count: int = 0
    on_reject: Callable[[Reject], None] | None = None

    @property
    @abstractmethod
    def row_count(self) -> int: ...

    @property
    @abstractmethod
    def line(self) -> int: ...

    @property
    def warnings(self) -> list[FileWarning]:
        return self.log.listed()

    @abstractmethod
    def rows(self) -> Generator[list[str]]:
        """Yield each row with exactly `len(columns)` cells; close it to release the file early.

        Raises `RejectedFile` where the file has to be rejected, possibly after many good rows.
        """


def name_columns(headers: Sequence[str]) -> tuple[Column, ...]:
    """Give each header a unique name: `a`, `a (2)` with the next free number, `column 3` for a blank one.

    The first occurrence of a header always keeps it, so that a file's own `a (2)` is not given to another column.
    """
    taken = {header for header in headers if header.strip()}
    given: set[str] = set()
    next_number: Counter[str] = Counter()
    columns = []
    for number, header in enumerate(headers, start=1):
        name = header
        if not header.strip() or header in given:
            base = header if header.strip() else f"column {number}"
            name = _free_name(base, taken, next_number)
        taken.add(name)
        given.add(name)
        columns.append(Column(name=name, header=header))
    return tuple(columns)


def _free_name(base: str, taken: set[str], next_number: Counter[str]) -> str:
    if base not in taken:
        return base
    number = max(next_number[base], 2)
    while f"{base} ({number})" in taken:
        number += 1
    next_number[base] = number + 1
    return f"{base} ({number})"
