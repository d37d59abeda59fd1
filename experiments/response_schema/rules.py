"""What may be a schema."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from jsonschema import Draft202012Validator, SchemaError
from referencing import Registry

from experiments.core.errors import InvalidInput
from experiments.response_schema.instructions import example
from experiments.response_schema.wording import BOUND_WORDS, place, shorten, show

T = TypeVar("T")

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The keywords below mean the same in all of these.
DIALECTS = {
    DIALECT,
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
    "http://json-schema.org/draft-06/schema",
}
ANNOTATIONS = {"$schema", "title", "description", "default"}
KEYWORDS = ANNOTATIONS | {
    *("type", "enum", "const", "anyOf"),
    *("properties", "required", "additionalProperties"),
    *("items", "maxItems"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength"),
}
SIZE_LIMIT = 200_000  # characters of JSON
DEPTH_LIMIT = 16  # schemas inside schemas
SCHEMAS_LIMIT = 1_000  # in all; the builder makes one for each field
CHOICES_LIMIT = 1_000
ALTERNATIVES_LIMIT = 10
MIN_LENGTH_LIMIT = 1_000
BOUND_LIMIT = 10**15  # floats are exact up to here


def check_schema(schema: Any) -> dict[str, Any]:
    """The schema itself; `InvalidInput` with code `invalid_schema` says what in it is not taken, and where."""
    if not isinstance(schema, dict):
        raise _invalid("The schema must be a JSON object.")
    if schema.get("type", "object") != "object":
        raise _invalid("The schema must have the type object: an answer is a JSON object.")
    if str(schema.get("$schema", DIALECT)).removesuffix("#") not in DIALECTS:
        raise _invalid(f"The dialect {show(schema['$schema'])} is not known; use {DIALECT}.")
    _check_depth(schema)
    _check_text(schema)
    # Before the standard's own rules: they compile patterns and follow trees of alternatives, which can be made slow.
    _check_keywords(schema, "the schema")
    if _count(schema) > SCHEMAS_LIMIT:
        raise _invalid(f"The schema consists of more than {SCHEMAS_LIMIT:,} properties and alternatives.")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise _invalid(f"{place(error.path) or 'The schema'} is not right: {shorten(error.message)}.") from error
    if not Draft202012Validator(schema, registry=Registry()).is_valid(example(schema)):
        raise _invalid("No example answer can be made for this schema: it seems to contradict itself.")
    return schema


def _invalid(detail: str) -> InvalidInput:
    return InvalidInput(detail, code="invalid_schema", attr="schema")


def _check_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(3 * DEPTH_LIMIT):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise _invalid("The schema is nested too deep.")


def _children(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _check_text(schema: Any) -> None:
    try:
        text = json.dumps(schema, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError) as error:
        raise _invalid(f"The schema is not JSON: {error}.") from error
    if len(text) > SIZE_LIMIT:
        raise _invalid(f"The schema has {len(text):,} characters; {SIZE_LIMIT:,} are allowed.")
    if "\\u0000" in text:
        raise _invalid("The schema has a NUL character in a text.")


def _check_keywords(schema: Any, where: str, depth: int = 0) -> None:
    """Which keywords stand where, and how much is in them. Whether it is of the right type is checked afterwards."""
    if not isinstance(schema, dict):
        return
    if depth > DEPTH_LIMIT:
        raise _invalid(f"{where} is nested more than {DEPTH_LIMIT} levels deep.")
    unknown = [keyword for keyword in schema if keyword not in KEYWORDS]
    if unknown:
        raise _invalid(f"{where} has {', '.join(map(show, unknown))}. Allowed: {', '.join(sorted(KEYWORDS))}.")
    _check_sizes(schema, where)
    for name, part in _parts(schema):
        _check_keywords(part, f"{where} → {name}", depth + 1)


def _count(schema: Any) -> int:
    return 1 + sum(_count(part) for _, part in _parts(schema)) if isinstance(schema, dict) else 1


def _check_sizes(schema: Mapping[str, Any], where: str) -> None:
    choices = _of(list, schema.get("enum"))
    if len(choices) > CHOICES_LIMIT or any(isinstance(choice, dict | list) for choice in choices):
        raise _invalid(f"{where}: enum takes at most {CHOICES_LIMIT:,} texts, numbers, true, false or null.")
    if len(_of(list, schema.get("anyOf"))) > ALTERNATIVES_LIMIT:
        raise _invalid(f"{where}: anyOf takes at most {ALTERNATIVES_LIMIT} alternatives.")
    if "anyOf" in schema and set(schema) - ANNOTATIONS - {"anyOf"}:
        raise _invalid(f"{where}: beside anyOf only {', '.join(sorted(ANNOTATIONS))} may stand.")
    if any(abs(_number(schema.get(bound))) > BOUND_LIMIT for bound in BOUND_WORDS):
        raise _invalid(f"{where}: bounds of numbers can be at most {BOUND_LIMIT:,}.")
    if _number(schema.get("minLength")) > MIN_LENGTH_LIMIT:
        raise _invalid(f"{where}: minLength can be at most {MIN_LENGTH_LIMIT:,}.")


def _parts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, part in _of(dict, schema.get("properties")).items():
        yield show(name), part
    for position, part in enumerate(_of(list, schema.get("anyOf"))):
        yield f"anyOf {position + 1}", part
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            yield keyword, schema[keyword]


def _of(kind: type[T], value: Any) -> T:
    """The value where it is of that type, else an empty one."""
    return value if isinstance(value, kind) else kind()


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0
