"""What each column of a file is for, and what that makes of a row.

A column is `{name, header, mode, key}`: `header` the file's text, `name` unique, `mode` one of `MODES`, `key` the path
in the system params (dots nest), which counts only with `system_param`.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import asdict, dataclass, replace
from typing import Any

from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted
from experiments.core.system_params import KeyTree

IGNORE, PROMPT, SYSTEM_PARAM = MODES = ("ignore", "prompt", "system_param")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    header: str
    mode: str
    key: str


# Columns as they are sent and stored


def columns_of_table(columns: Iterable[tuple[str, str]], previous: Sequence[Json] = ()) -> list[Json]:
    """The columns of a new file, given as (name, header); those of a name that was there keep their mode and key."""
    kept = {column["name"]: column for column in previous}
    made = []
    for name, header in columns:
        before = kept.get(name, {"mode": IGNORE, "key": name})
        made.append(Column(name=name, header=header, mode=before["mode"], key=before["key"]))
    return _to_json(made)


def new_columns(given: Any) -> list[Json]:
    """Columns of a draft that has no file yet, in the order given. `header` defaults to the name."""
    entries = _entries(given)
    blank = [{"name": name, "header": entry.get("header", name)} for name, entry in entries.items()]
    for column in blank:
        _check_text(column["header"], column["name"], "header")
    columns = columns_of_table((column["name"], column["header"]) for column in blank)
    return merge_columns(columns, given)


def merge_columns(existing: Sequence[Json], changes: Any) -> list[Json]:
    """All columns, changed where `changes` names them; `InvalidInput` (attr `columns`) names the column."""
    entries = _entries(changes)
    unknown = next((name for name in entries if name not in {column["name"] for column in existing}), None)
    if unknown is not None:
        raise _invalid(f"There is no column {quoted(unknown)}.", "unknown_column")
    merged = [_changed(Column(**column), entries.get(column["name"], {})) for column in existing]
    _tree(merged)
    return _to_json(merged)


def check_columns(columns: Any) -> tuple[Column, ...]:
    """The columns as values, complete and consistent, or `InvalidInput`."""
    return tuple(Column(**column) for column in new_columns(columns))


def _to_json(columns: Iterable[Column]) -> list[Json]:
    return [asdict(column) for column in columns]


def _entries(given: Any) -> dict[str, Json]:
    """By name, each with keys and values of the right kind."""
    if not isinstance(given, list | tuple):
        raise _invalid("columns must be a list.", "invalid_columns")
    entries: dict[str, Json] = {}
    for position, entry in enumerate(given):
        if not isinstance(entry, MappingOf) or not isinstance(entry.get("name"), str):
            raise _invalid(f"columns[{position}] must be an object with a name.", "invalid_columns")
        name = entry["name"]
        if not name.strip():
            raise _invalid(f"columns[{position}] has a blank name.", "invalid_columns")
        if name in entries:
            raise _invalid(f"The column {quoted(name)} is named twice.", "duplicate_column")
        _check_text(name, name, "name")
        _check_entry(entry)
        entries[name] = dict(entry)
    return entries


def _check_entry(entry: MappingOf[str, Any]) -> None:
    name = entry["name"]
    unknown = set(entry) - {"name", "header", "mode", "key"}
    if unknown:
        raise _invalid(f"Column {quoted(name)}: {_listed(unknown)} is not known.", "invalid_columns")
    if entry.get("mode", IGNORE) not in MODES:
        sentence = f"Column {quoted(name)}: the mode is {quoted(entry['mode'])}, not one of {', '.join(MODES)}."
        raise _invalid(sentence, "invalid_mode")
    if entry.get("key") is not None:
        _check_text(entry["key"], name, "key")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, sorted(names)))


def _check_text(value: Any, name: str, what: str) -> None:
    if not isinstance(value, str):
        raise _invalid(f"Column {quoted(name)}: the {what} must be a text.", "invalid_columns")
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise _invalid(f"Column {quoted(name)}: the {what} has a character that no text has.", "invalid_columns")


def _changed(column: Column, entry: Json) -> Column:
    if entry.get("header", column.header) != column.header:
        raise _invalid(f"Column {quoted(column.name)}: the header is the file's and cannot change.", "invalid_columns")
    # Without a key of its own a column goes by its name: an input left empty says just that.
    key = (entry["key"] or column.name) if "key" in entry else column.key
    return replace(column, mode=entry.get("mode", column.mode), key=key)


def _invalid(detail: str, code: str) -> InvalidInput:
    return InvalidInput(detail, code=code, attr="columns")


# Keys


def _tree(columns: Iterable[Column]) -> KeyTree:
    """Where each system param comes from; `InvalidInput` where keys are not usable, or clash."""
    tree = KeyTree()
    for number, column in enumerate(columns):
        if column.mode == SYSTEM_PARAM:
            tree.add(number=number, name=column.name, key=column.key)
    return tree


# Rows


class Mapping:
    """The columns of a batch, compiled once. Cells are a row's texts in column order, as many as there are columns."""

    __slots__ = ("_prompt", "_tree", "names")

    def __init__(self, columns: Sequence[Json]) -> None:
        made = [Column(**column) for column in columns]
        self.names = tuple(column.name for column in made)
        self._tree = _tree(made)
        self._prompt = [(f"{column.name}: ", number) for number, column in enumerate(made) if column.mode == PROMPT]

    def row(self, cells: Sequence[str]) -> dict[str, str]:
        return dict(zip(self.names, cells, strict=True))

    def system_params(self, cells: Sequence[str]) -> dict[str, Any]:
        """Nested by the dots of the keys; the texts as they are in the file."""
        return self._tree.filled(cells)

    def columns_text(self, cells: Sequence[str]) -> str:
        """`Name: value` lines of the columns in the prompt, in file order; "" where there are none."""
        return "\n".join([label + cells[number] for label, number in self._prompt])
