"""A flag is on or off, and nothing that only looks like it."""

import pytest

from tests.unit.config.conftest import read


@pytest.mark.parametrize("value", ["1", "true", "True", "YES", "on", " on "])
def test_a_word_for_yes_is_on(value: str) -> None:
    assert read("flag", value) == (True, [])


@pytest.mark.parametrize("value", ["0", "false", "False", "NO", "off"])
def test_a_word_for_no_is_off(value: str) -> None:
    assert read("flag", value) == (False, [])


def test_nothing_is_off(nothing: str | None) -> None:
    assert read("flag", nothing) == (False, [])


@pytest.mark.parametrize("value", ["ture", "2", "y", "enabled"])
def test_any_other_word_is_refused(value: str) -> None:
    _, problems = read("flag", value)
    assert problems == [f"NAME can’t be “{value}”. Use 1, true, yes or on; or 0, false, no or off."]
