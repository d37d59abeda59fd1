"""Which schemas are allowed."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.errors import InvalidInput
from experiments.core.formatting import shorten
from experiments.core.json_numbers import exact, is_number, to_json
from experiments.core.schema_words import BOUND_WORDS
from experiments.response_schema.answers import checker_of
from experiments.response_schema.field_types import keywords_of_types
from experiments.response_schema.meta_schema import META_CHECKER
from experiments.response_schema.patterns import problem_of_pattern
from experiments.response_schema.plain import plain_and_titles
from experiments.response_schema.samples import example
from experiments.response_schema.wording import SHOWN_CHARACTERS, place, show

T = TypeVar("T")

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# The keywords below mean the same in all of these.
DIALECTS = {
    DIALECT,
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
    "http://json-schema.org/draft-06/schema",
}
ANNOTATIONS = {
    *("$schema", "$comment", "title", "description", "default"),
    *("deprecated", "readOnly", "writeOnly"),
}
KEYWORDS = ANNOTATIONS | {
    *("type", "enum", "const", "anyOf"),
    *("properties", "required", "additionalProperties"),
    *("items", "exclusiveMinimum", "exclusiveMaximum"),
}
NUL_IN_JSON = re.compile(r"(?<!\\)(\\\\)*\\u0000")
"""An escaped NUL. Behind an escaped backslash, `u0000` is only text."""
SIZE_LIMIT = 200_000  # characters of JSON
DEPTH_LIMIT = 16  # schemas inside schemas
SCHEMAS_LIMIT = 1_000  # in all; the builder makes one for each field
CHOICES_LIMIT = 1_000
ALTERNATIVES_LIMIT = 10
MIN_LENGTH_LIMIT = 1_000
MIN_ITEMS_LIMIT = 100
SAMPLE_LIMIT = 10_000  # values that an example must have at least
BOUND_LIMIT = 2**53  # floats are exact up to here
STEP_LIMIT = Decimal("1e-15")


def check_schema(schema: Any) -> dict[str, Any]:
    """The schema itself; `InvalidInput` (code `invalid_schema`) says what in it is not allowed, and where."""
    _check_plain(check_outline(schema)[0])
    checked: dict[str, Any] = schema
    return checked


def check_outline(schema: Any) -> tuple[dict[str, Any], list[str]]:
    """What `plain_and_titles` makes of a schema that can be read, whether or not all that it says is known here."""
    if not isinstance(schema, dict):
        raise _invalid("The schema must be a JSON object.")
    if schema.get("type", FieldType.OBJECT) != FieldType.OBJECT:
        raise _invalid("The schema must have the type object: an answer is a JSON object.")
    if str(schema.get("$schema", DIALECT)).removesuffix("#") not in DIALECTS:
        raise _invalid(f"The dialect {show(schema['$schema'])} is not known; use {DIALECT}.")
    _check_depth(schema)
    _check_text(schema)
    made, titles = plain_and_titles(schema)
    _check_depth(made)
    return made, titles


def _check_plain(schema: dict[str, Any]) -> None:
    # Before the standard's own rules, which a schema can slow down with patterns and trees of alternatives.
    _check_keywords(schema, "the schema")
    if count_schemas(schema) > SCHEMAS_LIMIT:
        raise _invalid(f"The schema consists of more than {SCHEMAS_LIMIT:,} properties and alternatives.")
    check_by_the_standard(schema)
    if least_values(schema) > SAMPLE_LIMIT:
        raise _invalid(f"An answer would need more than {SAMPLE_LIMIT:,} values, by minItems of lists in lists.")
    if not checker_of(schema).is_valid(example(schema)):
        raise _invalid(
            "No example answer can be made for this schema: it seems to contradict itself. Where a pattern is hard to "
            "meet, say a text that fits in examples."
        )


def check_by_the_standard(schema: Mapping[str, Any]) -> None:
    # Without the check of patterns, which is of another syntax than ours.
    for error in META_CHECKER.iter_errors(dict(schema)):
        message = shorten(error.message, SHOWN_CHARACTERS)
        raise _invalid(f"{place(error.path) or 'The schema'} is not right: {message}.") from error


def _invalid(detail: str) -> InvalidInput:
    return InvalidInput(detail, code=ErrorCode.INVALID_SCHEMA, attr="schema")


def _check_depth(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(3 * DEPTH_LIMIT):
        lists = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = list(chain.from_iterable(lists))
        if not level:
            return
    raise _invalid("The schema is nested too deep.")


def _check_text(schema: Any) -> None:
    try:
        text = to_json(schema, allow_nan=False)
        text.encode()
    except (ValueError, TypeError) as error:
        raise _invalid(f"The schema is not JSON: {error}.") from error
    if len(text) > SIZE_LIMIT:
        raise _invalid(f"The schema has {len(text):,} characters; {SIZE_LIMIT:,} are allowed.")
    if NUL_IN_JSON.search(text):
        raise _invalid("The schema has a NUL character in a text.")


def _check_keywords(schema: Any, where: str, depth: int = 0) -> None:
    """Checks keywords and their sizes. Whether a value has the right type is checked afterwards."""
    if not isinstance(schema, dict):
        return
    if depth > DEPTH_LIMIT:
        raise _invalid(f"{where} is nested more than {DEPTH_LIMIT} levels deep.")
    allowed = KEYWORDS | keywords_of_types()
    unknown = [keyword for keyword in schema if keyword not in allowed]
    if unknown:
        raise _invalid(f"{where} has {', '.join(map(show, unknown))}. Allowed: {', '.join(sorted(allowed))}.")
    _check_sizes(schema, where)
    for name, part in subschemas(schema):
        _check_keywords(part, f"{where} → {name}", depth + 1)


def count_schemas(schema: Any) -> int:
    return 1 + sum(count_schemas(part) for _, part in subschemas(schema)) if isinstance(schema, dict) else 1


def least_values(schema: Any) -> int:
    """Values of an answer that has every key, and as many entries as each list needs."""
    if not isinstance(schema, Mapping):
        return 1
    entries = max(1, int(as_number(schema.get("minItems"))))
    below = [*as_type(dict, schema.get("properties")).values(), *as_type(list, schema.get("anyOf"))]
    return 1 + sum(map(least_values, below)) + entries * least_values(schema.get("items"))


def _check_sizes(schema: Mapping[str, Any], where: str) -> None:
    choices = as_type(list, schema.get("enum"))
    if len(choices) > CHOICES_LIMIT or any(isinstance(choice, dict | list) for choice in choices):
        raise _invalid(f"{where}: enum takes at most {CHOICES_LIMIT:,} texts, numbers, true, false or null.")
    if len(as_type(list, schema.get("anyOf"))) > ALTERNATIVES_LIMIT:
        raise _invalid(f"{where}: anyOf takes at most {ALTERNATIVES_LIMIT} alternatives.")
    if "anyOf" in schema and set(schema) - ANNOTATIONS - {"anyOf"}:
        raise _invalid(f"{where}: beside anyOf, only {', '.join(sorted(ANNOTATIONS))} are allowed.")
    if any(abs(as_number(schema.get(bound))) > BOUND_LIMIT for bound in BOUND_WORDS):
        raise _invalid(f"{where}: bounds of numbers can be at most {BOUND_LIMIT:,}.")
    if not STEP_LIMIT <= as_number(schema.get("multipleOf", 1)) <= BOUND_LIMIT:
        raise _invalid(f"{where}: multipleOf must be from {STEP_LIMIT} to {BOUND_LIMIT:,}.")
    if as_number(schema.get("minLength")) > MIN_LENGTH_LIMIT:
        raise _invalid(f"{where}: minLength can be at most {MIN_LENGTH_LIMIT:,}.")
    if as_number(schema.get("minItems")) > MIN_ITEMS_LIMIT:
        raise _invalid(f"{where}: minItems can be at most {MIN_ITEMS_LIMIT:,}.")
    if problem := problem_of_pattern(as_type(str, schema.get("pattern"))):
        raise _invalid(f"{where}: {problem}.")


def subschemas(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The schemas directly in this one, each with the place that a message names."""
    for name, part in as_type(dict, schema.get("properties")).items():
        yield show(name), part
    for position, part in enumerate(as_type(list, schema.get("anyOf"))):
        yield f"anyOf {position + 1}", part
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            yield keyword, schema[keyword]


def as_type(kind: type[T], value: Any) -> T:
    """The value if it has this type, else an empty one."""
    return value if isinstance(value, kind) else kind()


def as_number(value: Any) -> Decimal:
    return exact(value) if is_number(value) else Decimal(0)
