"""What the buttons of a row do: `act` is `name:key`, with `0` for the whole list."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

from experiments.core.choices import FieldType
from experiments.web.schema.rows import Row, Rows

LONGEST_NAME = 64


@dataclass(frozen=True)
class Place:
    """Where a row is: in `siblings` at `index`, which are the fields of `owner` (None: of the answer)."""

    siblings: list[Row]
    index: int
    owner: Row | None

    @property
    def row(self) -> Row:
        return self.siblings[self.index]


@dataclass(frozen=True)
class Done:
    """`focus`: the id of the input that goes on; `said`: what happened, for people who do not see the list change."""

    focus: str = ""
    said: str = ""


NOTHING = Done()


def place_of(rows: Rows, key: int) -> Place | None:
    for owner in (None, *rows.all()):
        siblings = rows.rows if owner is None else owner.fields
        for index, row in enumerate(siblings):
            if row.key == key:
                return Place(siblings, index, owner)
    return None


def place_of_sibling(siblings: Sequence[Row], index: int, owner: Row | None) -> Place:
    return Place(list(siblings), index, owner)


def into(place: Place) -> Row | None:
    """The object, or list of objects, that a row can be moved into: the nearest one above it, else below it."""
    near = [*place.siblings[: place.index][::-1], *place.siblings[place.index + 1 :]]
    return next((row for row in near if row.home is not None), None)


def named_owner(rows: Rows, place: Place) -> Row | None:
    """The field whose object a row is in: for a list of objects the list."""
    owner = place.owner
    while owner and owner.is_item:
        owner = next(row for row in rows.all() if row.item is owner)
    return owner


def act(rows: Rows, text: str) -> Done:
    """Does what the pressed button says. What another page removed meanwhile is not there: nothing happens."""
    name, _, rest = text.partition(":")
    key = int(rest) if rest.isascii() and rest.isdecimal() and len(rest) < 8 else 0
    if name == "add":
        return _add(rows, key)
    if name == "item":
        return _item(rows, key)
    place, edit = place_of(rows, key), EDITS.get(name)
    if place is None or edit is None:
        return NOTHING
    return edit(rows, place)


def _add(rows: Rows, key: int) -> Done:
    """To the end of an object's fields; `key` 0: of the answer's."""
    home = next((row.home for row in rows.all() if row.key == key), None) if key else rows.rows
    if home is None:
        return NOTHING
    row = rows.new()
    home.append(row)
    return Done(f"{row.id}-name", "A field is added.")


def _after(rows: Rows, place: Place) -> Done:
    row = rows.new()
    place.siblings.insert(place.index + 1, row)
    return Done(f"{row.id}-name", "A field is added.")


def _copy(rows: Rows, place: Place) -> Done:
    copy = deepcopy(place.row)
    for row in Rows([copy]).all():
        row.key = next(rows.keys)
    copy.name = _free_name(copy.name, {row.name for row in place.siblings})
    place.siblings.insert(place.index + 1, copy)
    return Done(f"{copy.id}-name", f"“{place.row.title}” is copied as “{copy.title}”.")


def _free_name(name: str, names: set[str]) -> str:
    """`total` becomes `total_2`; a row without a name stays so."""
    number = 2
    while name and (free := f"{name[: LONGEST_NAME - 4]}_{number}") in names:
        number += 1
    return free if name else ""


def _remove(rows: Rows, place: Place) -> Done:
    row = place.siblings.pop(place.index)
    near = place.siblings[place.index : place.index + 1] or place.siblings[-1:]
    focus = f"{near[0].id}-name" if near else f"add-{place.owner.key if place.owner else 0}"
    return Done(focus, f"“{row.title}” is removed. Undo brings it back.")


def _move_to(place: Place, to: int) -> Done:
    row = place.siblings.pop(place.index)
    to = min(max(to, 0), len(place.siblings))
    place.siblings.insert(to, row)
    return Done(f"{row.id}-acts", f"“{row.title}” is number {to + 1} of {len(place.siblings)}.")


def _into(rows: Rows, place: Place) -> Done:
    target = into(place)
    if target is None or target.home is None:
        return Done(f"{place.row.id}-acts")
    row = place.siblings.pop(place.index)
    target.home.append(row)
    return Done(f"{row.id}-acts", f"“{row.title}” is in “{target.title}”.")


def _out(rows: Rows, place: Place) -> Done:
    owner = named_owner(rows, place)
    outside = place_of(rows, owner.key) if owner else None
    if owner is None or outside is None:
        return Done(f"{place.row.id}-acts")
    row = place.siblings.pop(place.index)
    outside.siblings.insert(outside.index + 1, row)
    return Done(f"{row.id}-acts", f"“{row.title}” is out of “{owner.title}”.")


def _item(rows: Rows, key: int) -> Done:
    row = next((row for row in rows.all() if row.key == key), None)
    if row is None or row.kind != FieldType.LIST or row.item:
        return NOTHING
    row.item = Row(next(rows.keys), is_item=True)
    return Done(f"{row.item.id}-type", f"Each item of “{row.title}” is a text.")


EDITS: dict[str, Callable[[Rows, Place], Done]] = {
    "after": _after,
    "copy": _copy,
    "remove": _remove,
    "up": lambda rows, place: _move_to(place, place.index - 1),
    "down": lambda rows, place: _move_to(place, place.index + 1),
    # A row that was dropped is sent where it is now.
    "place": lambda rows, place: _move_to(place, place.index),
    "into": _into,
    "out": _out,
}
