"""What a part of a JSON Schema says of the values that a person may type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FieldType
from experiments.core.json_numbers import to_json
from experiments.response_schema.field_types import FIELD_TRAITS, type_of_schema
from experiments.response_schema.plain import plain
from experiments.response_schema.schema_import import without_null

MOST_LEVELS = 8
"""Below so many an editor shows JSON."""


@dataclass(frozen=True, slots=True)
class ValueShape:
    """None: several types, or nothing is known. `item` is the type of a list's scalars; `part`: the schema."""

    type: FieldType | None = None
    item: FieldType | None = None
    part: Mapping[str, Any] | None = None

    @property
    def is_nested(self) -> bool:
        return self.type is not None and FIELD_TRAITS[self.type].is_nested


def shapes_of_fields(schema: Mapping[str, Any] | None) -> dict[str, ValueShape]:
    """By the names of the fields that the schema knows."""
    properties = plain(schema).get("properties", {}) if schema else {}
    return {name: shape_of_value(part) for name, part in properties.items() if isinstance(part, Mapping)}


def shape_of_value(part: Mapping[str, Any]) -> ValueShape:
    """`part` has no references."""
    bare, _ = without_null(part)
    kind = _type(bare)
    items = bare.get("items") if kind == FieldType.LIST else None
    # A line cannot say null.
    item = _type(items) if isinstance(items, Mapping) else None
    return ValueShape(kind, None if item is None or FIELD_TRAITS[item].is_nested else item, part)


def editor_of_schema(part: Any, level: int = 0) -> dict[str, Any]:
    """What an editor in the browser has to know of a value. Without `type` it is edited as JSON."""
    bare, is_nullable = without_null(part) if isinstance(part, Mapping) else ({}, True)
    kind = _type(bare)
    made: dict[str, Any] = {"nullable": is_nullable}
    if isinstance(bare.get("description"), str):
        made["description"] = bare["description"]
    values = [bare["const"]] if "const" in bare else bare.get("enum")
    if values and not any(isinstance(value, list | dict) for value in values):
        made["choices"] = [to_json(value) for value in values]
    if kind is None or level == MOST_LEVELS:
        return made
    if kind == FieldType.LIST:
        if not isinstance(bare.get("items"), Mapping):
            return made
        made["item"] = editor_of_schema(bare["items"], level + 1)
    if kind == FieldType.OBJECT:
        if not bare.get("properties"):
            return made
        needed = bare.get("required", ())
        made["fields"] = [
            {"name": name, "required": name in needed, **editor_of_schema(inner, level + 1)}
            for name, inner in bare["properties"].items()
        ]
    return {**made, "type": kind}


def _type(part: Mapping[str, Any]) -> FieldType | None:
    """Only these two decide."""
    return type_of_schema({key: part[key] for key in ("type", "format") if isinstance(part.get(key), str)})
