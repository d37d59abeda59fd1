"""What each type of a response field means to everybody who treats types differently: one row a type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FieldType, TextFormat

KEYWORDS_OF_KEYS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "step": "multipleOf",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "format": "format",
    "min_items": "minItems",
    "max_items": "maxItems",
    "unique_items": "uniqueItems",
    "examples": "examples",
}
"""Keys of a field that are a keyword of JSON Schema with the same value."""

_BOUNDS = ("minimum", "maximum", "step")


@dataclass(frozen=True, slots=True)
class FieldTraits:
    """`label` is the type's name in the builder, `schema` its JSON Schema; its keywords are allowed in every schema.

    `words` name the type in instructions and errors, `example` is a valid value. `is_text`: values are JSON strings,
    searched as they are typed; other types are numbers, have `values` or are `is_nested`: lists and objects, shown as
    JSON. `has_bins`: many different values are shown in bins, numbers by their value and texts by their length; without
    it each value is counted. `is_whole`: bins end at whole numbers. `values`: all that there are. `takes`: keys that a
    field of this type may have, beside those that every field has.
    """

    label: str
    schema: Mapping[str, Any]
    words: str
    example: Any
    is_text: bool = False
    is_nested: bool = False
    has_bins: bool = True
    is_whole: bool = True
    values: tuple[Any, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def takes_choices(self) -> bool:
        """An operator may list the allowed texts."""
        return "choices" in self.takes


FIELD_TRAITS = {
    FieldType.STRING: FieldTraits(
        "String",
        {"type": "string"},
        "a text",
        "text",
        is_text=True,
        takes=("choices", "min_length", "max_length", "pattern", "format"),
    ),
    FieldType.NUMBER: FieldTraits("Number", {"type": "number"}, "a number", 1.5, is_whole=False, takes=_BOUNDS),
    FieldType.INTEGER: FieldTraits("Integer", {"type": "integer"}, "a whole number", 1, takes=_BOUNDS),
    FieldType.BOOLEAN: FieldTraits(
        "Boolean", {"type": "boolean"}, "true or false", True, has_bins=False, values=(True, False)
    ),
    FieldType.DATE: FieldTraits(
        "Date", {"type": "string", "format": "date"}, "a date (YYYY-MM-DD)", "2026-01-31", is_text=True, has_bins=False
    ),
    FieldType.DATE_TIME: FieldTraits(
        "Date and time",
        {"type": "string", "format": "date-time"},
        "a date with time (YYYY-MM-DDThh:mm:ssZ)",
        "2026-01-31T12:30:00Z",
        is_text=True,
        has_bins=False,
    ),
    FieldType.LIST: FieldTraits(
        "List",
        {"type": "array"},
        "a list",
        ["text"],
        is_nested=True,
        has_bins=False,
        takes=("items", "min_items", "max_items", "unique_items"),
    ),
    FieldType.OBJECT: FieldTraits(
        "Object", {"type": "object"}, "an object", {}, is_nested=True, has_bins=False, takes=("fields",)
    ),
}

FORMAT_WORDS: dict[Any, str] = {TextFormat.EMAIL: "an email address", TextFormat.URI: "a URI (https://…)"}


def traits_of_field(field: Mapping[str, Any]) -> FieldTraits:
    """`field` as fields are stored."""
    return FIELD_TRAITS[FieldType(field["type"])]


def may_be_null(field: Mapping[str, Any]) -> bool:
    """`field` as fields are stored; those of earlier versions do not say it."""
    return bool(field.get("nullable", not field["required"]))


def type_of_schema(schema: Mapping[str, Any]) -> FieldType | None:
    """The type that a part of a JSON Schema describes, the most specific one; None where no field has it."""
    fitting = (kind for kind, traits in FIELD_TRAITS.items() if traits.schema.items() <= schema.items())
    return max(fitting, key=lambda kind: len(FIELD_TRAITS[kind].schema), default=None)


def traits_of_schema(schema: Mapping[str, Any], json_type: str) -> FieldTraits | None:
    """What `type_of_schema` finds where `json_type` is the only one of the types that the schema allows."""
    # Only these two decide; the rest may be lists, which are not hashable.
    deciding = {key: schema[key] for key in ("format",) if isinstance(schema.get(key), str)}
    kind = type_of_schema({**deciding, "type": json_type})
    return None if kind is None else FIELD_TRAITS[kind]


def keywords_of_types() -> set[str]:
    return {keyword for traits in FIELD_TRAITS.values() for keyword in traits.schema} | {*KEYWORDS_OF_KEYS.values()}


def formats_of_types() -> set[str]:
    """The formats (https://json-schema.org/draft/2020-12/json-schema-validation#section-7) that are checked."""
    of_types = {traits.schema["format"] for traits in FIELD_TRAITS.values() if "format" in traits.schema}
    return of_types | set(TextFormat)
