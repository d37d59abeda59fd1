"""A schema in the form that strict endpoints take, and an answer by it as the caller's schema means it."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from experiments.runtime.strict_schemas import strict_schema, without_forced_nulls


def of(part: dict[str, Any], *, needed: bool = True, bounds: bool = True) -> Any:
    """What becomes of one property."""
    strict = strict_schema(
        {"type": "object", "properties": {"a": part}, "required": ["a"] if needed else []}, bounds=bounds
    )
    return strict and strict["properties"]["a"]


def test_all_properties_are_required_in_their_order_and_no_others_allowed() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "title": "Answer",
        "properties": {name: {"type": "string"} for name in ("z", "a", "m")},
        "required": ["a"],
    }
    strict = strict_schema(schema)
    assert strict is not None
    assert strict.keys() == {"type", "properties", "required", "additionalProperties"}
    assert (list(strict["properties"]), strict["required"]) == (["z", "a", "m"], ["z", "a", "m"])
    assert strict["additionalProperties"] is False


@pytest.mark.parametrize(
    ("part", "optional"),
    [
        ({"type": "string"}, {"type": ["string", "null"]}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        ({"type": "string", "enum": ["x"]}, {"type": ["string", "null"], "enum": ["x", None]}),
        ({"enum": ["x", 1]}, {"enum": ["x", 1, None]}),
        (
            {"const": 1, "description": "d"},
            {"description": "d", "anyOf": [{"const": 1}, {"type": "null"}]},
        ),
        ({"anyOf": [{"type": "string"}]}, {"anyOf": [{"anyOf": [{"type": "string"}]}, {"type": "null"}]}),
        ({"$ref": "#/$defs/x"}, {"anyOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]}),
    ],
)
def test_what_is_optional_may_be_null_and_what_is_required_stays(part: dict[str, Any], optional: Any) -> None:
    assert of(part, needed=False) == optional
    assert of(part) == part


def test_objects_and_lists_within_are_strict_too() -> None:
    inner = {"type": "object", "properties": {"b": {"type": "integer"}}}
    strict = {
        "type": "object",
        "properties": {"b": {"type": ["integer", "null"]}},
        "required": ["b"],
        "additionalProperties": False,
    }
    assert of(inner) == strict
    assert of({"type": "array", "items": inner}) == {"type": "array", "items": strict}
    assert of({"oneOf": [inner, {"type": "null"}]}) == {"anyOf": [strict, {"type": "null"}]}
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}}, "required": ["a"], "$defs": {"x": inner}}
    assert (strict_schema(schema) or {})["$defs"] == {"x": strict}


def test_keywords_that_strict_endpoints_do_not_know_are_said_in_the_description() -> None:
    text = {"type": "string", "minLength": 1, "maxLength": 9, "format": "uri", "title": "t", "examples": ["a", 1]}
    said = 'In the format uri (https://…), 1 to 9 characters. For example "a" or 1.'
    assert of(text) == {"type": "string", "description": said}
    assert of({**text, "description": "Who sent it."})["description"] == f"Who sent it. {said}"
    assert of({"type": "string", "format": "date"}) == {"type": "string", "format": "date"}
    bounded = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1}
    assert of({**bounded, "uniqueItems": True}) == {**bounded, "description": "None of them twice."}
    assert of(bounded, bounds=False) == {
        "type": "array",
        "description": "At least 1 entry.",
        "items": {"type": "integer", "description": "At least 1."},
    }
    date = {"type": ["string", "null"], "format": "date", "pattern": "^2"}
    said = "In the format date (YYYY-MM-DD), that fits the pattern ^2."
    assert of(date, bounds=False) == {"type": ["string", "null"], "description": said}
    assert of({"type": "string", "title": "t", "default": "", "examples": []}) == {"type": "string"}


def test_definitions_of_earlier_drafts_are_those_of_today_and_nothing_stands_beside_a_reference() -> None:
    inner = {"type": "object", "properties": {"b": {"type": "integer"}}, "required": ["b"]}
    reference = {"$ref": "#/definitions/x"}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"a": {**reference, "description": "d"}, "l": {"type": "array", "items": reference}},
        "definitions": {"x": inner},
    }
    strict = strict_schema(schema)
    assert strict is not None
    assert strict["$defs"] == {"x": {**inner, "additionalProperties": False}}
    assert strict["properties"]["l"]["items"] == {"$ref": "#/$defs/x"}
    described = {"description": "d", "anyOf": [{"anyOf": [{"$ref": "#/$defs/x"}]}, {"type": "null"}]}
    assert strict["properties"]["a"] == described
    assert "definitions" not in strict
    assert without_forced_nulls({"a": {"b": 1, "c": None}, "l": None}, schema) == {"a": {"b": 1, "c": None}}
    assert strict_schema({**schema, "$defs": {"x": {"type": "string"}}}) is None
    bounded = {"$ref": "#/$defs/n", "minimum": 2}
    assert of(bounded) == {"description": "At least 2.", "anyOf": [{"$ref": "#/$defs/n"}]}


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"type": "array", "items": x}, lambda x: {"anyOf": [x]}])
def test_an_object_of_any_keys_has_no_strict_form_however_deep_it_is(wrap: Any) -> None:
    level = {"type": "object", "properties": {"free": wrap({"type": "object"})}}
    assert of(level) is None
    level["properties"]["free"] = wrap({"type": "object", "properties": {"a": {"type": "string"}}})
    assert of(level) is not None


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "string"}},
        {"type": "object"},
        {"type": "object", "properties": {"a": {}}},
        {"type": "object", "properties": {"a": True}},
        {"type": "object", "properties": {"a": {"type": "array"}}},
        {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": {"type": "string"}}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True},
        {"type": "object", "properties": {"a": {"type": "string"}}, "allOf": [{"required": ["a"]}]},
        {"type": "object", "properties": {"a": {"not": {"type": "string"}}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "patternProperties": {"x": {"type": "string"}}},
    ],
)
def test_a_schema_that_means_more_has_no_strict_form(schema: dict[str, Any]) -> None:
    assert strict_schema(schema) is None


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"type": "string"},
        "note": {"type": "string"},
        "open": {"type": ["string", "null"]},
        "mood": {"enum": ["good", None]},
        "order": {"$ref": "#/$defs/order"},
        "items": {"type": "array", "items": {"$ref": "#/$defs/order"}},
        "any": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/order"}]},
    },
    "required": ["kind"],
    "$defs": {"order": {"type": "object", "properties": {"id": {"type": "integer"}, "vat": {"type": "number"}}}},
}


def test_a_null_that_was_forced_is_left_out_and_one_that_was_meant_stays() -> None:
    order = {"id": 1, "vat": None}
    answer = {
        "kind": "x", "note": None, "open": None, "mood": None, "order": order, "items": [order, order], "any": order
    }  # fmt: skip
    Draft202012Validator(strict_schema(SCHEMA)).validate(answer)
    freed = without_forced_nulls(answer, SCHEMA)
    assert freed == {
        "kind": "x", "open": None, "mood": None, "order": {"id": 1}, "items": [{"id": 1}] * 2, "any": {"id": 1}
    }  # fmt: skip
    Draft202012Validator(SCHEMA).validate(freed)


def test_a_null_in_the_place_of_what_is_required_stays_for_the_check() -> None:
    assert without_forced_nulls({"kind": None}, SCHEMA) == {"kind": None}
    assert without_forced_nulls({"kind": "x", "unknown": None}, SCHEMA) == {"kind": "x", "unknown": None}
