"""Fields of sample answers: what all of them have, and what they leave open."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.response_schema.sample_import import SAMPLES_LIMIT, samples_to_fields


def properties(*samples: Any) -> dict[str, Any]:
    made: dict[str, Any] = fields_to_schema(samples_to_fields(samples).fields)["properties"]
    return made


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        (["x", ""], {"type": "string"}),
        (["2026-01-31", "2024-02-29"], {"type": "string", "format": "date"}),
        (["2026-01-31", "soon"], {"type": "string"}),
        (["2026-01-31T10:00:00Z"], {"type": "string", "format": "date-time"}),
        ([1, 2], {"type": "integer"}),
        ([1, 2.5], {"type": "number"}),
        ([True, False], {"type": "boolean"}),
        ([None, 3], {"type": ["integer", "null"]}),
        ([["a"], []], {"type": "array", "items": {"type": "string"}}),
        ([["a", None]], {"type": "array", "items": {"type": ["string", "null"]}}),
        (
            [{"b": 1}, {"b": 2, "c": "x"}],
            {"type": "object", "properties": {"b": {"type": "integer"}, "c": {"type": "string"}}, "required": ["b"]},
        ),
    ],
)
def test_the_type_is_what_all_values_are(values: list[Any], schema: dict[str, Any]) -> None:
    assert properties(*({"a": value} for value in values)) == {"a": schema}


def test_a_key_that_a_sample_lacks_is_optional_and_not_null() -> None:
    fields = samples_to_fields([{"a": 1, "b": 1}, {"a": 2}]).fields
    assert [(field.name, field.required, field.nullable) for field in fields] == [
        ("a", True, False),
        ("b", False, False),
    ]


@pytest.mark.parametrize(
    ("sample", "path", "detail"),
    [
        ({"a": None}, "a", "null in every sample"),
        ({"a": []}, "a", "empty in every sample"),
        ({"a": [1, "x"]}, "a[]", "several types"),
        ({"lines": [{"p": True}, {"p": 1}]}, "lines[].p", "several types"),
        ({"1": 2}, "1", "cannot be the name"),
    ],
)
def test_what_samples_leave_open_is_listed(sample: dict[str, Any], path: str, detail: str) -> None:
    [one] = samples_to_fields([{**sample, "good": 1}]).not_taken
    assert one.path == path
    assert detail in one.detail
    assert "good" in [field.name for field in samples_to_fields([{**sample, "good": 1}]).fields]


@pytest.mark.parametrize("samples", [[], [1], [{}, "x"], [[{}]], [{"a": 1}] * (SAMPLES_LIMIT + 1)])
def test_what_is_no_answer_is_refused(samples: list[Any]) -> None:
    with pytest.raises(InvalidInput):
        samples_to_fields(samples)
