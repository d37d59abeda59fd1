"""Answers of a minute are counted up to a number; beyond it follows how many there are from how fast they came."""

import pytest

from experiments.selectors.desk import MOST_A_MINUTE, in_a_minute


@pytest.mark.parametrize("number", [0, 1, MOST_A_MINUTE - 1])
def test_few_are_what_was_counted(number: int) -> None:
    assert in_a_minute(number, 12.0) == number


@pytest.mark.parametrize(("within_s", "times"), [(60.0, 1), (30.0, 2), (6.0, 10)])
def test_many_follow_from_the_time_of_the_first(within_s: float, times: int) -> None:
    assert in_a_minute(MOST_A_MINUTE, within_s) == times * MOST_A_MINUTE


@pytest.mark.parametrize("within_s", [0.0, -3.0, 61.0])
def test_a_clock_that_jumps_makes_no_nonsense(within_s: float) -> None:
    assert MOST_A_MINUTE <= in_a_minute(MOST_A_MINUTE, within_s) <= 600 * MOST_A_MINUTE
