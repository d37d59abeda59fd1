"""What a part of a JSON Schema says of the values that a person may type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FieldType
from experiments.response_schema.field_types import FIELD_TRAITS, type_of_schema

MOST_REFERENCES = 20
"""So many are followed from one to the next."""


@dataclass(frozen=True, slots=True)
class ValueShape:
    """None: several types, or nothing is known. `item` is the type of a list's scalars."""

    type: FieldType | None = None
    item: FieldType | None = None

    @property
    def is_nested(self) -> bool:
        return self.type is not None and FIELD_TRAITS[self.type].is_nested


def property_schema(schema: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    """The part of a schema that is about one field; {} where nothing is known."""
    found = (schema or {}).get("properties", {}).get(name)
    return found if isinstance(found, Mapping) else {}


def shape_of_value(part: Mapping[str, Any], whole: Mapping[str, Any] | None) -> ValueShape:
    """`whole` has the definitions that the part refers to."""
    part = _without_null(_resolved(part, whole or {}), whole or {})
    kind = _type(part)
    items = part.get("items") if kind == FieldType.LIST else None
    # A line cannot say null.
    item = _type(_resolved(items, whole or {})) if isinstance(items, Mapping) else None
    return ValueShape(kind, None if item is None or FIELD_TRAITS[item].is_nested else item)


def _type(part: Mapping[str, Any]) -> FieldType | None:
    """Only these two decide."""
    return type_of_schema({key: part[key] for key in ("type", "format") if isinstance(part.get(key), str)})


def _resolved(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    for _ in range(MOST_REFERENCES):
        reference = part.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/$defs/"):
            return part
        part = whole.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {})
    return {}


def _without_null(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """What else than null it may be, where that is one thing."""
    kinds = part.get("type")
    if isinstance(kinds, list):
        others = [kind for kind in kinds if kind != "null"]
        return {**part, "type": others[0] if len(others) == 1 else None}
    if isinstance(part.get("anyOf"), list):
        ways = [_resolved(way, whole) for way in part["anyOf"] if isinstance(way, Mapping)]
        others = [way for way in ways if way.get("type") != "null"]
        return others[0] if len(others) == 1 else {}
    return part
