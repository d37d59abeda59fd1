"""What each type of a response field means to everybody who treats types differently: one row a type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FieldType


@dataclass(frozen=True, slots=True)
class FieldTraits:
    """`label` is the type's name in the builder, `schema` its JSON Schema.

    `is_text`: values are JSON strings, searched as they are typed and measured by their length; other types are numbers
    or have `values`. `is_whole`: measured in whole numbers. `values`: all that there are. `takes_choices`: an operator
    may list the allowed texts.
    """

    label: str
    schema: Mapping[str, Any]
    is_text: bool = False
    is_whole: bool = True
    values: tuple[Any, ...] = ()
    takes_choices: bool = False


FIELD_TRAITS = {
    FieldType.STRING: FieldTraits("String", {"type": "string"}, is_text=True, takes_choices=True),
    FieldType.NUMBER: FieldTraits("Number", {"type": "number"}, is_whole=False),
    FieldType.INTEGER: FieldTraits("Integer", {"type": "integer"}),
    FieldType.BOOLEAN: FieldTraits("Boolean", {"type": "boolean"}, values=(True, False)),
}


def traits_of_field(field: Mapping[str, Any]) -> FieldTraits:
    """`field` as fields are stored."""
    return FIELD_TRAITS[FieldType(field["type"])]


def type_of_schema(schema: Mapping[str, Any]) -> FieldType | None:
    """The type that a part of a JSON Schema describes; None where no field has it."""
    return next(
        (kind for kind, traits in FIELD_TRAITS.items() if traits.schema.items() <= schema.items()),
        None,
    )
