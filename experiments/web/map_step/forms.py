"""What the map step reads from addresses and sent forms."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from zlib import crc32

from experiments.core import json_text
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.prompts.param_keys import proposed_keys
from experiments.web.map_step.draft import Json, MapDraft

LONGEST_FIND = 200
USED, MOSTLY_EMPTY = "used", "empty"


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
            use=values.get("use", "")[:LONGEST_FIND],
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


def uses_of(draft: MapDraft) -> dict[str, str]:
    """Which columns can be shown: of a mode, or of another kind."""
    labels = {mode: traits.label for mode, traits in draft.modes.items()}
    return {"": "All", **labels, MOSTLY_EMPTY: "Mostly empty", USED: "Used"}


def columns_version(draft: MapDraft) -> str:
    """Changes with the names of the columns: on a page of an earlier file, numbers mean other columns."""
    return f"{crc32(json.dumps(draft.names).encode()):08x}"


def choices_as_json(draft: MapDraft, numbers: Sequence[int]) -> str:
    """What the page shows of these columns, so that a save sees what was changed on it: `[[number, mode, key]]`."""
    keys = proposed_keys(draft.columns)
    shown = [[number, draft.columns[number].mode, keys[number]] for number in numbers if not draft.is_fixed(number)]
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


def valid_changes(draft: MapDraft, choices: Mapping[int, ColumnChoice]) -> tuple[list[Json], dict[int, str]]:
    """The changes of columns that can be saved, and why the others cannot, by number of the column."""
    _refuse_unknown(draft, choices)
    changes = {
        number: {"name": draft.columns[number].name, "mode": choice.mode, "key": choice.key}
        for number, choice in choices.items()
    }
    try:
        draft.merged(list(changes.values()))
    except InvalidInput:
        return _valid_one_by_one(draft, changes)
    return list(changes.values()), {}


def _valid_one_by_one(draft: MapDraft, changes: Mapping[int, Json]) -> tuple[list[Json], dict[int, str]]:
    valid: list[Json] = []
    problems = {}
    for number, change in changes.items():
        try:
            draft.merged([*valid, change])
        except InvalidInput as error:
            problems[number] = error.detail
        else:
            valid.append(change)
    return valid, problems


def is_of_use(draft: MapDraft, stats: Sequence[Json], number: int, use: str) -> bool:
    """Whether a column belongs to what one of `uses_of` shows."""
    column, total = draft.columns[number], draft.queue.total
    if use == USED:
        return column.traits.is_sent
    if use == MOSTLY_EMPTY:
        return bool(total) and stats[number]["empty"] * 2 > total
    return use not in uses_of(draft) or not use or column.mode == use


def matching_columns(draft: MapDraft, stats: Sequence[Json], query: ColumnQuery) -> list[int]:
    """Numbers of the columns of this use whose name contains what is looked for, ignoring case."""
    wanted = query.find.casefold()
    return [
        number
        for number, name in enumerate(draft.names)
        if wanted in name.casefold() and is_of_use(draft, stats, number, query.use)
    ]


def same_mode(draft: MapDraft, mode: str, numbers: Sequence[int]) -> list[Json]:
    """Changes that give these columns this mode, each with the key that is proposed for it."""
    if mode not in draft.modes:
        raise InvalidInput("Choose how the columns are used.", code=ErrorCode.INVALID_MODE, attr="columns")
    if not numbers:
        raise InvalidInput("Select columns first.", code=ErrorCode.REQUIRED, attr="columns")
    _refuse_unknown(draft, numbers)
    keys = proposed_keys(draft.columns)
    chosen = (number for number in numbers if not draft.is_fixed(number))
    return [{"name": draft.columns[number].name, "mode": mode, "key": keys[number]} for number in chosen]


def _refuse_unknown(draft: MapDraft, numbers: Iterable[int]) -> None:
    if not all(0 <= number < len(draft.columns) for number in numbers):
        raise InvalidInput("There is no such column.", code=ErrorCode.UNKNOWN_COLUMN, attr="columns")
