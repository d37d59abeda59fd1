"""The interval, beside values that others published or that can be worked out by hand."""

from math import isclose

import pytest

from experiments.experiment_kind.scoring import wilson_interval


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (score without correction).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_values(right: int, of: int, low: float, high: float) -> None:
    found = wilson_interval(right, of)
    assert found is not None
    assert isclose(found[0], low, abs_tol=5e-5)
    assert isclose(found[1], high, abs_tol=5e-5)


def test_both_bounds_satisfy_the_equation_that_they_are_the_roots_of() -> None:
    right, of, z = 37, 50, 1.959963984540054
    for bound in wilson_interval(right, of) or ():
        assert isclose((right / of - bound) ** 2, z**2 * bound * (1 - bound) / of, rel_tol=1e-9)


def test_it_never_leaves_zero_and_one() -> None:
    assert (wilson_interval(0, 7) or ())[0] == 0
    assert (wilson_interval(7, 7) or ())[1] == 1


def test_of_nothing_there_is_none() -> None:
    assert wilson_interval(0, 0) is None
