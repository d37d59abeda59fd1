"""Values that are meant rightly and written otherwise than the schema wants, and those that stay refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.response_schema import checked_as_meant, tolerance, validator

CHOICES = {"type": "string", "enum": ["Billing", "Not urgent", "other"]}
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}
DATE = {"type": "string", "format": "date"}
DATE_TIME = {"type": "string", "format": "date-time"}
OR_NULL = {"anyOf": [INTEGER, {"type": "null"}]}


def schema_of(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": part}}


def meant(part: dict[str, Any], value: Any) -> tuple[Any, list[Any]]:
    answer = {"x": value}
    made, changes = tolerance(schema_of(part))(answer)
    assert answer == {"x": value}
    return made["x"], [*changes]


TAKEN: list[tuple[dict[str, Any], Any, Any]] = [
    (CHOICES, "billing", "Billing"),
    (CHOICES, " BILLING\n", "Billing"),
    (CHOICES, "not  Urgent", "Not urgent"),
    (CHOICES, "NotUrgent", "Not urgent"),
    ({"enum": ["straße"]}, "STRASSE", "straße"),
    ({"const": "Yes"}, "yes", "Yes"),
    ({"enum": [1, 2, 3]}, "2", 2),
    ({"enum": [True, None]}, "true", True),
    (INTEGER, "7", 7),
    (INTEGER, " -7 ", -7),
    (INTEGER, "274.0", 274),
    (INTEGER, 274.0, 274),
    (INTEGER, "1e3", 1000),
    (INTEGER, "12345678901234567890", 12345678901234567890),
    (NUMBER, "3.5", 3.5),
    (NUMBER, "7", 7),
    (NUMBER, "-0.25e1", -2.5),
    (BOOLEAN, "true", True),
    (BOOLEAN, "False ", False),
    (DATE, "2026-01-31T00:00:00.000Z", "2026-01-31"),
    (DATE, "2026-01-31 00:00", "2026-01-31"),
    (DATE, " 2026-01-31\n", "2026-01-31"),
    ({"anyOf": [DATE, {"type": "null"}]}, "2026-01-31T00:00:00+00:00", "2026-01-31"),
    ({"type": ["integer", "null"]}, "7", 7),
    (OR_NULL, "7", 7),
    ({"type": "array", "items": INTEGER}, ["7", 8, "9"], [7, 8, 9]),
    ({"type": "object", "additionalProperties": INTEGER}, {"a": "7"}, {"a": 7}),
    ({"type": "object", "properties": {"y": {"type": "array", "items": CHOICES}}}, {"y": ["OTHER"]}, {"y": ["other"]}),
]


@pytest.mark.parametrize(("part", "value", "wanted"), TAKEN, ids=lambda one: json.dumps(one)[:60])
def test_a_value_is_taken_as_meant(part: dict[str, Any], value: Any, wanted: Any) -> None:
    made, changes = meant(part, value)
    assert (made, type(made)) == (wanted, type(wanted))
    assert changes
    assert validator(schema_of(part))({"x": made}) is None


REFUSED: list[tuple[dict[str, Any], Any]] = [
    (CHOICES, "Bill"),
    (CHOICES, "billings"),
    (CHOICES, "not-urgent"),
    (CHOICES, None),
    (CHOICES, 7),
    ({"enum": ["a", "A", "b"]}, " a"),
    ({"enum": [1, "1"]}, "2"),
    (INTEGER, "$4.75"),
    (INTEGER, "4.75"),
    (INTEGER, 4.75),
    (INTEGER, "1,000"),
    (INTEGER, "1 000"),
    (INTEGER, "about 7"),
    (INTEGER, "7 apples"),
    (INTEGER, "seven"),
    (INTEGER, "007"),
    (INTEGER, "+7"),
    (INTEGER, "0x10"),
    (INTEGER, "٧"),
    (INTEGER, ""),
    (INTEGER, True),
    (INTEGER, 1e300),
    (DATE, "2026-01-31T12:00:00Z"),
    (DATE, "2026-01-31T00:00:00+02:00"),
    (DATE, "2026-02-30T00:00:00Z"),
    (DATE, "31.01.2026"),
    (DATE, "2026-1-31"),
    (DATE_TIME, "2026-01-31"),
    (NUMBER, "$4.75"),
    (NUMBER, "4,75"),
    (NUMBER, "12345678901234567.89"),
    (NUMBER, "1e400"),
    (NUMBER, "1e-400"),
    (NUMBER, "NaN"),
    (NUMBER, "Infinity"),
    (NUMBER, "9" * 5000),
    (BOOLEAN, "yes"),
    (BOOLEAN, "1"),
    (BOOLEAN, 1),
    ({"type": "string"}, 7),
    ({"type": "string"}, "7"),
    ({"type": ["string", "integer"]}, "7"),
    ({"type": ["integer", "boolean"]}, "seven"),
    ({"type": "null"}, "null"),
    ({"anyOf": [INTEGER, {"type": "string"}]}, "7"),
    ({"anyOf": [{"enum": ["A"]}, {"enum": ["a "]}]}, "a"),
    ({"type": "array", "items": INTEGER}, "7"),
    ({}, "7"),
]


@pytest.mark.parametrize(("part", "value"), REFUSED, ids=lambda one: json.dumps(one)[:60])
def test_a_value_stays_as_it_came(part: dict[str, Any], value: Any) -> None:
    made, changes = meant(part, value)
    assert (made, changes) == (value, [])
    assert type(made) is type(value)


def test_each_change_says_where_it_is_and_what_it_was_and_is() -> None:
    line = {"type": "object", "properties": {"count": INTEGER, "kind": CHOICES}}
    schema = schema_of({"type": "array", "items": line})
    answer = {"x": [{"count": "7", "kind": "other"}, {"count": 8, "kind": "BILLING", "more": "9"}]}
    made, changes = tolerance(schema)(answer)
    assert made == {"x": [{"count": 7, "kind": "other"}, {"count": 8, "kind": "Billing", "more": "9"}]}
    assert changes == [
        {"path": "x[0].count", "from": "7", "to": 7},
        {"path": "x[1].kind", "from": "BILLING", "to": "Billing"},
    ]


def test_an_answer_in_which_nothing_is_changed_is_the_same_object() -> None:
    answer = {"x": [1, {"y": None}], "other": "7"}
    made, changes = tolerance(schema_of({"type": "array"}))(answer)
    assert made is answer
    assert changes == []


def test_an_answer_with_too_many_values_is_left_alone() -> None:
    answer = {"x": ["7"] * 60_000}
    assert tolerance(schema_of({"type": "array", "items": INTEGER}))(answer) == (answer, [])


def test_a_check_is_as_tolerant_as_it_is_told() -> None:
    schema = schema_of(INTEGER)
    assert checked_as_meant(schema, tolerant=True)({"x": "7"}) is None
    assert checked_as_meant(schema, tolerant=True)({"x": "$7"}) == '"x" is "$7", not a whole number'
    assert checked_as_meant(schema, tolerant=False)({"x": "7"}) == '"x" is "7", not a whole number'


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=6,
)
PARTS = st.recursive(
    st.sampled_from([CHOICES, INTEGER, NUMBER, BOOLEAN, {"type": "string"}, {"type": ["integer", "null"]}]),
    lambda inner: st.one_of(
        inner.map(lambda part: {"type": "array", "items": part}),
        inner.map(lambda part: {"type": "object", "properties": {"x": part}, "additionalProperties": part}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts}),
    ),
    max_leaves=4,
)


@given(PARTS, VALUES)
def test_a_right_answer_stays_right_and_is_changed_once(part: dict[str, Any], value: Any) -> None:
    schema = schema_of(part)
    tolerate, validate = tolerance(schema), validator(schema)
    made, changes = tolerate({"x": value})
    if validate({"x": value}) is None:
        assert made == {"x": value}
    assert tolerate(made) == (made, [])
    assert (made == {"x": value}) or changes
