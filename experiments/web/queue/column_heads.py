"""The heads of the grid's columns: what sorts by one, hides it, and filters by the values in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from experiments.core.choices import FieldType
from experiments.core.json_numbers import to_json
from experiments.kinds import QueueLayout
from experiments.response_schema.field_types import traits_of_field
from experiments.response_schema.leaves import Leaf, LeafKind, leaves_of_fields
from experiments.selectors.field_filter import (
    ANY,
    BETWEEN,
    COLUMN,
    CONTAINS,
    NONE,
    PREFIX,
    FieldFilter,
    field_filters,
)
from experiments.selectors.row_order import OF_A_COLUMN, ROW_INDEX
from experiments.web.queue.columns import GridColumns
from experiments.web.queue.forms import PLACES, query_string
from experiments.web.queue.grid_choice import MOST_PINNED
from experiments.web.type_looks import LOOKS, Look

TEXT = LOOKS[FieldType.STRING]
"""Cells of a file are texts."""
UP, DOWN = "ascending", "descending"
OF_A_ROW = {ROW_INDEX: "row number", "elapsed_ms": "duration", "completed_at": "time finished"}
SORTS_ABOUT = {"duration": "elapsed_ms", "finished": "completed_at"}
OWN = ("field", "value", "least", "below", "blank")
"""Of the bar of a distribution, which filters a column too."""


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_picked: bool


@dataclass(frozen=True)
class Part:
    """A value that its column is filtered and sorted by. `key`: how filters call it.

    `choices`: all values that there can be; none: there may be any. `has_range`: it has a first and a last one.
    """

    name: str
    key: str
    up: str
    down: str
    choices: tuple[Choice, ...] = ()
    has_range: bool = False
    is_date: bool = False
    is_whole: bool = False
    has_text: bool = False
    first: str = ""
    last: str = ""
    text: str = ""
    is_blank: bool = False

    @property
    def id(self) -> str:
        return f"v{crc32(self.key.encode()):08x}"


@dataclass(frozen=True)
class ColumnHead:
    """`sort` and `hide` are query strings; None where it cannot be sorted, "" where none is left.

    `direction` is that of `aria-sort`. `others`: the filters that stay when this column's change.
    """

    key: str
    name: str
    look: Look | None = None
    note: str = ""
    sort: str | None = None
    direction: str = ""
    hide: str | None = None
    parts: tuple[Part, ...] = ()
    others: Mapping[str, Any] = field(default_factory=dict)
    is_filtered: bool = False
    at: int = 0
    place: int = 0
    """Of one that is pinned, from 1."""
    pin: str | None = None
    """The query string that pins it, or lets it go."""

    @property
    def is_answer(self) -> bool:
        return self.key.startswith("a")

    @property
    def classes(self) -> str:
        stuck = f" stuck s{self.place}" if self.place else ""
        return f"ans {self.look.cell if self.look else ''}{stuck}" if self.is_answer else f"inp{stuck}"

    @property
    def has_choices(self) -> bool:
        return any(part.choices for part in self.parts)

    @property
    def without(self) -> str:
        """The query that is left without this column's filters."""
        return query_string(self.others)

    @property
    def menu(self) -> str:
        return f"menu-{self.key}" if self.parts else ""


@dataclass(frozen=True)
class ColumnHeads:
    row: ColumnHead
    inputs: tuple[ColumnHead, ...]
    answers: tuple[ColumnHead, ...]
    about: tuple[ColumnHead, ...]

    @property
    def pinned(self) -> tuple[ColumnHead, ...]:
        found = (head for head in (*self.inputs, *self.answers) if head.place)
        return tuple(sorted(found, key=lambda head: head.place))

    @property
    def loose_inputs(self) -> tuple[ColumnHead, ...]:
        return tuple(head for head in self.inputs if not head.place)

    @property
    def loose_answers(self) -> tuple[ColumnHead, ...]:
        return tuple(head for head in self.answers if not head.place)

    @property
    def with_menus(self) -> tuple[ColumnHead, ...]:
        return tuple(head for head in (*self.inputs, *self.answers) if head.menu)

    @property
    def sortable(self) -> tuple[ColumnHead, ...]:
        return tuple(head for head in (self.row, *self.answers, *self.inputs, *self.about) if head.sort is not None)


def sorted_in_words(sort: str) -> str:
    """`score, descending`; "" in row order."""
    name = sort.removeprefix("-")
    if not name:
        return ""
    shown = OF_A_ROW.get(name) or name.removeprefix(PREFIX).removeprefix(OF_A_COLUMN)
    return f"{shown}, {DOWN if name != sort else UP}"


def column_heads(columns: GridColumns, layout: QueueLayout, filters: Mapping[str, Any]) -> ColumnHeads:
    maker = _Maker(columns, {name: value for name, value in filters.items() if name not in PLACES})
    answers = []
    for at, column in enumerate(columns.answers):
        leaves = leaves_of_fields([layout.response_fields[column.at]]) if column.field else ()
        answers.append(maker.answer(at, f"a{column.at}", column.name, column.look, leaves))
    row = maker.plain("row", "", ROW_INDEX)
    return ColumnHeads(
        row=row,
        inputs=tuple(maker.input(place, name, use) for place, name, use in columns.inputs),
        answers=tuple(answers),
        about=tuple(
            maker.plain(key, title, SORTS_ABOUT.get(key, ""))
            for key, title in zip(columns.about, columns.about_titles, strict=True)
        ),
    )


class _Maker:
    def __init__(self, columns: GridColumns, filters: Mapping[str, Any]) -> None:
        self._filters = filters
        self._sort = filters.get("sort", "")
        self._asked = field_filters(filters)
        self._keys = columns.keys
        self._pinned = columns.pinned
        self._fields = {f"a{column.at}" for column in columns.answers}

    def plain(self, key: str, name: str, sort: str) -> ColumnHead:
        toggle = self._toggle(sort) if sort else None
        return ColumnHead(key, name, sort=toggle, direction=self._direction(sort), hide=self._without(key))

    def input(self, place: int, name: str, use: str) -> ColumnHead:
        sort, asked = f"{OF_A_COLUMN}{name}", [one for one in self._asked if (one.how, one.name) == (COLUMN, name)]
        text = asked[0].values[0] if asked else ""
        part = self._part(name, f"{COLUMN}{name}", sort, has_text=True, text=text, is_blank=bool(asked) and not text)
        return ColumnHead(
            *(f"c{place}", name, TEXT, use, self._toggle(sort), self._direction(sort), self._without(f"c{place}")),
            parts=(part,),
            others=self._others({f"{COLUMN}{name}"}),
            is_filtered=bool(asked),
            place=self._place(f"c{place}"),
            pin=self._pin(f"c{place}"),
        )

    def answer(self, at: int, key: str, name: str, look: Look, leaves: Sequence[Leaf]) -> ColumnHead:
        names = {leaf.name for leaf in leaves}
        asked = [one for one in self._asked if one.how != COLUMN and one.name in names]
        # An object has no order itself; what is in it has.
        own = next((leaf for leaf in leaves if len(leaf.path) == 1 and leaf.kind is not LeafKind.WHOLE), None)
        sort = f"{PREFIX}{own.name}" if own else ""
        is_bar = self._filters.get("field") in names
        drop = {one.key for one in asked} | ({*OWN} if is_bar else set())
        return ColumnHead(
            *(key, name, look, "", self._toggle(sort) if sort else None, self._direction(sort), self._without(key)),
            parts=tuple(self._of_leaf(leaf, [one for one in asked if one.name == leaf.name]) for leaf in leaves),
            others=self._others(drop),
            is_filtered=bool(asked) or is_bar,
            at=at,
            place=self._place(key),
            pin=self._pin(key),
        )

    def _of_leaf(self, leaf: Leaf, asked: Sequence[FieldFilter]) -> Part:
        traits, key = traits_of_field(leaf.field), f"{PREFIX}{leaf.name}"
        values = [to_json(value) for value in traits.values] or list(leaf.field.get("choices") or ())
        is_plain = leaf.kind is LeafKind.SCALAR
        picked = {value for one in asked if one.how in (PREFIX, ANY, NONE) for value in one.values}
        given = next((one.values[0] for one in asked if one.how == PREFIX), "")
        has_range = leaf.kind in (LeafKind.DATE, LeafKind.COUNTED) or (is_plain and not (traits.is_text or values))
        first, between, last = given.partition(BETWEEN)
        return self._part(
            leaf.name,
            key,
            "" if leaf.kind is LeafKind.WHOLE else key,
            choices=tuple(Choice(value, value, value in picked) for value in values) if is_plain else (),
            has_range=has_range,
            is_date=leaf.kind is LeafKind.DATE,
            is_whole=traits.is_whole,
            has_text=is_plain and traits.is_text and not values,
            first=first if has_range else "",
            last=(last if between else first) if has_range else "",
            text=next((one.values[0] for one in asked if one.how == CONTAINS), ""),
            is_blank="" in picked,
        )

    def _part(self, name: str, key: str, sort: str, **more: Any) -> Part:
        up, down = (query_string(self._filters, sort=f"{sign}{sort}") if sort else "" for sign in ("", "-"))
        return Part(name, key, up, down, **more)

    def _others(self, drop: set[str]) -> dict[str, Any]:
        return {name: value for name, value in self._filters.items() if name not in drop}

    def _toggle(self, sort: str) -> str:
        """Up, then down, then as the rows are; row numbers are up already."""
        after = {"": f"-{sort}" if sort == ROW_INDEX else sort, sort: f"-{sort}", f"-{sort}": ""}
        return query_string(self._filters, sort=after.get(self._sort, "" if sort == ROW_INDEX else sort))

    def _direction(self, sort: str) -> str:
        if not sort:
            return ""
        now = self._sort or ROW_INDEX
        return UP if now == sort else DOWN if now == f"-{sort}" else ""

    def _without(self, key: str) -> str | None:
        """The other columns; None where there would be none, or it always stays."""
        others = [one for one in self._keys if one != key]
        if key not in self._keys or not others:
            return None
        return self._shown(others, [one for one in self._pinned if one != key])

    def _place(self, key: str) -> int:
        return self._pinned.index(key) + 1 if key in self._pinned else 0

    def _pin(self, key: str) -> str | None:
        """None where it can't be: there are as many as there may be, or it is the last field that moves."""
        if key in self._pinned:
            return self._shown(self._keys, [one for one in self._pinned if one != key])
        is_last = key in self._fields and self._fields - {*self._pinned} == {key}
        return None if is_last or len(self._pinned) >= MOST_PINNED else self._shown(self._keys, [*self._pinned, key])

    def _shown(self, keys: Sequence[str], pinned: Sequence[str]) -> str:
        columns = (*(f"col={one}" for one in keys), *(f"pin={one}" for one in pinned))
        return "&".join(filter(None, (query_string(self._filters), *columns)))
