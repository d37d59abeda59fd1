"""What a part of a JSON Schema says of the values that a person may type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_REFERENCES = 20
"""So many are followed from one to the next."""
SCALARS = ("string", "number", "integer", "boolean")


@dataclass(frozen=True, slots=True)
class ValueShape:
    """`type` as JSON Schema names it, "" where there are several or none; `item_type` of a list of scalars."""

    type: str = ""
    format: str = ""
    item_type: str = ""

    @property
    def is_nested(self) -> bool:
        return self.type in ("array", "object")


def property_schema(schema: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    """The part of a schema that is about one field; {} where nothing is known."""
    found = (schema or {}).get("properties", {}).get(name)
    return found if isinstance(found, Mapping) else {}


def shape_of_value(part: Mapping[str, Any], whole: Mapping[str, Any] | None) -> ValueShape:
    """`whole` has the definitions that the part refers to."""
    part = _without_null(_resolved(part, whole or {}), whole or {})
    kind = part.get("type")
    items = part.get("items")
    of_items = _resolved(items, whole or {}) if isinstance(items, Mapping) else {}
    # A line cannot say null.
    item_type = of_items.get("type")
    return ValueShape(
        type=kind if isinstance(kind, str) else "",
        format=str(part.get("format", "")),
        item_type=item_type if kind == "array" and isinstance(item_type, str) and item_type in SCALARS else "",
    )


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
