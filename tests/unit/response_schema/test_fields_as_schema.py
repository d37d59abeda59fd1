"""Fields and the JSON Schema that says the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.choices import FieldType
from experiments.core.errors import InvalidInput
from experiments.response_schema import check_schema, example, validator
from experiments.response_schema.fields import (
    NAME,
    Field,
    check_fields,
    field_to_json,
    fields_to_schema,
    schema_to_fields,
)

FIELDS = (
    Field("tone", "The mood.", "string", True, ("good", "bad")),
    Field("amount", "In euros.", "number", False),
    Field("kind", "", "string", False, ("x", "y")),
    Field("a", "", "boolean", True),
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "tone": {"type": "string", "enum": ["good", "bad"], "description": "The mood."},
        "amount": {"type": ["number", "null"], "description": "In euros."},
        "kind": {"type": ["string", "null"], "enum": ["x", "y", None]},
        "a": {"type": "boolean"},
    },
    "required": ["tone", "a"],
}


def test_fields_make_a_schema_in_their_order() -> None:
    schema = fields_to_schema(FIELDS)
    assert schema == SCHEMA
    assert list(schema["properties"]) == ["tone", "amount", "kind", "a"]


def test_the_schema_of_fields_makes_these_fields_again() -> None:
    imported = schema_to_fields(fields_to_schema(FIELDS))
    assert (imported.fields, imported.notes) == (FIELDS, ())


@pytest.mark.parametrize(
    "answer", [{"tone": "good", "a": True}, {"tone": "bad", "a": False, "amount": None, "kind": None}]
)
def test_an_optional_field_may_be_null_or_absent(answer: dict[str, Any]) -> None:
    assert validator(fields_to_schema(FIELDS))(answer) is None


@pytest.mark.parametrize(
    "answer", [{"tone": "good", "a": None}, {"tone": "good"}, {"tone": "good", "a": True, "kind": "z"}]
)
def test_a_required_field_may_not_and_choices_hold(answer: dict[str, Any]) -> None:
    assert validator(fields_to_schema(FIELDS))(answer) is not None


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ({"type": "string", "const": "x"}, Field("f", choices=("x",), required=False)),
        ({"enum": ["x", "y"]}, Field("f", choices=("x", "y"), required=False)),
        ({"enum": ["x", None]}, Field("f", choices=("x",), required=False)),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "F"}, Field("f", type="integer", required=False)),
        ({"anyOf": [{"type": "string", "description": "D"}]}, Field("f", description="D", required=False)),
    ],
)
def test_other_ways_to_say_the_same_are_understood(schema: dict[str, Any], field: Field) -> None:
    imported = schema_to_fields({"type": "object", "properties": {"f": schema}})
    assert (imported.fields, imported.notes) == ((field,), ())


@pytest.mark.parametrize(
    ("schema", "field", "note"),
    [
        ({"type": "array", "items": {"type": "string"}}, Field("f"), "not a text, number or boolean"),
        ({"type": "object", "properties": {}}, Field("f"), "not a text, number or boolean"),
        ({}, Field("f"), "not a text, number or boolean"),
        ({"type": ["string", "integer"]}, Field("f"), "not a text, number or boolean"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, Field("f"), "not a text, number or boolean"),
        ({"type": "string", "maxLength": 9}, Field("f"), "maxLength"),
        ({"type": "integer", "enum": [1, 2]}, Field("f", type="integer"), "choices that are not texts"),
        ({"type": ["string", "null"]}, Field("f", required=False), "optional now"),
    ],
)
def test_what_cannot_be_said_is_noted(schema: dict[str, Any], field: Field, note: str) -> None:
    imported = schema_to_fields({"type": "object", "properties": {"f": schema}, "required": ["f"]})
    assert imported.fields == (field,)
    assert any(note in sentence and sentence.startswith("“f”") for sentence in imported.notes)


def test_properties_that_cannot_be_fields_and_rules_about_others_are_noted() -> None:
    schema = {"type": "object", "properties": {"1st": {}, "a": {"type": "string"}}, "additionalProperties": False}
    imported = schema_to_fields(schema)
    assert [field.name for field in imported.fields] == ["a"]
    assert [sentence.split()[0] for sentence in imported.notes] == ["“1st”", "Rules"]


def test_a_schema_that_is_not_taken_is_not_imported() -> None:
    with pytest.raises(InvalidInput, match="ref"):
        schema_to_fields({"properties": {"a": {"$ref": "#/x"}}})


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
ANY_FIELDS = st.lists(
    st.builds(
        Field,
        name=st.from_regex(NAME, fullmatch=True),
        description=TEXTS,
        type=st.sampled_from(FieldType),
        required=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda field: field.name,
)


@given(ANY_FIELDS)
def test_every_list_of_fields_survives_storing_and_importing(fields: list[Field]) -> None:
    checked = check_fields([field_to_json(field) for field in fields])
    schema = check_schema(fields_to_schema(checked))
    assert schema_to_fields(schema).fields == checked == tuple(fields)
    assert validator(schema)(example(schema)) is None
