"""Response fields as a JSON Schema (2020-12) that says the same."""

from collections.abc import Iterable

from experiments.response_schema.field_types import FIELD_TRAITS, KEYWORDS_OF_KEYS
from experiments.response_schema.fields import Field, Json
from experiments.response_schema.rules import DIALECT


def fields_to_schema(fields: Iterable[Field]) -> Json:
    """The schema, in the order of the fields. Other keys of an answer are allowed."""
    return {"$schema": DIALECT, "type": "object", **_keys(fields)}


def _keys(fields: Iterable[Field]) -> Json:
    fields = tuple(fields)
    return {
        "properties": {field.name: field_schema(field) for field in fields},
        "required": [field.name for field in fields if field.required],
    }


def field_schema(field: Field) -> Json:
    schema = dict(FIELD_TRAITS[field.type].schema)
    if field.nullable:
        schema["type"] = [schema["type"], "null"]
    if field.choices:
        schema["enum"] = [*field.choices, None] if field.nullable else [*field.choices]
    if field.description:
        schema["description"] = field.description
    for key, keyword in KEYWORDS_OF_KEYS.items():
        value = getattr(field, key)
        if value not in (None, "", ()) and value is not False:
            schema[keyword] = list(value) if isinstance(value, tuple) else value
    if field.items is not None:
        schema["items"] = field_schema(field.items)
    if field.fields:
        schema |= _keys(field.fields)
    return schema
