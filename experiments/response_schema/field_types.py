"""What each type of a response field means to everybody who treats types differently: one row a type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FieldType


@dataclass(frozen=True, slots=True)
class FieldTraits:
    """`label` is the type's name in the builder, `schema` its JSON Schema; its keywords are allowed in every schema.

    `words` name the type in instructions and errors, `example` is a valid value. `is_text`: values are JSON strings,
    searched as they are typed; other types are numbers or have `values`. `has_bins`: many different values are shown in
    bins, numbers by their value and texts by their length; without it each value is counted, so there must be few.
    `is_whole`: bins end at whole numbers. `values`: all that there are. `takes_choices`: an operator may list the
    allowed texts.
    """

    label: str
    schema: Mapping[str, Any]
    words: str
    example: Any
    is_text: bool = False
    has_bins: bool = True
    is_whole: bool = True
    values: tuple[Any, ...] = ()
    takes_choices: bool = False


FIELD_TRAITS = {
    FieldType.STRING: FieldTraits("String", {"type": "string"}, "a text", "text", is_text=True, takes_choices=True),
    FieldType.NUMBER: FieldTraits("Number", {"type": "number"}, "a number", 1.5, is_whole=False),
    FieldType.INTEGER: FieldTraits("Integer", {"type": "integer"}, "a whole number", 1),
    FieldType.BOOLEAN: FieldTraits(
        "Boolean", {"type": "boolean"}, "true or false", True, has_bins=False, values=(True, False)
    ),
}


def traits_of_field(field: Mapping[str, Any]) -> FieldTraits:
    """`field` as fields are stored."""
    return FIELD_TRAITS[FieldType(field["type"])]


def type_of_schema(schema: Mapping[str, Any]) -> FieldType | None:
    """The type that a part of a JSON Schema describes, the most specific one; None where no field has it."""
    fitting = (kind for kind, traits in FIELD_TRAITS.items() if traits.schema.items() <= schema.items())
    return max(fitting, key=lambda kind: len(FIELD_TRAITS[kind].schema), default=None)


def traits_of_schema(schema: Mapping[str, Any], json_type: str) -> FieldTraits | None:
    """What `type_of_schema` finds where `json_type` is the only one of the types that the schema allows."""
    kind = type_of_schema({**schema, "type": json_type})
    return None if kind is None else FIELD_TRAITS[kind]


def keywords_of_types() -> set[str]:
    return {keyword for traits in FIELD_TRAITS.values() for keyword in traits.schema}


def formats_of_types() -> set[str]:
    """The formats (https://json-schema.org/draft/2020-12/json-schema-validation#section-7) that are checked."""
    return {traits.schema["format"] for traits in FIELD_TRAITS.values() if "format" in traits.schema}
