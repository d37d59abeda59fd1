"""Two experiments side by side: what changed comes first."""

from math import isclose

import pytest

from experiments.experiment_kind.choices import Change, Verdict
from experiments.experiment_kind.scoring import Comparison, compare

R, W, N, OPEN, NOTHING = Verdict.RIGHT, Verdict.WRONG, Verdict.NO_ANSWER, Verdict.OPEN, Verdict.NO_EXPECTATION


def compared(first: list[Verdict], second: list[Verdict]) -> Comparison:
    return compare({n: [v] for n, v in enumerate(first)}, {n: [v] for n, v in enumerate(second)})


def test_changed_items_come_first_then_the_rest_each_in_the_order_of_items() -> None:
    found = compared([R, W, W, R, R, W, OPEN], [R, W, R, W, W, N, R])
    assert [(pair.item, str(pair.change)) for pair in found.pairs] == [
        (3, "right_to_wrong"),
        (4, "right_to_wrong"),
        (2, "wrong_to_right"),
        (1, "both_wrong"),
        (5, "both_wrong"),
        (0, "both_right"),
        (6, "not_comparable"),
    ]
    assert found.counts[Change.WORSE] == 2


def test_no_answer_counts_as_wrong() -> None:
    assert compared([R], [N]).pairs[0].change is Change.WORSE
    assert compared([N], [R]).pairs[0].change is Change.BETTER


@pytest.mark.parametrize("verdict", [OPEN, NOTHING])
def test_what_is_not_judged_in_both_is_not_compared(verdict: Verdict) -> None:
    assert compared([R], [verdict]).pairs[0].change is Change.UNCLEAR


def test_an_item_that_only_one_has_is_not_compared() -> None:
    found = compare({0: [R]}, {0: [R], 1: [W]})
    assert found.pairs[1].first is None
    assert found.pairs[1].change is Change.UNCLEAR


@pytest.mark.parametrize(
    ("verdicts", "standing"),
    [
        ([R, R, W], (2, 3, R)),
        ([R, W], (1, 2, W)),
        ([R, R, OPEN], (2, 2, OPEN)),
        ([N, N], (0, 2, N)),
        ([N, W], (0, 2, W)),
        ([NOTHING, NOTHING], (0, 0, NOTHING)),
    ],
)
def test_with_iterations_more_than_half_have_to_be_right(
    verdicts: list[Verdict], standing: tuple[int, int, Verdict]
) -> None:
    [pair] = compare({0: verdicts}, {0: [R]}).pairs
    assert pair.first is not None
    assert (pair.first.right, pair.first.scored, pair.first.verdict) == standing


def test_how_likely_the_changes_are_by_chance() -> None:
    assert compared([R], [R]).chance is None
    assert compared([R, W], [W, R]).chance == 1
    # 1 against 9: 2 · (1 + 10) / 2¹⁰
    found = compared([R] + [W] * 9, [W] + [R] * 9).chance
    assert found is not None
    assert isclose(found, 22 / 1024, abs_tol=1e-9)


def test_thousands_of_changes_can_be_judged_too() -> None:
    found = compared([R] * 3000, [W] * 3000).chance
    assert found == 0
