"""The pace that is learned from refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.worker.learned import (
    CUT,
    FLOOR,
    IN_VAIN,
    IN_VAIN_SURE,
    Curve,
    Measured,
    curve_after,
    in_vain_after,
    untold_wait_s,
)


def test_where_the_network_told_how_long_to_wait_one_refusal_tells_its_limit() -> None:
    curve = curve_after(Measured(20, 20, 20), None)
    assert (curve.top, curve.at(0)) == (1.0, CUT)
    assert curve.at(curve.rise_s) == pytest.approx(1.0)


def test_where_it_did_not_the_limit_is_between_two_rates_and_so_is_the_pace() -> None:
    curve = curve_after(Measured(20, 15, 31), None)
    assert curve.top == pytest.approx(20 / 15)
    assert 20 / 31 < curve.at(0) < 20 / 15


def test_where_it_may_be_a_minute_it_is_taken_for_one() -> None:
    assert curve_after(Measured(60, 31, 63), None).top == 1.0
    assert curve_after(Measured(60, 31, 59), None).top == pytest.approx(60 / 31)
    assert curve_after(Measured(60, 31, 63), 1.5).top != 1.0


def test_it_rises_fast_at_first_slowly_near_the_limit_and_faster_beyond_it() -> None:
    curve = Curve(1.0, 0.9, 60.0)
    first, near, beyond = (curve.at(at + 20) - curve.at(at) for at in (0, 50, 120))
    assert near < first < beyond
    assert near < 0.005


def test_a_limit_that_has_gone_is_forgotten_in_minutes() -> None:
    curve = Curve(1.0, CUT, 60.0)
    assert not curve.is_over(180)
    assert curve.is_over(600)


def test_a_refused_pace_is_an_upper_bound_and_no_refusal_slows_it_down_too_far() -> None:
    assert curve_after(Measured(500, 10, 10), 2.0).top <= 2.0
    slow = curve_after(Measured(1, 60, 60), 2.0)
    assert slow.top >= FLOOR * 2.0


@given(
    passed=st.floats(0, 1e6),
    least_s=st.floats(0, 1e5),
    more_s=st.floats(0, 1e4),
    before=st.none() | st.floats(0.001, 1e4),
    age_s=st.floats(0, 1e5),
)
def test_it_is_always_above_zero_and_never_falls(
    passed: float, least_s: float, more_s: float, before: float | None, age_s: float
) -> None:
    curve = curve_after(Measured(passed, least_s, least_s + more_s), before)
    assert 0 < curve.at(age_s) <= curve.at(age_s + 1)


def test_waits_that_nobody_told_double_up_to_a_minute() -> None:
    assert [untold_wait_s(number, None) for number in (1, 2, 3, 6, 7, 50)] == [1, 2, 4, 32, 60, 60]


def test_at_a_slow_pace_the_first_is_as_long_as_a_call_and_a_half() -> None:
    assert [untold_wait_s(number, 0.25) for number in (1, 2, 5)] == [6, 12, 60]


def test_a_refusal_before_the_pace_is_back_speaks_for_a_network_that_refuses_at_any() -> None:
    seen, between = curve_after(Measured(20, 20, 20), None), curve_after(Measured(20, 15, 31), None)
    assert (seen.is_sure, between.is_sure) == (True, False)
    assert in_vain_after(0, seen, seen.rise_s / 4) == IN_VAIN_SURE
    assert in_vain_after(2, between, between.rise_s / 4) == 2 + IN_VAIN


def test_one_after_it_is_back_speaks_against_that() -> None:
    seen = curve_after(Measured(20, 20, 20), None)
    assert in_vain_after(IN_VAIN_SURE, seen, seen.rise_s + 1) == 0
    assert in_vain_after(IN_VAIN_SURE, seen, seen.rise_s / 2) == IN_VAIN_SURE - IN_VAIN
    assert in_vain_after(IN_VAIN_SURE, None, None) == IN_VAIN_SURE, "without a pace it says neither"
