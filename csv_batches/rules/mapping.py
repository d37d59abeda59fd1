"""How each column of a file is used, and what that makes of a row.

A column is `{name, header, mode, key}`: `header` the file's text, `name` unique, `mode` a `MappingMode`, `key` the path
in the system params (dots nest), used only in a mode that has keys.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from csv_batches.rules.choices import MappingMode
from csv_batches.rules.mapping_modes import MAPPING_MODES
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import quoted
from experiments.core.json_text import UNSTORABLE
from experiments.prompts.columns import MessageColumns, ModeTraits, key_tree

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    header: str
    mode: str
    key: str

    @property
    def traits(self) -> ModeTraits:
        return MAPPING_MODES[MappingMode(self.mode)]


# Columns as they are sent and stored


def columns_of_table(columns: Iterable[tuple[str, str]], previous: Sequence[Json] = ()) -> list[Json]:
    """The columns of a new file, given as (name, header). One whose name is in `previous` keeps its mode and key."""
    kept = {column["name"]: column for column in previous}
    made = []
    for name, header in columns:
        before = kept.get(name, {"mode": MappingMode.IGNORE.value, "key": name})
        made.append({"name": name, "header": header, "mode": before["mode"], "key": before["key"]})
    return made


def new_columns(given: Any) -> list[Json]:
    """Columns of a draft that has no file yet, in the order given. `header` defaults to the name."""
    entries = _entries_by_name(given)
    headers = {name: entry.get("header", name) for name, entry in entries.items()}
    for name, header in headers.items():
        _check_text(header, name, "header")
    return merge_columns(columns_of_table(headers.items()), given)


def merge_columns(existing: Sequence[Json], changes: Any) -> list[Json]:
    """All columns, changed where `changes` names them; `InvalidInput` (attr `columns`) names the column."""
    entries = _entries_by_name(changes)
    known = {column["name"] for column in existing}
    unknown = next((name for name in entries if name not in known), None)
    if unknown is not None:
        raise _invalid(f"There is no column {quoted(unknown)}.", ErrorCode.UNKNOWN_COLUMN, Part(name=unknown))
    merged = [_changed_column(Column(**column), entries.get(column["name"], {})) for column in existing]
    key_tree(merged)
    return [asdict(column) for column in merged]


def _entries_by_name(given: Any) -> dict[str, Json]:
    """The entries of a list of columns, each checked for its properties and their types."""
    if not isinstance(given, list | tuple):
        raise _invalid("columns must be a list.")
    entries: dict[str, Json] = {}
    for index, entry in enumerate(given):
        if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
            raise _invalid(f"columns[{index}] must be an object with a name.", part=Part(index=index))
        name = entry["name"]
        if not name.strip():
            raise _invalid(f"columns[{index}] has a blank name.", part=Part(index=index, key="name"))
        if name in entries:
            part = Part(index=index, name=name)
            raise _invalid(f"The column {quoted(name)} is named twice.", ErrorCode.DUPLICATE_COLUMN, part)
        _check_entry(entry)
        entries[name] = dict(entry)
    return entries


def _check_entry(entry: Mapping[str, Any]) -> None:
    name = entry["name"]
    _check_text(name, name, "name")
    unknown = set(entry) - {"name", "header", "mode", "key"}
    if unknown:
        raise _invalid_in(name, f"{', '.join(map(quoted, sorted(unknown)))} is not known.")
    if entry.get("mode", MappingMode.IGNORE) not in MappingMode.values():
        reason = f"the mode is {quoted(entry['mode'])}, not one of {', '.join(MappingMode.values())}."
        raise _invalid_in(name, reason, "mode", ErrorCode.INVALID_MODE)
    if entry.get("key") is not None:
        _check_text(entry["key"], name, "key")


def _check_text(value: Any, name: str, key: str) -> None:
    if not isinstance(value, str):
        raise _invalid_in(name, f"the {key} must be a text.", key)
    if UNSTORABLE.search(value):
        raise _invalid_in(name, f"the {key} has a character that no text has.", key)


def _changed_column(column: Column, entry: Json) -> Column:
    if entry.get("header", column.header) != column.header:
        raise _invalid_in(column.name, "the header is the file's and cannot change.", "header")
    # An input that was left empty means: use the column's name.
    key = (entry["key"] or column.name) if "key" in entry else column.key
    return replace(column, mode=entry.get("mode", column.mode), key=key)


def _invalid_in(name: str, reason: str, key: str | None = None, code: str = ErrorCode.INVALID_COLUMNS) -> InvalidInput:
    sentence = f"{reason[:1].upper()}{reason[1:]}"
    return _invalid(f"Column {quoted(name)}: {reason}", code, Part(name=name, key=key), sentence)


def _invalid(
    detail: str, code: str = ErrorCode.INVALID_COLUMNS, part: Part | None = None, reason: str | None = None
) -> InvalidInput:
    return InvalidInput(detail, code=code, attr="columns", part=part, reason=reason)


# Rows


class ColumnMapping(MessageColumns):
    """The columns of a batch, as they are stored, compiled once."""

    __slots__ = ()

    def __init__(self, columns: Sequence[Json]) -> None:
        super().__init__(columns_of(columns))


def columns_of(stored: Iterable[Json]) -> list[Column]:
    return [Column(**column) for column in stored]
