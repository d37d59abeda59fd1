"""Fields and the JSON Schema that says the same."""

import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.errors import InvalidInput
from experiments.core.json_numbers import to_json
from experiments.core.json_text import parse_kept
from experiments.response_schema import check_schema, example, validator
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.fields import Field, field_to_json
from experiments.response_schema.schema_import import Imported, schema_to_fields

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
        ({"type": "string", "const": "x"}, Field("f", choices=("x",), required=False, nullable=False)),
        ({"enum": ["x", "y"]}, Field("f", choices=("x", "y"), required=False, nullable=False)),
        ({"enum": ["x", None]}, Field("f", choices=("x",), required=False)),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "F"}, Field("f", type="integer", required=False)),
        (
            {"anyOf": [{"type": "string", "description": "D"}]},
            Field("f", description="D", required=False, nullable=False),
        ),
    ],
)
def test_other_ways_to_say_the_same_are_understood(schema: dict[str, Any], field: Field) -> None:
    imported = schema_to_fields({"type": "object", "properties": {"f": schema}})
    assert (imported.fields, imported.notes) == ((field,), ())


@pytest.mark.parametrize(
    ("schema", "field", "lost"),
    [
        ({"type": "array"}, None, ("f", "items")),
        ({"type": "array", "items": {}}, None, ("f[]", "type")),
        ({}, None, ("f", "type")),
        ({"type": "null"}, None, ("f", "type")),
        ({"type": ["string", "integer"]}, None, ("f", "type")),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, None, ("f", "anyOf")),
        ({"type": "string", "minimum": 9}, Field("f"), ("f", "minimum")),
        ({"type": "string", "format": "uuid"}, Field("f"), ("f", "format")),
        ({"type": "string", "default": "x"}, Field("f"), ("f", "default")),
        ({"type": "string", "title": "Place of birth"}, Field("f"), ("f", "title")),
        ({"type": "number", "exclusiveMinimum": 0}, Field("f", type="number"), ("f", "exclusiveMinimum")),
        ({"type": "integer", "enum": [1, 2]}, Field("f", type="integer"), ("f", "enum")),
        ({"type": "object", "additionalProperties": False}, Field("f", type="object"), ("f", "additionalProperties")),
    ],
)
def test_what_cannot_be_said_is_listed_and_becomes_nothing_else(
    schema: dict[str, Any], field: Field | None, lost: tuple[str, str]
) -> None:
    imported = schema_to_fields({"type": "object", "properties": {"f": schema}, "required": ["f"]})
    assert imported.fields == ((field,) if field else ())
    assert [(one.path, one.keyword) for one in imported.not_taken] == [lost]


def test_a_schema_that_is_kept_has_a_field_for_every_property() -> None:
    schema = {"properties": {"1st": {"type": "array"}, "b": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}}
    fields = schema_to_fields(schema, is_kept=True).fields
    assert [(field.name, field.type) for field in fields] == [("1st", "string"), ("b", "string")]


def test_properties_that_cannot_be_fields_and_rules_about_others_are_noted() -> None:
    schema = {"type": "object", "properties": {"1st": {}, "a": {"type": "string"}}, "additionalProperties": False}
    imported = schema_to_fields(schema)
    assert [field.name for field in imported.fields] == ["a"]
    assert [sentence.split()[0] for sentence in imported.notes] == ["“1st”:", "Further"]


def test_a_schema_that_is_not_taken_is_not_imported() -> None:
    with pytest.raises(InvalidInput, match="ref"):
        schema_to_fields({"properties": {"a": {"$ref": "#/x"}}})


def of(kind: str, **keys: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A field of this type; each of `keys` may be there."""
    always = {"name": NAMES, "type": st.just(kind), "required": st.booleans(), "description": TEXTS}
    optional = {"nullable": st.booleans(), **keys}
    return st.fixed_dictionaries(always, optional=optional)


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
NAMES = st.from_regex("[a-zÄ主_][a-z0-9ä _-]{0,5}", fullmatch=True)
NUMBERS = st.one_of(st.integers(-99, 99), st.sampled_from([0.1, -2.75, Decimal("1.10")]))
SCALARS = st.one_of(
    of("string", min_length=st.integers(0, 3), max_length=st.integers(4, 9), examples=st.just(["four"])),
    of("string", choices=st.lists(TEXTS.filter(bool), max_size=3, unique=True), examples=st.just([])),
    of("string", pattern=st.sampled_from(["^[A-Z]{3}-\\d+$", "x|y", "é"]), examples=st.just([])),
    of("string", format=st.sampled_from(["email", "uri"])),
    of("number", minimum=NUMBERS),
    of("number", maximum=NUMBERS, step=st.just(0.25)),
    of("integer", minimum=st.integers(-9, 0), maximum=st.integers(5, 9), step=st.integers(1, 3)),
    *(of(kind) for kind in ("boolean", "date", "date-time")),
)


def containers(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    unnamed = inner.map(lambda field: {key: value for key, value in field.items() if key != "name"})
    fields = st.lists(inner, max_size=3, unique_by=lambda field: unicodedata.normalize("NFC", field["name"]))
    return st.one_of(
        of("list", items=unnamed, min_items=st.integers(0, 2), max_items=st.integers(2, 3)),
        of("object", fields=fields),
    )


FIELDS_OF_ANY_SHAPE = st.lists(
    st.recursive(SCALARS, containers, max_leaves=8), max_size=4, unique_by=lambda field: field["name"]
)


# Where two names are the same, Hypothesis writes down what it drew from: it is long.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(FIELDS_OF_ANY_SHAPE)
def test_fields_of_every_shape_survive_storing_and_importing(given: list[dict[str, Any]]) -> None:
    fields = check_fields(given)
    stored = [field_to_json(field) for field in fields]
    assert check_fields(parse_kept(to_json(stored))) == fields
    schema = check_schema(fields_to_schema(fields))
    assert schema_to_fields(schema) == Imported(fields)
    assert fields_to_schema(schema_to_fields(schema).fields) == schema
    assert validator(schema)(example(schema)) is None
