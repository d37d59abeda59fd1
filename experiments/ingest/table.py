"""The values that pass between an ingested file and whoever asked for it. Cells are text, exactly as in the file."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from experiments.core.errors import InvalidInput, TooLarge

SPLIT = "Split it, and make a batch of each part."
WARNINGS_LISTED = 100
"""So many lines of each warning code are kept; all are counted."""


class RejectedFile(InvalidInput):
    """The file cannot be taken as it is.

    `line` is the physical line, from 1; `column` the number of the cell in its row, from 1; None: it is about all of
    the file, or of the line. Further ones in `extra`:
    `char` (place in the line, from 1), `offset` (byte in the file, from 0), `guess` and `preview` (lines read with it),
    `found` and `expected` cells of a row.
    """

    def __init__(self, detail: str, *, code: str, line: int | None = None, column: int | None = None, **extra: Any):
        super().__init__(detail, code=code, attr="file", extra={"line": line, "column": column, **extra})


class FileTooLarge(RejectedFile, TooLarge):
    """The file, a row or a cell is beyond one of the `Limits`."""

    status = TooLarge.status


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a person decided about the file; None means: find out. `delimiter` is one character or `tab`.

    `keys`: of which objects of a JSON Lines file the keys become columns; with `first` others are refused later on.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: bool = True
    ragged: Literal["reject", "pad"] = "reject"
    keys: Literal["first", "all"] = "first"

    def __post_init__(self) -> None:
        if self.ragged not in ("reject", "pad"):
            raise InvalidInput(f"“{self.ragged}” is not reject or pad.", code="invalid_choice", attr="ragged")


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file that is taken. Sizes of cells and rows are characters of the file, quotes included."""

    max_bytes: int = 1024**3
    max_rows: int = 2_000_000
    max_columns: int = 10_000
    max_cell_chars: int = 16 * 1024**2
    max_row_chars: int = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Column:
    """`header` is the file's text; `name` is unique in the table and never empty."""

    name: str
    header: str


@dataclass(frozen=True, slots=True)
class Warning_:
    """Something that was taken as it is and should be known. `line` is None where it is about many lines."""

    line: int | None
    code: str
    detail: str


class WarningLog:
    """Counts every warning and keeps the first lines of each code."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kept: list[Warning_] = []

    def add(self, line: int, code: str, detail: str) -> None:
        self.counts[code] += 1
        if self.counts[code] <= WARNINGS_LISTED:
            self._kept.append(Warning_(line, code, detail))

    def add_names(self, columns: Iterable["Column"], line: int) -> None:
        """Says which columns have another name here than in the header, which is at `line`."""
        for number, column in enumerate(columns, start=1):
            name = shortened(column.name)
            if not column.header.strip():
                self.add(line, "empty_header", f"Column {number} has no header; its name here is “{name}”.")
            elif column.name != column.header:
                taken = f"the header “{shortened(column.header)}” is taken"
                self.add(line, "duplicate_header", f"Column {number}: {taken}; its name here is “{name}”.")

    def listed(self) -> list[Warning_]:
        """The kept warnings, then one sentence for each code that has more than are kept."""
        more = [(code, count) for code, count in self.counts.items() if count > WARNINGS_LISTED]
        return self._kept + [
            Warning_(None, code, f"{count:,} lines in all; the first {WARNINGS_LISTED} are listed.")
            for code, count in more
        ]


class Table(ABC):
    """A file whose columns are known and whose rows can be read, as often as needed.

    `delimiter` is None where the format has none. `line_end` is the one that most records of the file's beginning have.
    `row_count`, `line` and `warnings` are about the latest `rows()`, so far as it has come; `line` is the physical line
    at which the latest row began, from 1, `header_line` that of the header or of the first object.
    """

    columns: tuple[Column, ...]
    encoding: str
    delimiter: str | None
    line_end: str
    row_count: int
    header_line: int

    @property
    @abstractmethod
    def line(self) -> int: ...

    @property
    @abstractmethod
    def warnings(self) -> list[Warning_]: ...

    @property
    @abstractmethod
    def warning_counts(self) -> dict[str, int]:
        """How often each warning code came up."""

    @abstractmethod
    def rows(self) -> Generator[list[str]]:
        """Yield each row with exactly `len(columns)` cells; close it to let go of the file early.

        Raises `RejectedFile` where the file has to be refused, which may be after many good rows.
        """


def shortened(text: str) -> str:
    """A header or key as it may stand in a sentence, however long it is."""
    return text if len(text) <= 60 else f"{text[:59]}…"


def name_columns(headers: Sequence[str]) -> tuple[Column, ...]:
    """Give each header a unique name: `a`, `a (2)` with the next number that is free, `column 3` for a blank one.

    A header that is the first of its text always keeps it, so a file's own `a (2)` is not taken away from it.
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
