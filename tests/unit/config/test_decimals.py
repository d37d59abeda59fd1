"""A number with a fraction lies within its bounds."""

import pytest

from tests.unit.config.conftest import read


@pytest.mark.parametrize(("value", "number"), [("0", 0.0), (" 0.7 ", 0.7), ("2", 2.0)])
def test_a_number_within_its_bounds_is_read(value: str, number: float) -> None:
    assert read("decimal", value, 1, least=0, most=2) == (number, [])


def test_nothing_is_the_default(nothing: str | None) -> None:
    assert read("decimal", nothing, 1, least=0, most=2) == (1, [])


@pytest.mark.parametrize("value", ["warm", "-0.1", "2.1", "nan", "inf"])
def test_any_other_is_refused(value: str) -> None:
    _, problems = read("decimal", value, 1, least=0, most=2)
    assert problems == [f"NAME can’t be “{value}”. Use a number from 0 to 2."]
