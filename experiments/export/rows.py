"""The rows of an export and their common layout. Each format has a module of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

from experiments.core.choices import Nested, RowStatus
from experiments.core.cost import plain
from experiments.core.item_fields import EXPORTED_FIELDS, EXPORTED_LAST
from experiments.core.json_numbers import as_whole, to_json

RUN_COLUMNS = (*EXPORTED_FIELDS, "corrected", *EXPORTED_LAST)
ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "ABSENT", "__bool__": lambda self: False})()
"""Instead of a value that an answer lacks, and of all values where there is no answer. Null is something else."""
FILE_PIECE = 256 * 1024
PIECE = 64 * 1024  # characters, at least, except for the last piece


@dataclass(frozen=True, slots=True)
class ExportLayout:
    """What all rows of an export have in common.

    `headers` are the file's texts, `names` the unique names of the same columns, `fields` the response fields in order,
    `extras` the columns that a kind adds after them. `run_columns`: whether `RUN_COLUMNS` come last. `line_end` is the
    file's; for a lone CR the export has LF. `whole`: the fields whose values are whole numbers. `delimiter` is that of
    a CSV.

    `response_fields` are the definitions of `fields`, `shown` the names of the columns that are wanted, in their order,
    None: all. `null` is written for null, and an empty text then has quotes; `join` stands between the values of a
    list; `explode` names the list of objects whose elements are lines.
    """

    headers: Sequence[str]
    names: Sequence[str]
    fields: Sequence[str]
    run_columns: bool = True
    excel: bool = False
    line_end: str = "\n"
    extras: Sequence[str] = ()
    whole: frozenset[str] = frozenset()
    delimiter: str = ","
    response_fields: Sequence[Mapping[str, Any]] = ()
    shown: Sequence[str] | None = None
    null: str | None = None
    join: str | None = None
    nested: Nested = Nested.JSON
    explode: str = ""

    @property
    def width(self) -> int:
        """How many columns there are, where no object is taken apart."""
        if self.shown is not None:
            return len(self.shown)
        return len(self.headers) + len(self.fields) + len(self.extras) + (len(RUN_COLUMNS) if self.run_columns else 0)

    @property
    def all_in_quotes(self) -> bool:
        """Whether every cell of a CSV is. Without a delimiter, any other sign might be one."""
        return self.excel or self.width < 2

    def values(self, answer: Mapping[str, Any]) -> list[Any]:
        """Of the response fields, in order; those that are `whole` as integers, however an answer spells them."""
        whole = self.whole
        return [as_whole(answer.get(name)) if name in whole else answer.get(name) for name in self.fields]


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One row; `payload` is a person's correction, else the answer; `elapsed_ms` is that of the last attempt."""

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
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    version: int | None = None
    extras: Sequence[Any] = ()

    @property
    def response(self) -> Mapping[str, Any] | None:
        """The answer of the row: None for a failed one, unless a person corrected it."""
        return self.payload if self.corrected or self.status == RowStatus.SUCCEEDED else None

    @property
    def run(self) -> tuple[Any, ...]:
        """In the order of `RUN_COLUMNS`."""
        return _run(self)


_run = attrgetter(*RUN_COLUMNS)


def export_header(
    headers: Sequence[str], fields: Sequence[str], *, run_columns: bool, extras: Sequence[str] = ()
) -> list[str]:
    """The names of all columns: the file's as they are, then the others, each prefixed until it is unique."""
    names, taken = list(headers), set(headers)
    added = [
        *((field, "response.") for field in fields),
        *((name, "extra.") for name in extras),
        *((name, "run.") for name in RUN_COLUMNS if run_columns),
    ]
    for name, prefix in added:
        while name in taken:
            name = prefix + name
        names.append(name)
        taken.add(name)
    return names


def cell_text(value: Any) -> str:
    """A value of an answer as a cell: texts as they are, "" for null, everything else as JSON."""
    if isinstance(value, str):
        return value
    if value is None or value is ABSENT:
        return ""
    return str(value) if type(value) is int else compact_json(value)


def run_text(value: Any) -> str:
    """A value of `RUN_COLUMNS` as a cell: what it cost with all its places, and as no power of ten."""
    return plain(value) if isinstance(value, Decimal) else cell_text(value)


def date_of(text: Any) -> date | None:
    """Of a field that is a date; None where it is none."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def moment_of(text: Any) -> datetime | None:
    """Of a field that is a date with time, in UTC; None where it is none or has no offset."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def compact_json(value: Any) -> str:
    return to_json(value, separators=(",", ":"))


def in_pieces(lines: Iterable[str]) -> Iterator[bytes]:
    """The lines in UTF-8, joined to pieces of at least `PIECE` characters, to be sent one by one."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= PIECE:
            yield "".join(waiting).encode()
            waiting.clear()
            size = 0
    if waiting:
        yield "".join(waiting).encode()


def pieces_of_file(path: Path) -> Iterator[bytes]:
    """What was written to the disk first."""
    with path.open("rb") as file:
        while piece := file.read(FILE_PIECE):
            yield piece
