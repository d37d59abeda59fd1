"""Bounds, choices and types of a schema take numbers as they are written."""

from typing import Any

import pytest

from experiments.core.json_text import parse_kept
from experiments.response_schema import check_schema, validator


def problem(keywords: str, value: str) -> str | None:
    schema = parse_kept(f'{{"type": "object", "properties": {{"n": {{{keywords}}}}}}}')
    return validator(schema)(parse_kept(f'{{"n": {value}}}'))


@pytest.mark.parametrize(
    ("keywords", "value"),
    [
        ('"minimum": 0.1', "0.10"),
        ('"minimum": 0.10', "0.1"),
        ('"maximum": 12345678901234567.89', "12345678901234567.89"),
        ('"enum": [0.1, 2]', "0.100"),
        ('"enum": ["a", 2]', "2.00"),
        ('"const": 1.50', "1.5"),
        ('"type": "integer"', "274.00"),
        ('"type": "integer"', "12345678901234567.0"),
        ('"multipleOf": 0.01', "19.99"),
        ('"multipleOf": 0.01', "1e300"),
        ('"type": "number"', "1e-400"),
    ],
)
def test_these_fit(keywords: str, value: str) -> None:
    assert problem(keywords, value) is None


@pytest.mark.parametrize(
    ("keywords", "value"),
    [
        ('"exclusiveMinimum": 0.1', "0.10"),
        ('"maximum": 12345678901234567.88', "12345678901234567.89"),
        ('"enum": [0.1, 1]', "true"),
        ('"enum": [0.1, "0.10"]', "0.11"),
        ('"const": 1.5', "1.51"),
        ('"type": "integer"', "12345678901234567.89"),
        ('"type": "integer"', "true"),
        ('"multipleOf": 0.01', "19.999"),
        ('"type": "string"', "1.50"),
    ],
)
def test_these_do_not(keywords: str, value: str) -> None:
    assert problem(keywords, value) is not None


@pytest.mark.parametrize(
    "schema",
    [
        '{"properties": {"n": {"type": "number", "minimum": 0.10, "maximum": 0.20}}}',
        '{"properties": {"n": {"type": "number", "exclusiveMinimum": 1.50, "maximum": 1.75}}}',
    ],
)
def test_an_example_is_made_of_such_bounds(schema: str) -> None:
    found: Any = check_schema(parse_kept(schema))
    assert validator(found)({"n": 0.15 if "0.10" in schema else 1.6}) is None
