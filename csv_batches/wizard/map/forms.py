"""What the map step reads from addresses and sent forms."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping
from csv_batches.rules.choices import MappingMode
from csv_batches.rules.mapping_modes import MAPPING_MODES, mode_of_column
from csv_batches.rules.param_keys import proposed_keys
from experiments.core import json_text
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput

Json = dict[str, Any]
LONGEST_FIND = 200
USED, MOSTLY_EMPTY = "used", "empty"
_LABELS: dict[str, str] = {mode.value: traits.label for mode, traits in MAPPING_MODES.items()}
USES: dict[str, str] = {"": "All", **_LABELS, MOSTLY_EMPTY: "Mostly empty", USED: "Used"}
"""Which columns are shown: of a mode, or of another kind."""


@dataclass(frozen=True)
class ColumnQuery:
    """Which columns and which example row are shown."""

    find: str
    use: str
    page: int
    row: int | None

    @classmethod
    def from_values(cls, values: Mapping[str, str]) -> "ColumnQuery":
        return cls(
            find=values.get("find", "")[:LONGEST_FIND],
            use=use if (use := values.get("use", "")) in USES else "",
            page=parse_number(values.get("page", "")) or 1,
            row=parse_number(values.get("show") or values.get("row", "")),
        )

    def urlencode(self) -> str:
        given = {"find": self.find, "use": self.use, "page": self.page if self.page > 1 else "", "row": self.row}
        return urlencode({name: value for name, value in given.items() if value not in ("", None)})


def parse_number(text: str) -> int | None:
    """At most nine digits of a number such as `1,204`; None for anything else."""
    digits = text.strip().replace(",", "")
    return int(digits[:9]) if digits.isascii() and digits.isdecimal() else None


@dataclass(frozen=True)
class ColumnChoice:
    """The mode and key that a form gives a column."""

    mode: str
    key: str


def columns_version(batch: CsvBatch) -> str:
    """Changes with the names of the columns: on a page of an earlier file, numbers mean other columns."""
    return f"{crc32(json.dumps(batch.column_names).encode()):08x}"


def choices_as_json(batch: CsvBatch, numbers: Sequence[int]) -> str:
    """What the page shows of these columns, so that a save sees what was changed on it: `[[number, mode, key]]`."""
    keys = proposed_keys(batch.columns)
    shown = [[number, batch.columns[number]["mode"], keys[number]] for number in numbers]
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def changed_choices(form: Mapping[str, str]) -> dict[int, ColumnChoice]:
    """The columns that differ from what the page showed, by number."""
    try:
        entries = json_text.parse_finite(form.get("was", "[]"))
        shown = {int(number): ColumnChoice(mode, key) for number, mode, key in entries}
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput(
            "The form is not whole. Reload the page.", code=ErrorCode.INVALID_COLUMNS, attr="columns"
        ) from error
    chosen = {
        number: ColumnChoice(form.get(f"m-{number}", old.mode), form.get(f"k-{number}", old.key))
        for number, old in shown.items()
    }
    return {number: choice for number, choice in chosen.items() if choice != shown[number]}


def valid_changes(batch: CsvBatch, choices: Mapping[int, ColumnChoice]) -> tuple[list[Json], dict[int, str]]:
    """The changes of columns that can be saved, and why the others cannot, by number of the column."""
    if not all(0 <= number < len(batch.columns) for number in choices):
        raise InvalidInput("There is no such column.", code=ErrorCode.UNKNOWN_COLUMN, attr="columns")
    changes = {
        number: {"name": batch.columns[number]["name"], "mode": choice.mode, "key": choice.key}
        for number, choice in choices.items()
    }
    try:
        mapping.merge_columns(batch.columns, list(changes.values()))
    except InvalidInput:
        return _valid_one_by_one(batch, changes)
    return list(changes.values()), {}


def _valid_one_by_one(batch: CsvBatch, changes: Mapping[int, Json]) -> tuple[list[Json], dict[int, str]]:
    valid: list[Json] = []
    problems = {}
    for number, change in changes.items():
        try:
            mapping.merge_columns(batch.columns, [*valid, change])
        except InvalidInput as error:
            problems[number] = error.detail
        else:
            valid.append(change)
    return valid, problems


def is_of_use(batch: CsvBatch, stats: Sequence[Json], number: int, use: str) -> bool:
    """Whether a column belongs to what one of `USES` shows."""
    column = batch.columns[number]
    if use == USED:
        return mode_of_column(column).is_sent
    if use == MOSTLY_EMPTY:
        return bool(batch.total) and stats[number]["empty"] * 2 > batch.total
    return not use or column["mode"] == use


def matching_columns(batch: CsvBatch, stats: Sequence[Json], query: ColumnQuery) -> list[int]:
    """Numbers of the columns of this use whose name contains what is looked for, ignoring case."""
    wanted = query.find.casefold()
    return [
        number
        for number, name in enumerate(batch.column_names)
        if wanted in name.casefold() and is_of_use(batch, stats, number, query.use)
    ]


def same_mode(batch: CsvBatch, mode: str, numbers: Sequence[int]) -> list[Json]:
    """Changes that give these columns this mode, each with the key that is proposed for it."""
    if mode not in MappingMode.values():
        raise InvalidInput("Choose how the columns are used.", code=ErrorCode.INVALID_MODE, attr="columns")
    if not numbers:
        raise InvalidInput("Select columns first.", code=ErrorCode.REQUIRED, attr="columns")
    if not all(0 <= number < len(batch.columns) for number in numbers):
        raise InvalidInput("There is no such column.", code=ErrorCode.UNKNOWN_COLUMN, attr="columns")
    keys = proposed_keys(batch.columns)
    return [{"name": batch.column_names[number], "mode": mode, "key": keys[number]} for number in numbers]
