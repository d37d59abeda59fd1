"""The values of a nested answer one by one: what distributions, filters and exports look at."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from experiments.core.choices import FieldType
from experiments.core.json_numbers import to_json
from experiments.response_schema.field_types import traits_of_field


class LeafKind(Enum):
    """What can be said of the values: a list of objects has a number of them, an object of any keys is there or not."""

    SCALAR = auto()
    DATE = auto()
    COUNTED = auto()
    WHOLE = auto()


@dataclass(frozen=True, slots=True)
class Leaf:
    """`path` has the names of the fields on the way; `name` joins them with dots, as in `order.number`.

    `field`: as it is stored; for the values of a list it is the one of its items. `is_many`: an answer may have several
    values there, as a list is on the way; `shown_type` is then `list` where it is the last of the way. `json_path`
    leads to the values by PostgreSQL's SQL/JSON path language, whose lax mode takes a value that is no list for a list
    of one (https://www.postgresql.org/docs/current/functions-json.html).
    """

    path: tuple[str, ...]
    field: Mapping[str, Any]
    kind: LeafKind
    shown_type: FieldType
    is_many: bool
    json_path: str

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def is_plain(self) -> bool:
        """A value right under its name in the answer."""
        return len(self.path) == 1 and not self.is_many


def leaves_of_fields(fields: Iterable[Mapping[str, Any]]) -> tuple[Leaf, ...]:
    """In the order of the fields, a list of objects before what is in them. `fields` as they are stored."""
    return tuple(leaf for field in fields for leaf in _leaves(field, (field["name"],), "$", is_many=False))


def leaf_named(fields: Iterable[Mapping[str, Any]], name: str) -> Leaf | None:
    return next((leaf for leaf in leaves_of_fields(fields) if leaf.name == name), None)


def _leaves(field: Mapping[str, Any], path: tuple[str, ...], way: str, *, is_many: bool) -> Iterator[Leaf]:
    here = f"{way}.{to_json(path[-1])}"
    kind, inner = FieldType(field["type"]), field.get("fields") or ()
    if kind != FieldType.LIST:
        if not inner:
            yield Leaf(path, field, _kind(field), kind, is_many, here)
        for one in inner:
            yield from _leaves(one, (*path, one["name"]), here, is_many=is_many)
        return
    items = field.get("items") or {"type": FieldType.STRING}
    if not traits_of_field(items).is_nested:
        yield Leaf(path, items, _kind(items), kind, True, f"{here}[*]")
        return
    yield Leaf(path, field, LeafKind.COUNTED, kind, is_many, here)
    for one in items.get("fields") or ():
        yield from _leaves(one, (*path, one["name"]), f"{here}[*]", is_many=True)


def _kind(field: Mapping[str, Any]) -> LeafKind:
    kind = FieldType(field["type"])
    if kind in (FieldType.DATE, FieldType.DATE_TIME):
        return LeafKind.DATE
    return LeafKind.WHOLE if traits_of_field(field).is_nested else LeafKind.SCALAR
