"""Whether an answer satisfies a schema, and in which words it does not."""

from typing import Any

import pytest

from experiments.response_schema import DIALECT, validator

SCHEMA = {
    "$schema": DIALECT,
    "type": "object",
    "properties": {
        "category": {"type": "string", "enum": ["billing", "technical", "sales"]},
        "amount": {"type": ["number", "null"], "minimum": 0},
        "count": {"type": "integer"},
        "urgent": {"type": "boolean"},
        "note": {"type": "string", "maxLength": 5},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["category"],
}


@pytest.mark.parametrize(
    "payload",
    [
        {"category": "sales"},
        {"category": "sales", "amount": None, "count": 1.0, "urgent": False, "note": "", "tags": []},
        {"category": "sales", "amount": 0.5, "further": {"keys": "are kept"}},
    ],
)
def test_an_answer_that_satisfies_the_schema_has_no_fault(payload: dict[str, Any]) -> None:
    assert validator(SCHEMA)(payload) is None


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        ({"category": "Vertrieb"}, '"category" is "Vertrieb", not one of billing, technical, sales'),
        ({"category": 5}, '"category" is 5, not one of billing, technical, sales'),
        ({}, '"category" is missing'),
        ({"category": "sales", "amount": "12"}, '"amount" is "12", not a number or null'),
        ({"category": "sales", "amount": True}, '"amount" is true, not a number or null'),
        ({"category": "sales", "amount": -1}, '"amount" is -1, not at least 0'),
        ({"category": "sales", "count": True}, '"count" is true, not a whole number'),
        ({"category": "sales", "count": 1.5}, '"count" is 1.5, not a whole number'),
        ({"category": "sales", "urgent": 1}, '"urgent" is 1, not true or false'),
        ({"category": "sales", "urgent": None}, '"urgent" is null, not true or false'),
        ({"category": "sales", "note": "too long"}, '"note" has 8 characters, not at most 5'),
        ({"category": "sales", "tags": ["a", 1]}, '"tags[1]" is 1, not a text'),
        ({"count": "x"}, '"count" is "x", not a whole number; "category" is missing'),
        ([], "The answer is a list, not an object."),
        ("sales", "The answer is a text, not an object."),
        (None, "The answer is null, not an object."),
    ],
)
def test_a_fault_is_said_in_words(payload: Any, fault: str) -> None:
    assert validator(SCHEMA)(payload) == fault


def test_a_long_value_is_cut_in_the_message() -> None:
    fault = validator(SCHEMA)({"category": "x" * 10_000})
    assert fault is not None
    assert len(fault) < 200


def test_of_many_faults_only_some_are_said() -> None:
    schema = {"required": [f"f{number}" for number in range(100)]}
    assert validator(schema)({}) == '"f0" is missing; "f1" is missing; "f2" is missing; and more'


@pytest.mark.parametrize(("names", "more"), [(3, ""), (4, "; and more")])
def test_as_many_faults_as_are_said_are_all(names: int, more: str) -> None:
    fault = validator({"required": [f"f{number}" for number in range(names)]})({})
    assert fault == f'"f0" is missing; "f1" is missing; "f2" is missing{more}'


@pytest.mark.parametrize(("length", "shown"), [(81, "k" * 81), (82, "k" * 80 + "…"), (500, "k" * 80 + "…")])
def test_a_long_key_is_cut_in_the_message(length: int, shown: str) -> None:
    schema = {"type": "object", "additionalProperties": {"type": "integer"}}
    assert validator(schema)({"k" * length: "x"}) == f'"{shown}" is "x", not a whole number'


@pytest.mark.parametrize(("values", "more"), [(100, ""), (101, "; and more")])
def test_the_same_fault_is_said_once_and_not_looked_for_without_end(values: int, more: str) -> None:
    name = "k" * 90
    schema = {"type": "object", "properties": {name: {"type": "array", "items": {"type": "integer"}}}}
    assert validator(schema)({name: ["x"] * values}) == f'"{"k" * 80}…" is "x", not a whole number{more}'


LOOSE = {**SCHEMA, "required": []}


@pytest.mark.parametrize(
    "payload",
    [SCHEMA, LOOSE, {"schema": LOOSE}, {"type": "object", "properties": {}}, {"properties": {}, "required": []}],
)
def test_a_schema_echoed_back_is_no_answer(payload: dict[str, Any]) -> None:
    assert validator(LOOSE)(payload) == "The answer is the schema itself, not an answer to it."


def test_an_answer_may_have_a_field_called_properties() -> None:
    schema = {"type": "object", "properties": {"properties": {"type": "object"}, "type": {"type": "string"}}}
    assert validator(schema)({"properties": {"a": 1}, "type": "object"}) is None


def test_an_answer_of_very_many_values_is_said_to_be_too_long() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}}}
    assert validator(schema)({"a": [1] * 49_000}) is None
    assert "more than 50,000 values" in (validator(schema)({"a": [1] * 60_000}) or "")


def test_alternatives_leave_room_for_fewer_values() -> None:
    items = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": items}}}
    assert validator(schema)({"a": [None] * 8_000}) is None
    assert "more than 8,333 values" in (validator(schema)({"a": [None] * 9_000}) or "")
