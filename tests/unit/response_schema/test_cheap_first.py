"""What could be made slow is refused before the standard's own rules look at it."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.response_schema import check_schema


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"properties": {"a": {"type": "string", "pattern": "(" * 5_000}}}, "5,000 characters; 1,000 are allowed"),
        ({"properties": {f"p{n}": {} for n in range(2_000)}}, "more than 1,000 properties"),
        ({"properties": []}, '"properties" is not right'),
        ({"properties": {"a": {"enum": 5}}}, 'enum" is not right'),
        ({"properties": {"a": {"anyOf": {"type": "string"}}}}, 'anyOf" is not right'),
        ({"properties": {"a": 5}}, 'a" is not right'),
        ({"properties": {"a": {"minimum": "x", "minLength": []}}}, "is not right"),
    ],
)
def test_it_is_refused_in_words(schema: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_schema(schema)
    assert said in refusal.value.detail
