"""The meta-schema in one finds what the standard's documents find, in the same place and words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from experiments.response_schema.formats import format_checker
from experiments.response_schema.meta_schema import META_CHECKER

STANDARD = Draft202012Validator(Draft202012Validator.META_SCHEMA, format_checker=format_checker())
WORDS = sorted(META_CHECKER.schema["properties"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "string", "object", "#a", "x y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=12,
)


def found(checker: Any, schema: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    """Each once: a document of the standard repeats what another says of the type."""
    return list(dict.fromkeys((error.message, tuple(error.path)) for error in checker.iter_errors(schema)))


@given(VALUES)
def test_any_value_is_judged_alike(schema: Any) -> None:
    assert found(META_CHECKER, schema)[:1] == found(STANDARD, schema)[:1]
    assert set(found(META_CHECKER, schema)) == set(found(STANDARD, schema))


@pytest.mark.parametrize("word", WORDS)
def test_no_word_of_the_standard_is_left_out(word: str) -> None:
    for value in (None, 1.5, -1, "", [], [1, 1], {"a": 1}):
        assert found(META_CHECKER, {word: value}) == found(STANDARD, {word: value})


def test_the_standard_judges_itself_right() -> None:
    assert not found(META_CHECKER, Draft202012Validator.META_SCHEMA)
