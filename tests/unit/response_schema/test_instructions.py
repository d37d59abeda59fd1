"""The guidance and the example that go with a schema."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.response_schema import check_schema, example, guidance, validator


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": ["a"]}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "enum": ["x", "y"]}, "x"),
        ({"type": ["string", "null"], "enum": [None, "y"]}, "y"),
        ({"type": ["integer", "null"]}, 1),
        ({"type": "number"}, 1.5),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": "integer", "minimum": 7}, 7),
        ({"type": "integer", "exclusiveMinimum": 6.5}, 7),
        ({"type": "number", "exclusiveMinimum": 0.25, "exclusiveMaximum": 0.75}, 0.5),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "string", "minLength": 7}, "text te"),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"anyOf": [{"type": "null"}, {"type": "boolean"}]}, True),
        ({"type": "object", "properties": {"b": {"const": 3}}}, {"b": 3}),
        ({}, "text"),
    ],
)
def test_the_example_is_an_answer_that_satisfies_the_schema(schema: dict[str, Any], value: Any) -> None:
    assert example(check_schema(of(a=schema))) == {"a": value}


TYPES = ("string", "number", "integer", "boolean", "null")
FIELDS = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.one_of(
        st.fixed_dictionaries({"type": st.sampled_from(TYPES)}),
        st.fixed_dictionaries({"type": st.lists(st.sampled_from(TYPES), min_size=1, unique=True)}),
        st.fixed_dictionaries({"enum": st.lists(st.text("xyz", max_size=3), min_size=1, unique=True)}),
        st.fixed_dictionaries({"type": st.just("integer"), "minimum": st.integers(-99, 99)}),
    ),
    max_size=5,
)


@given(FIELDS)
def test_every_example_passes_its_own_validator(properties: dict[str, Any]) -> None:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    assert validator(check_schema(schema))(example(schema)) is None


def test_the_guidance_names_every_key_with_what_it_takes() -> None:
    schema = of(
        a={"type": "string", "enum": ["billing", "sales"], "description": "What it is about."},
        b={"type": ["number", "null"]},
        c={"type": "boolean"},
    )
    assert guidance(schema) == (
        "Answer with one JSON object and nothing else, with these keys:\n"
        '- "a" (required): one of "billing", "sales". What it is about.\n'
        '- "b" (null where there is nothing to say): a number.\n'
        '- "c" (left out where there is nothing to say): true or false.\n'
        "Give the values themselves. Do not repeat the schema."
    )


def test_the_guidance_of_an_empty_schema_asks_for_an_object() -> None:
    assert guidance({}) == "Answer with one JSON object and nothing else."
