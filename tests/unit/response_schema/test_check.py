"""Which schemas are taken."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.response_schema import DIALECT, check_schema


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = of(inner=schema)
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"$schema": DIALECT, **of(a={"type": "string", "description": "What it says."}), "required": ["a"]},
        {"$schema": "http://json-schema.org/draft-07/schema#", **of(a={"type": "number"})},
        of(a={"type": ["string", "null"], "enum": ["x", None]}),
        of(a={"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "A", "default": None}),
        of(a={"type": "number", "minimum": 0.2, "exclusiveMaximum": 0.3}),
        of(a={"type": "array", "items": {"type": "string", "minLength": 12, "maxLength": 14}, "maxItems": 3}),
        {**of(a=nested(3)), "additionalProperties": False},
        of(a={"const": "x"}),
        of(a={"type": "string", "pattern": "(a+)+$", "format": "uuid", "examples": ["aa"]}),
        of(a={"type": "array", "items": {"type": "integer", "multipleOf": 3}, "minItems": 4, "uniqueItems": True}),
        nested(15),
    ],
)
def test_schemas_of_the_builder_and_their_relatives_are_taken(schema: dict[str, Any]) -> None:
    assert check_schema(schema) is schema


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (None, "must be a JSON object"),
        ([], "must be a JSON object"),
        ({"type": "array"}, "type object"),
        ({"type": ["object", "null"]}, "type object"),
        ({"$schema": "https://example.org/own"}, "dialect"),
        ({"$ref": "https://example.org/schema"}, "Only references inside the schema"),
        (of(a={"$ref": "#/$defs/a"}), "names “a”, which the schema does not have"),
        (
            {**of(a={"$ref": "#/$defs/Tree"}), "$defs": {"Tree": of(below={"$ref": "#/$defs/Tree"})}},
            "“Tree” is part of",
        ),
        (of(a={"oneOf": [{"type": "string"}, {"type": "integer"}]}), '"oneOf"'),
        (of(a={"type": "string", "pattern": "(?=a)b"}), 'the schema → "a": the pattern cannot be used .*ookahead'),
        (of(a={"type": "number", "multipleOf": 1e-300}), "multipleOf"),
        ({"patternProperties": {"(a+)+$": {}}}, '"patternProperties"'),
        (of(a={"type": "array", "minItems": 10**9}), "minItems"),
        (of(a={"type": "array", "contains": {}}), '"contains"'),
        (of(a={"type": "string", "minLength": 10**9}), "minLength"),
        (of(a={"type": "number", "minimum": 10**400}), "bounds"),
        (of(a={"type": "strin"}), '"properties.a.type" is not right'),
        (of(a=5), "is not right"),
        (of(a={"type": "integer", "minimum": 3, "maximum": 2}), "contradict"),
        ({"required": ["a"], "additionalProperties": False}, "contradict"),
        (of(a={"enum": [{"x": 1}]}), "enum"),
        (of(a={"enum": list(range(1001))}), "enum"),
        (of(a={"anyOf": [{"type": "string"}], "maxLength": 3}), "beside anyOf"),
        (of(a={"anyOf": [{"type": "string"}] * 11}), "anyOf"),
        (of(a={"description": "x" * 200_000}), "characters"),
        (of(a={"enum": [float("nan")]}), "not JSON"),
        ({"properties": {"\ud800": {}}}, "not JSON"),
        ({"properties": {"\0": {}}}, "NUL"),
        (of(a={"description": "a backslash \\\0"}), "NUL"),
        (nested(20), "nested"),
        (nested(5000), "nested too deep"),
    ],
)
def test_other_schemas_are_refused_with_the_reason(schema: Any, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as refusal:
        check_schema(schema)
    assert refusal.value.code == "invalid_schema"


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "u0000"])
def test_a_text_that_only_looks_like_an_escaped_nul_is_taken(text: str) -> None:
    check_schema(of(a={"description": text}))
