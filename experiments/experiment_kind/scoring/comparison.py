"""Two experiments on the same data set, item by item."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb

from experiments.experiment_kind.choices import Change, Verdict

ORDER = {change: position for position, change in enumerate(Change)}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item did in one experiment, over its iterations: `right` of the `scored` ones."""

    right: int
    scored: int
    verdict: Verdict

    @classmethod
    def from_verdicts(cls, verdicts: Iterable[Verdict]) -> "Standing":
        """Right where more than half of the scored iterations are; not judged before all have ended."""
        counts = Counter(verdicts)
        right, wrong, none = counts[Verdict.RIGHT], counts[Verdict.WRONG], counts[Verdict.NO_ANSWER]
        scored = right + wrong + none
        if counts[Verdict.OPEN]:
            return cls(right, scored, Verdict.OPEN)
        if not scored:
            return cls(0, 0, Verdict.NO_EXPECTATION)
        if 2 * right > scored:
            return cls(right, scored, Verdict.RIGHT)
        return cls(right, scored, Verdict.WRONG if right or wrong else Verdict.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Pair:
    """An item in both; None where an experiment does not have it."""

    item: int
    first: Standing | None
    second: Standing | None
    change: Change


@dataclass(frozen=True, slots=True)
class Comparison:
    """`pairs` begin with the items that changed. No answer counts as wrong."""

    pairs: list[Pair]
    counts: Mapping[Change, int]

    @property
    def chance(self) -> float | None:
        """How likely as many changes to one side, or more, are if neither experiment is better: two-sided, exact.

        The test of Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
        percentages", Psychometrika 12 (1947), 153-157, with the binomial distribution in place of its approximation.
        None where no item changed.
        """
        worse, better = self.counts[Change.WORSE], self.counts[Change.BETTER]
        changed = worse + better
        if not changed:
            return None
        fewer = sum(comb(changed, count) for count in range(min(worse, better) + 1))
        # Whole numbers until the end: 2 ** changed is too large for a float where many changed.
        return min(1.0, float(2 * fewer * 10**12 // 2**changed) / 10**12)


def compare(first: Mapping[int, Iterable[Verdict]], second: Mapping[int, Iterable[Verdict]]) -> Comparison:
    """From the verdicts of each item's iterations."""
    pairs = []
    for item in sorted(first.keys() | second.keys()):
        sides = [Standing.from_verdicts(side[item]) if item in side else None for side in (first, second)]
        pairs.append(Pair(item, sides[0], sides[1], _change_between(*sides)))
    counts = Counter(pair.change for pair in pairs)
    pairs.sort(key=lambda pair: ORDER[pair.change])
    return Comparison(pairs, {change: counts[change] for change in Change})


def _change_between(first: Standing | None, second: Standing | None) -> Change:
    """`UNCLEAR` where an experiment lacks the item or has not judged it."""
    judged = (Verdict.RIGHT, Verdict.WRONG, Verdict.NO_ANSWER)
    if first is None or second is None or first.verdict not in judged or second.verdict not in judged:
        return Change.UNCLEAR
    was, now = first.verdict is Verdict.RIGHT, second.verdict is Verdict.RIGHT
    if was and now:
        return Change.BOTH_RIGHT
    if not was and not now:
        return Change.BOTH_WRONG
    return Change.BETTER if now else Change.WORSE
