"""The bins of a histogram: few, of equal width, with round edges, and every value is in one."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.selectors.histogram import WANTED, Scale, scale

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("low", "high", "whole", "expected"),
    [
        ("0", "99", True, ("0", "10", 10)),
        ("10", "99", True, ("10", "10", 9)),
        ("3", "3", True, ("3", "1", 1)),
        ("1", "5", True, ("1", "1", 5)),
        ("0", "1", False, ("0", "0.1", 11)),
        ("-7", "12", False, ("-8", "2", 11)),
    ],
)
def test_edges_are_round(low: str, high: str, whole: bool, expected: tuple[str, str, int]) -> None:
    start, step, count = expected
    assert scale(Decimal(low), Decimal(high), whole=whole) == Scale(Decimal(start), Decimal(step), count)


@given(FINITE, FINITE)
def test_every_value_is_in_one_of_few_bins(one: float, other: float) -> None:
    low, high = sorted((Decimal(repr(one)), Decimal(repr(other))))
    found = scale(low, high, whole=False)
    assert 1 <= found.count <= WANTED + 2
    assert found.start <= low
    assert len(found.edges) == found.count + 1
    assert found.edges[-2] <= high < found.edges[-1]


def test_the_longest_whole_numbers_have_bins_too() -> None:
    with localcontext(prec=5000):
        low = Decimal(10**3999)
        assert scale(low, low + 1, whole=True).edges == [low, low + 1, low + 2]


@given(st.integers(), st.integers())
def test_bins_of_whole_numbers_have_whole_edges(one: int, other: int) -> None:
    low, high = sorted((Decimal(one), Decimal(other)))
    found = scale(low, high, whole=True)
    assert found.step >= 1
    assert found.start == found.start.to_integral_value()
    assert found.step == found.step.to_integral_value()
