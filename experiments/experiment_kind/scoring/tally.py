"""The score of an experiment: totals, by label, what was answered for what, how far iterations agree."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.core.choices import RowStatus
from experiments.experiment_kind.choices import Verdict
from experiments.experiment_kind.scoring.interval import wilson_interval
from experiments.experiment_kind.scoring.judge import ENDED, MISSING, Judge
from experiments.experiment_kind.scoring.texts import comparable_text

MAX_CHOICES = 30
"""With more different expected answers they are not taken for choices, and there is no confusion table."""
MAX_CHOICE_CHARS = 100


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an item, to be judged. `answer` is the payload of a run that succeeded."""

    item: int
    expected: str
    label: str
    status: str
    answer: Mapping[str, Any] | None


@dataclass(slots=True)
class Tally:
    """How many runs got which verdict. Runs without an answer are scored, and not right."""

    counts: Counter[Verdict] = field(default_factory=Counter)

    @property
    def right(self) -> int:
        return self.counts[Verdict.RIGHT]

    @property
    def scored(self) -> int:
        return self.right + self.counts[Verdict.WRONG] + self.counts[Verdict.NO_ANSWER]

    @property
    def share(self) -> float | None:
        """Right ones among those that are scored; None where there are none."""
        return self.right / self.scored if self.scored else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson_interval(self.right, self.scored)

    def to_json(self) -> dict[str, Any]:
        counts = {str(verdict): self.counts[verdict] for verdict in Verdict}
        return {**counts, "scored": self.scored, "share": self.share, "interval": self.interval}


@dataclass(frozen=True, slots=True)
class Confusion:
    """`counts[expected][answered]` of scored runs, both by position: expected ones in `choices`, answered ones in
    `choices` and `others`, the last column being those without an answer. Right ones are on the diagonal."""

    choices: list[str]
    others: list[str]
    counts: list[list[int]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over the `items` of which at least two iterations have ended.

    The agreement of an item is the share of its most frequent answer among its iterations that ended; those without an
    answer count in the whole and never as an answer. `mean` is the mean of that over items, `unanimous` how many of
    them have 1.
    """

    items: int
    unanimous: int
    mean: float


@dataclass(frozen=True, slots=True)
class Score:
    """`labels` in alphabetical order, "" for items without one; `items` and `verdicts` in the order of the runs."""

    total: Tally
    labels: dict[str, Tally]
    confusion: Confusion | None
    agreement: Agreement | None
    items: list[int]
    verdicts: list[Verdict]

    def most_frequent_labels(self, most: int) -> list[str]:
        """Those of the most runs, in alphabetical order."""
        frequent = sorted(self.labels, key=lambda label: (-self.labels[label].counts.total(), label))
        return sorted(frequent[:most])

    def verdicts_by_item(self) -> dict[int, list[Verdict]]:
        """Those of each item's iterations."""
        found = defaultdict[int, list[Verdict]](list)
        for item, verdict in zip(self.items, self.verdicts, strict=True):
            found[item].append(verdict)
        return dict(found)


def score(judge: Judge, runs: Iterable[Run], choices: Sequence[str] = ()) -> Score:
    """Judges all runs. `choices` are put first in the confusion table, in their order."""
    total, labels = Tally(), defaultdict[str, Tally](Tally)
    confusion, agreement = ConfusionCounts(judge), AgreementCounts(judge)
    items, verdicts = [], []
    for run in runs:
        verdict = judge.verdict(expected=run.expected, status=run.status, answer=run.answer)
        items.append(run.item)
        verdicts.append(verdict)
        total.counts[verdict] += 1
        labels[run.label].counts[verdict] += 1
        confusion.add(run, verdict)
        agreement.add(run)
    by_label = dict(sorted(labels.items())) if set(labels) - {""} else {}
    return Score(total, by_label, confusion.table(choices), agreement.agreement(), items, verdicts)


class ConfusionCounts:
    """Which answer was given for which expected one, for as long as the expected ones look like choices."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._counts: Counter[tuple[str, str | None]] = Counter()
        self._texts: dict[str, str] = {}
        self._expected: set[str] = set()
        self._are_choices = judge.rule.has_confusion

    def add(self, run: Run, verdict: Verdict) -> None:
        if not self._are_choices or verdict in (Verdict.OPEN, Verdict.NO_EXPECTATION):
            return
        expected = self._judge.expected_value(run.expected)
        wanted = self._key(expected)
        self._expected.add(wanted)
        self._are_choices = len(self._expected) <= MAX_CHOICES and len(self._texts[wanted]) <= MAX_CHOICE_CHARS
        answered: str | None = None
        if verdict is Verdict.RIGHT:
            answered = wanted
        elif verdict is Verdict.WRONG:
            answered = self._key(self._judge.answered_value(run.answer, expected))
        self._counts[wanted, answered] += 1

    def _key(self, value: Any) -> str:
        key = self._judge.rule.key(value)
        self._texts.setdefault(key, comparable_text(value)[: MAX_CHOICE_CHARS + 1])
        return key

    def table(self, choices: Sequence[str]) -> Confusion | None:
        if not self._are_choices or not self._expected:
            return None
        first = {self._judge.rule.key(choice): position for position, choice in enumerate(choices)}
        wanted = sorted(self._expected, key=lambda key: (first.get(key, len(first)), self._texts[key]))
        answered = Counter({key: count for (_, key), count in self._counts.items() if key is not None})
        others = [key for key, _ in answered.most_common() if key not in self._expected]
        listed = others if len(others) <= MAX_CHOICES else others[: MAX_CHOICES - 1]
        more = len(others) - len(listed)
        return Confusion(
            choices=[self._texts[key] for key in wanted],
            others=[self._texts[key] for key in listed] + ([f"{more} more"] if more else []),
            counts=[list(self._row(key, [*wanted, *listed], more=bool(more))) for key in wanted],
        )

    def _row(self, wanted: str, columns: Sequence[str], *, more: bool) -> Iterator[int]:
        found = {key: count for (expected, key), count in self._counts.items() if expected == wanted}
        none = found.pop(None, 0)
        yield from (found.pop(key, 0) for key in columns)
        if more:
            yield sum(found.values())
        yield none


class AgreementCounts:
    """How often each answer was given in the iterations of each item."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._answers: dict[int, Counter[str]] = defaultdict(Counter)
        self._ended: Counter[int] = Counter()

    def add(self, run: Run) -> None:
        if run.status not in ENDED:
            return
        self._ended[run.item] += 1
        answer = run.answer if run.status == RowStatus.SUCCEEDED else None
        value = self._judge.answered_value(answer, self._judge.expected_value(run.expected))
        if value is not MISSING:
            self._answers[run.item][self._judge.rule.key(value)] += 1

    def agreement(self) -> Agreement | None:
        """None where no item has two iterations that ended."""
        repeated = {item: ended for item, ended in self._ended.items() if ended > 1}
        shares = [max(self._answers[item].values(), default=0) / ended for item, ended in repeated.items()]
        if not shares:
            return None
        return Agreement(len(shares), sum(share == 1 for share in shares), sum(shares) / len(shares))
