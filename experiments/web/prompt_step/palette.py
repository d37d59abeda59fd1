"""The columns beside the prompt, each with its value in the row that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.core.choices import FieldType
from experiments.core.formatting import in_one_line
from experiments.models import Queue
from experiments.prompts.columns import MappedColumn
from experiments.prompts.spelling import COLUMNS, spelled
from experiments.web.column_look import column_looks
from experiments.web.type_looks import LOOKS, Look

SHOWN = 40
"""Of each group; the others are found by typing."""
VALUE_CHARS = 80
WIDEST = 200
"""Columns between the first and the last one of a group, beyond which no types are looked for."""
ALL_COLUMNS = "All prompt columns"
Place = tuple[int, tuple[str, ...]]
"""The number of a column, and the path of its placeholder."""


@dataclass(frozen=True)
class Entry:
    """`text` goes between the braces; `name` is the column or key as people know it."""

    text: str
    name: str
    value: str
    look: Look | None


@dataclass(frozen=True)
class Group:
    title: str
    entries: tuple[Entry, ...]
    left_out: int


def palette(queue: Queue, columns: Sequence[MappedColumn], find: str, cells: Sequence[str]) -> list[Group]:
    """Groups without a column whose name contains `find` are left out."""
    found = found_columns(columns, find)
    groups = [_group(title, queue, paths, cells) for title, paths in found if paths]
    if find.casefold() in ALL_COLUMNS.casefold():
        about = f"{{{{ {COLUMNS} }}}}, as “Name: value” lines"
        every = Entry(COLUMNS, ALL_COLUMNS, about, LOOKS[FieldType.LIST])
        groups.insert(1 if found[0][1] else 0, Group("All at once", (every,), 0))
    return groups


def found_columns(columns: Sequence[MappedColumn], find: str) -> list[tuple[str, list[Place]]]:
    """By title: the places of the columns whose name or key contains `find`, ignoring case, in the file's order.

    A param can be inserted by its key and by its column's name.
    """
    wanted = find.casefold()
    in_prompt: list[Place] = []
    params: list[Place] = []
    others: list[Place] = []
    named: list[Place] = []
    for number, column in enumerate(columns):
        mode = column.traits
        place: Place = (number, ("row", column.name))
        if wanted in column.name.casefold():
            (in_prompt if mode.in_prompt else named if mode.has_key else others).append(place)
        if mode.has_key and wanted in f"{column.key} {column.name}".casefold():
            params.append((number, ("system_params", *column.key.split("."))))
    return [("In prompt", in_prompt), ("System params", params), ("Other columns", [*others, *named])]


def _group(title: str, queue: Queue, listed: Sequence[Place], cells: Sequence[str]) -> Group:
    shown = listed[:SHOWN]
    numbers = [number for number, _ in shown]
    looks = (
        column_looks(queue, min(numbers), max(numbers) + 1) if numbers and max(numbers) - min(numbers) < WIDEST else {}
    )
    entries = (
        Entry(
            text=spelled(path),
            name=".".join(path[1:]),
            value=in_one_line(cells[number][: VALUE_CHARS * 4], VALUE_CHARS) if cells else "",
            look=looks[number].look if number in looks else None,
        )
        for number, path in shown
    )
    return Group(title, tuple(entries), len(listed) - len(shown))
