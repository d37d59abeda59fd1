"""A ratio is that of two medians, and an aim says whether it is enough."""

import pytest

from csv_batches.bench.results import Series
from tests.unit.csv_batches.bench.results import result


def test_the_ratio_is_that_of_the_medians() -> None:
    assert result(ours=[10.0, 90.0, 20.0], floor=[40.0, 41.0, 1.0]).ratio == 0.5


def test_what_is_compared_with_nothing_has_no_ratio() -> None:
    alone = result(floor=[])
    assert alone.ratio is None
    assert alone.reached is None


def test_what_is_compared_with_zero_has_no_ratio() -> None:
    assert result(floor=[0.0]).ratio is None


def test_the_spread_is_the_range_as_a_share_of_the_median() -> None:
    series = Series([90.0, 110.0, 100.0])
    assert (series.low, series.median, series.high) == (90.0, 100.0, 110.0)
    assert series.spread == pytest.approx(0.2)


def test_one_figure_has_no_spread() -> None:
    assert Series([7.0]).spread == 0


@pytest.mark.parametrize(("ours", "reached"), [(0.96, False), (0.97, True), (2.0, True)])
def test_a_rate_reaches_its_aim_from_below(ours: float, reached: bool) -> None:
    assert result(ours=[ours], floor=[1.0], least=0.97).reached is reached


@pytest.mark.parametrize(("ours", "reached"), [(1.0, True), (2.0, True), (2.1, False)])
def test_a_cost_stays_below_its_aim(ours: float, reached: bool) -> None:
    assert result(ours=[ours], floor=[1.0], least=None, most=2.0).reached is reached


def test_more_than_one_aim_are_all_reached_or_none_is() -> None:
    assert result(ours=[10.0], floor=[10.0], least=1.0, least_ours=10.0).reached is True
    assert result(ours=[10.0], floor=[10.0], least=1.0, least_ours=11.0).reached is False
    assert result(ours=[10.0], floor=[20.0], least=1.0, least_ours=10.0).reached is False


def test_without_an_aim_none_is_reached_or_missed() -> None:
    assert result(least=None).reached is None


def test_a_further_figure_is_the_median_of_those_that_have_it() -> None:
    found = result(details=[{"rows": 1.0}, {"rows": 5.0}, {"rows": 3.0}, {}])
    assert found.detail("rows") == 3.0
    assert found.detail("hot_share") is None
