"""Response fields as the builder edits them: the values of an answer, of any shape."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from experiments.core.choices import FieldType
from experiments.response_schema.field_types import KEYWORDS_OF_KEYS, may_be_null

Json = dict[str, Any]
Number = int | float | Decimal

FIELDS_LIMIT = 500  # in all, those of objects and the items of lists too
LEVELS_LIMIT = 8  # lists and objects inside each other


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an answer, or an item of a list, which has no name.

    `nullable` where it is None becomes the opposite of `required`. `choices` is () where any text is allowed; so are
    `fields` of an object that may have any keys.
    """

    name: str = ""
    description: str = ""
    type: FieldType = FieldType.STRING
    required: bool = True
    choices: tuple[str, ...] = ()
    nullable: bool | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    step: Number | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    format: str = ""
    examples: tuple[Any, ...] = ()
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    items: "Field | None" = None
    fields: tuple["Field", ...] = ()

    def __post_init__(self) -> None:
        if self.nullable is None:
            object.__setattr__(self, "nullable", not self.required)
        if self.type == FieldType.LIST and self.items is None:
            object.__setattr__(self, "items", Field())


def field_to_json(field: Field, *, is_item: bool = False) -> Json:
    """As fields are sent and stored; what can be left out only where it says something."""
    plain: Json = {} if is_item else {"name": field.name}
    plain |= {
        "description": field.description,
        "type": field.type,
        "required": field.required,
        "nullable": field.nullable,
    }
    if field.choices:
        plain["choices"] = list(field.choices)
    for key in KEYWORDS_OF_KEYS:
        value = getattr(field, key)
        if value not in (None, "", ()) and value is not False:
            plain[key] = list(value) if isinstance(value, tuple) else value
    if field.items is not None:
        plain["items"] = field_to_json(field.items, is_item=True)
    if field.fields:
        plain["fields"] = [field_to_json(inner) for inner in field.fields]
    return plain


def shown_fields(stored: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Fields as they are stored, with what those of earlier versions do not say."""
    return [{**field, "nullable": may_be_null(field)} for field in stored]


def inner_fields(field: Field) -> tuple[Field, ...]:
    """Those directly below: of an object, or the items of a list."""
    return field.fields if field.items is None else (field.items,)


def all_fields(fields: Iterable[Field]) -> Iterator[Field]:
    """These and all below them."""
    for field in fields:
        yield field
        yield from all_fields(inner_fields(field))
