"""Response fields as the builder has them, and the JSON Schema that says the same.

A field is `{name, description, type, required, choices?}`. Schemas are JSON Schema 2020-12.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import quoted
from experiments.response_schema import DIALECT, check_schema

TYPES = ("string", "number", "integer", "boolean")
NAME = re.compile(r"[A-Za-z_][\w .-]{0,63}")
FIELDS_LIMIT = 500
DESCRIPTION_LIMIT = 4_000  # characters
CHOICES_LIMIT = 1_000
CHOICE_LIMIT = 500  # characters
SIZE_LIMIT = 100_000  # characters of all fields together; the schema they make stays under its own limit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an answer. An optional one may be null or absent; `choices` is () where any text will do."""

    name: str
    description: str = ""
    type: str = "string"
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """Fields made from a schema, and in sentences what of it they cannot say."""

    fields: tuple[Field, ...]
    notes: tuple[str, ...]


# Fields as they are sent and stored


def check_fields(given: Any) -> tuple[Field, ...]:
    """`InvalidInput` (attr `response_fields`) names the first field, by position and name, that cannot be taken.

    Left out, `description` is "", `type` is string and `required` is true.
    """
    if not isinstance(given, list | tuple):
        raise InvalidInput("response_fields must be a list.", code="invalid_fields", attr="response_fields")
    if len(given) > FIELDS_LIMIT:
        sentence = f"There are {len(given):,} response fields; {FIELDS_LIMIT} are allowed."
        raise InvalidInput(sentence, code="too_many_fields", attr="response_fields")
    fields: dict[str, Field] = {}
    for position, entry in enumerate(given):
        field = _field(entry, position)
        if field.name in fields:
            raise _invalid("another field has this name", position, field.name, code="duplicate_field")
        fields[field.name] = field
    size = sum(len(text) for field in fields.values() for text in (field.name, field.description, *field.choices))
    if size > SIZE_LIMIT:
        sentence = f"The response fields have {size:,} characters of text; {SIZE_LIMIT:,} are allowed."
        raise InvalidInput(sentence, code="too_large", attr="response_fields")
    return tuple(fields.values())


def field_to_json(field: Field) -> Json:
    """`choices` only where there are any."""
    plain: Json = {
        "name": field.name,
        "description": field.description,
        "type": field.type,
        "required": field.required,
    }
    return {**plain, "choices": list(field.choices)} if field.choices else plain


def _field(entry: Any, position: int) -> Field:
    if not isinstance(entry, Mapping):
        raise _invalid("must be an object", position)
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        rule = "begins with a letter from A to Z or _, then letters, digits, spaces, _ . -, at most 64 characters"
        raise _invalid(f"the name {rule}", position, name)
    unknown = set(entry) - {"name", "description", "type", "required", "choices"}
    if unknown:
        named = ", ".join(map(quoted, sorted(map(str, unknown))))
        raise _invalid(f"{named} is not known", position, name)
    description, kind = entry.get("description") or "", entry.get("type", "string")
    if not _is_text(description) or len(description) > DESCRIPTION_LIMIT:
        raise _invalid(f"the description must be a text of at most {DESCRIPTION_LIMIT:,} characters", position, name)
    if kind not in TYPES:
        raise _invalid(f"the type is {quoted(kind)}, not one of {', '.join(TYPES)}", position, name)
    if not isinstance(entry.get("required", True), bool):
        raise _invalid("required must be true or false", position, name)
    choices = _choices(entry.get("choices") or (), kind, position, name)
    return Field(name, description, kind, entry.get("required", True), choices)


def _choices(choices: Any, kind: str, position: int, name: str) -> tuple[str, ...]:
    if not choices:
        return ()
    if kind != "string":
        raise _invalid("only a string can have choices", position, name)
    if not isinstance(choices, list | tuple) or len(choices) > CHOICES_LIMIT:
        raise _invalid(f"choices must be a list of at most {CHOICES_LIMIT:,} texts", position, name)
    if any(not _is_text(choice) or not choice or len(choice) > CHOICE_LIMIT for choice in choices):
        raise _invalid(f"each choice must be a text of 1 to {CHOICE_LIMIT} characters", position, name)
    if len(set(choices)) < len(choices):
        raise _invalid("a choice is there twice", position, name)
    return tuple(choices)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value)


def _invalid(what: str, position: int, name: Any = None, *, code: str = "invalid_field") -> InvalidInput:
    named = f" ({quoted(name)})" if isinstance(name, str) else ""
    detail, part = f"response_fields[{position}]{named}: {what}.", Part(index=position, name=name if named else None)
    return InvalidInput(detail, code=code, attr="response_fields", part=part, reason=f"{what}.")


# Fields to a schema


def fields_to_schema(fields: Iterable[Field]) -> Json:
    """In the order of the fields. An optional field also takes null; other keys of an answer are left alone."""
    fields = tuple(fields)
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {field.name: _property(field) for field in fields},
        "required": [field.name for field in fields if field.required],
    }


def _property(field: Field) -> Json:
    schema: Json = {"type": field.type if field.required else [field.type, "null"]}
    if field.choices:
        schema["enum"] = [*field.choices] if field.required else [*field.choices, None]
    if field.description:
        schema["description"] = field.description
    return schema


# A schema to fields

CARRIED = {"type", "enum", "const", "description", "title", "anyOf", "default"}


def schema_to_fields(schema: Any, *, any_name: bool = False) -> Imported:
    """A field for each top-level property of a pasted or a network's schema; `InvalidInput` where it is not taken.

    `any_name`: also of those that nobody could have named so here, where the schema is to be kept as it is.
    """
    checked = check_schema(schema)
    required = checked.get("required", ())
    fields: list[Field] = []
    notes: list[str] = []
    for name, part in checked.get("properties", {}).items():
        if not (NAME.fullmatch(name) or (any_name and name.strip())):
            notes.append(f"{quoted(name)} cannot be the name of a response field and is left out.")
            continue
        field, lost = _imported(name, part if isinstance(part, Mapping) else {}, name in required)
        fields.append(field)
        notes += [f"{quoted(name)}: {sentence}" for sentence in lost]
    missing = [name for name in required if name not in checked.get("properties", {})]
    notes += [f"{quoted(name)} is required but not described, and is left out." for name in missing]
    if checked.get("additionalProperties", True) is not True:
        notes.append("Rules about further keys (additionalProperties) are left out; further keys are allowed.")
    return Imported(tuple(fields), tuple(notes))


def _imported(name: str, schema: Mapping[str, Any], required: bool) -> tuple[Field, list[str]]:
    part, nullable = _without_null(schema)
    kind, choices = _type(part), _texts(part)
    lost = []
    if kind is None:
        lost.append("this is not a text, number or boolean; the field takes a text.")
    if set(part) - CARRIED:
        lost.append(f"{', '.join(sorted(set(part) - CARRIED))} cannot be said and is left out.")
    if choices is None:
        lost.append("choices that are not texts are left out.")
    if required and nullable:
        lost.append("it was required though it may be null; it is optional now.")
    description = schema.get("description") or part.get("description") or ""
    return Field(name, description, kind or "string", required and not nullable, choices or ()), lost


def _without_null(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema for a value that is there, and whether null was another possibility."""
    if "anyOf" in schema:
        others = [part for part in schema["anyOf"] if part != {"type": "null"}]
        alone = others[0] if len(others) == 1 and isinstance(others[0], Mapping) else {"type": "anyOf"}
        part, inner = _without_null(alone)
        return part, inner or len(others) < len(schema["anyOf"])
    types, choices = schema.get("type"), schema.get("enum", ())
    nullable = None in choices if types is None else isinstance(types, list) and "null" in types
    others = [kind for kind in types if kind != "null"] if isinstance(types, list) else [types]
    part = {**schema, "type": others[0] if len(others) == 1 else others}
    texts = [choice for choice in choices if choice is not None]
    return ({**part, "enum": texts} if texts else part), nullable


def _type(schema: Mapping[str, Any]) -> str | None:
    kind = schema.get("type")
    if kind is None and _texts(schema):
        return "string"
    return kind if isinstance(kind, str) and kind in TYPES else None


def _texts(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The choices; () where there are none, None where they are not all texts."""
    values = [schema["const"]] if "const" in schema else list(schema.get("enum", ()))
    texts = tuple(dict.fromkeys(value for value in values if isinstance(value, str) and value))
    return texts if len(texts) == len(values) else None
