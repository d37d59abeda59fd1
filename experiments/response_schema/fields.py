"""Response fields as the builder edits them, and the equivalent JSON Schema.

A field is `{name, description, type, required, choices?}`. Schemas are JSON Schema 2020-12.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import quoted
from experiments.core.json_text import is_storable
from experiments.response_schema import DIALECT, check_schema
from experiments.response_schema.field_types import FIELD_TRAITS, type_of_schema

KEYS = {"name", "description", "type", "required", "choices"}
NAME = re.compile(r"[A-Za-z_][\w .-]{0,63}")
FIELDS_LIMIT = 500
DESCRIPTION_LIMIT = 4_000  # characters
CHOICES_LIMIT = 1_000
CHOICE_LIMIT = 500  # characters
SIZE_LIMIT = 100_000  # characters of all fields together; keeps their schema below its own limit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One value of an answer. An optional one may be null or absent; `choices` is () where any text is allowed."""

    name: str
    description: str = ""
    type: FieldType = FieldType.STRING
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """Fields made from a schema, and a sentence for each thing of it that fields cannot express."""

    fields: tuple[Field, ...]
    notes: tuple[str, ...]


# Fields as they are sent and stored


def check_fields(given: Any) -> tuple[Field, ...]:
    """The fields; `InvalidInput` (attr `response_fields`) for the first one that is not allowed.

    Its `part` has the index, name and key of what is wrong; its `reason` is the sentence without that place.
    Left out, `description` is "", `type` is string and `required` is true.
    """
    if not isinstance(given, list | tuple):
        raise _invalid_fields("response_fields must be a list.", ErrorCode.INVALID_FIELDS)
    if len(given) > FIELDS_LIMIT:
        sentence = f"There are {len(given):,} response fields; {FIELDS_LIMIT} are allowed."
        raise _invalid_fields(sentence, ErrorCode.TOO_MANY_FIELDS)
    fields: dict[str, Field] = {}
    for index, entry in enumerate(given):
        field = check_field(entry, index)
        if field.name in fields:
            part = Part(index, field.name, "name")
            raise invalid_field("another field has this name", part, code=ErrorCode.DUPLICATE_FIELD)
        fields[field.name] = field
    size = sum(len(text) for field in fields.values() for text in (field.name, field.description, *field.choices))
    if size > SIZE_LIMIT:
        sentence = f"The response fields have {size:,} characters of text; {SIZE_LIMIT:,} are allowed."
        raise _invalid_fields(sentence, ErrorCode.TOO_LARGE)
    return tuple(fields.values())


def check_field(entry: Any, index: int) -> Field:
    """The field; `InvalidInput` as from `check_fields`."""
    if not isinstance(entry, Mapping):
        raise invalid_field("must be an object", Part(index))
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        rule = "begins with a letter from A to Z or _, then letters, digits, spaces, _ . -, at most 64 characters"
        raise invalid_field(f"the name {rule}", Part(index, name if isinstance(name, str) else None, "name"))
    unknown = sorted(map(str, set(entry) - KEYS))
    if unknown:
        raise invalid_field(f"{', '.join(map(quoted, unknown))} is not known", Part(index, name, unknown[0]))
    description, kind = entry.get("description") or "", entry.get("type", FieldType.STRING)
    if not is_text(description, DESCRIPTION_LIMIT):
        problem = f"the description must be a text of at most {DESCRIPTION_LIMIT:,} characters"
        raise invalid_field(problem, Part(index, name, "description"))
    if kind not in FieldType.values():
        problem = f"the type is {quoted(kind)}, not one of {', '.join(FieldType)}"
        raise invalid_field(problem, Part(index, name, "type"))
    if not isinstance(entry.get("required", True), bool):
        raise invalid_field("required must be true or false", Part(index, name, "required"))
    choices = entry.get("choices") or ()
    problem = problem_of_choices(choices, kind)
    if problem:
        raise invalid_field(problem, Part(index, name, "choices"))
    return Field(name, description, FieldType(kind), entry.get("required", True), tuple(choices))


def problem_of_choices(choices: Any, kind: str) -> str:
    """What is wrong with the choices of a field of this type; "" where nothing is."""
    if not choices:
        return ""
    if not FIELD_TRAITS[FieldType(kind)].takes_choices:
        return "only a string can have choices"
    if not isinstance(choices, list | tuple) or len(choices) > CHOICES_LIMIT:
        return f"choices must be a list of at most {CHOICES_LIMIT:,} texts"
    if any(not is_text(choice, CHOICE_LIMIT) or not choice for choice in choices):
        return f"each choice must be a text of 1 to {CHOICE_LIMIT} characters"
    return "a choice is there twice" if len(set(choices)) < len(choices) else ""


def is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and is_storable(value)


def invalid_field(problem: str, part: Part, *, code: ErrorCode = ErrorCode.INVALID_FIELD) -> InvalidInput:
    """`problem` is a sentence without its capital letter and its period."""
    named = "" if part.name is None else f" ({quoted(part.name)})"
    return InvalidInput(
        f"response_fields[{part.index}]{named}: {problem}.",
        code=code,
        attr="response_fields",
        part=part,
        reason=f"{problem[:1].upper()}{problem[1:]}.",
    )


def _invalid_fields(detail: str, code: ErrorCode) -> InvalidInput:
    return InvalidInput(detail, code=code, attr="response_fields")


def field_to_json(field: Field) -> Json:
    """As fields are sent and stored; `choices` only where there are any."""
    plain: Json = {
        "name": field.name,
        "description": field.description,
        "type": field.type,
        "required": field.required,
    }
    return {**plain, "choices": list(field.choices)} if field.choices else plain


# Fields to a schema


def fields_to_schema(fields: Iterable[Field]) -> Json:
    """The schema, in the order of the fields. An optional field may be null; other keys of an answer are allowed."""
    fields = tuple(fields)
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {field.name: field_schema(field) for field in fields},
        "required": [field.name for field in fields if field.required],
    }


def field_schema(field: Field) -> Json:
    schema = dict(FIELD_TRAITS[field.type].schema)
    if not field.required:
        schema["type"] = [schema["type"], "null"]
    if field.choices:
        schema["enum"] = [*field.choices] if field.required else [*field.choices, None]
    if field.description:
        schema["description"] = field.description
    return schema


# A schema to fields

CARRIED = {"type", "enum", "const", "description", "title", "anyOf", "default"}
"""Keywords that a field expresses, besides those in the schema of its type."""


def schema_to_fields(schema: Any, *, any_name: bool = False) -> Imported:
    """A field for each top-level property of a schema; `InvalidInput` where the schema is not allowed.

    `any_name`: also for properties whose names fields may not have, where the schema itself is kept as it is.
    """
    checked = check_schema(schema)
    required = checked.get("required", ())
    fields: list[Field] = []
    notes: list[str] = []
    for name, part in checked.get("properties", {}).items():
        if not (NAME.fullmatch(name) or (any_name and name.strip())):
            notes.append(f"{quoted(name)} cannot be the name of a response field and is left out.")
            continue
        field, lost = field_of_property(name, part if isinstance(part, Mapping) else {}, name in required)
        fields.append(field)
        notes += [f"{quoted(name)}: {sentence}" for sentence in lost]
    missing = [name for name in required if name not in checked.get("properties", {})]
    notes += [f"{quoted(name)} is required but not described, and is left out." for name in missing]
    if checked.get("additionalProperties", True) is not True:
        notes.append("Rules about further keys (additionalProperties) are left out; further keys are allowed.")
    return Imported(tuple(fields), tuple(notes))


def field_of_property(name: str, schema: Mapping[str, Any], required: bool) -> tuple[Field, list[str]]:
    """The field, and a sentence for each thing of the schema that it cannot express."""
    part, nullable = _without_null(schema)
    choices = texts_of_enum(part)
    kind = FieldType.STRING if part.get("type") is None and choices else type_of_schema(part)
    lost = []
    if kind is None:
        kind = FieldType.STRING
        lost.append("this is not a text, number or boolean; the field takes a text.")
    if left_out := set(part) - CARRIED - set(FIELD_TRAITS[kind].schema):
        lost.append(f"{', '.join(sorted(left_out))} cannot be said and is left out.")
    if choices is None:
        lost.append("choices that are not texts are left out.")
    elif choices and not FIELD_TRAITS[kind].takes_choices:
        choices = None
        lost.append("only a string can have choices; they are left out.")
    if required and nullable:
        lost.append("it was required though it may be null; it is optional now.")
    description = schema.get("description") or part.get("description") or ""
    return Field(name, description, kind, required and not nullable, choices or ()), lost


def _without_null(schema: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema without null among its alternatives, and whether null was one."""
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


def texts_of_enum(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The texts of `const` or `enum`; () where there are neither, None where other values are among them."""
    values = [schema["const"]] if "const" in schema else list(schema.get("enum", ()))
    texts = tuple(dict.fromkeys(value for value in values if isinstance(value, str) and value))
    return texts if len(texts) == len(values) else None
