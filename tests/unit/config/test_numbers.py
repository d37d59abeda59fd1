"""A number is whole and lies within its bounds."""

import pytest

from tests.unit.config.conftest import read


@pytest.mark.parametrize(("value", "number"), [("1", 1), (" 12 ", 12), ("90", 90)])
def test_a_whole_number_within_its_bounds_is_read(value: str, number: int) -> None:
    assert read("number", value, 4, least=1, most=90) == (number, [])


def test_nothing_is_the_default(nothing: str | None) -> None:
    assert read("number", nothing, 4, least=1) == (4, [])


@pytest.mark.parametrize("value", ["four", "1.5", "0", "-3", "0x10", "1 2"])
def test_what_is_no_number_or_too_small_is_refused(value: str) -> None:
    _, problems = read("number", value, 4, least=1)
    assert problems == [f"NAME can’t be “{value}”. Use a whole number, 1 or more."]


def test_a_number_above_its_bound_is_refused_with_both_bounds() -> None:
    _, problems = read("number", "36501", 0, least=0, most=36_500)
    assert problems == ["NAME can’t be “36501”. Use a whole number from 0 to 36,500."]


def test_a_long_value_is_shown_in_part() -> None:
    _, problems = read("number", "x" * 10_000, 4, least=1)
    assert problems == [f"NAME can’t be “{'x' * 60}”. Use a whole number, 1 or more."]
