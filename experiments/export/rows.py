"""A row of an export, and what all rows of one have in common. The formats are in modules of their own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from experiments.core.item_fields import EXPORTED_FIELDS

RUN_COLUMNS = (*EXPORTED_FIELDS, "corrected")
PIECE = 64 * 1024  # characters, at least, but for the last piece


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
