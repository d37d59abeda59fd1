"""The score of an experiment, ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import Confusion, Scoring, Tally
from experiments.experiment_kind.selectors import scores
from experiments.experiment_kind.web import labels
from experiments.web.page_part import PagePart, changes_by_itself

WHOLE = 1000
REFRESH_S = 5
MOST_LABELS = 50
"""Labels that the page lists; the API has more."""


@dataclass(frozen=True)
class Gauge:
    """A share with its interval, in thousandths of a bar; the text says the same."""

    share: int
    low: int
    high: int
    text: str

    @property
    def width(self) -> int:
        return max(self.high - self.low, 4)


@dataclass(frozen=True)
class TallyLine:
    """`scored` of the runs count; without any there is no share and no gauge."""

    label: str
    right: int
    scored: int
    percent: str
    interval: str
    gauge: Gauge | None


@dataclass(frozen=True)
class ConfusionLine:
    """What was answered where `expected` was; each cell is (count, whether it is right)."""

    expected: str
    cells: tuple[tuple[int, bool], ...]
    total: int


@dataclass(frozen=True)
class ConfusionTable:
    headings: tuple[str, ...]
    lines: tuple[ConfusionLine, ...]


@dataclass(frozen=True)
class ScorePanel(PagePart):
    total: TallyLine
    counts: tuple[tuple[str, str, int], ...]
    """Verdict, its words and how many runs got it, without those that none got."""
    labels: tuple[TallyLine, ...]
    more_labels: int
    confusion: ConfusionTable | None
    agreement: str
    rule: str
    field: str
    seconds: int | None
    """How often it is asked for again; None where no answer will come."""


def shown(experiment: Experiment) -> ScorePanel:
    score = scores.of(experiment)
    scoring = scores.scoring_of(experiment)
    frequent = sorted(score.labels, key=lambda label: (-score.labels[label].counts.total(), label))[:MOST_LABELS]
    agreement = score.agreement
    return ScorePanel(
        key="score",
        total=line_of("", score.total),
        counts=tuple(
            (str(v), word, score.total.counts[v]) for v, word in labels.VERDICTS.items() if score.total.counts[v]
        ),
        labels=tuple(line_of(label, score.labels[label]) for label in sorted(frequent)),
        more_labels=len(score.labels) - len(frequent),
        confusion=_confusion(score.confusion) if score.confusion else None,
        agreement=(
            f"{labels.percent(agreement.mean)} on average over {agreement.items:,} items; "
            f"{agreement.unanimous:,} of them always gave the same answer."
            if agreement
            else ""
        ),
        rule=rule_in_words(scoring),
        field=scoring.field,
        seconds=REFRESH_S if changes_by_itself(experiment) else None,
    )


def rule_in_words(scoring: Scoring) -> str:
    tolerances = [
        f"{name} {value:g}" for name, value in (("absolute", scoring.absolute), ("relative", scoring.relative)) if value
    ]
    name = labels.RULES[scoring.rule]
    return f"{name} ({', '.join(tolerances)})" if scoring.rule == "numeric" and tolerances else name


def line_of(label: str, tally: Tally) -> TallyLine:
    interval = tally.interval
    in_words = f"{labels.percent(interval[0])} to {labels.percent(interval[1])}" if interval else ""
    return TallyLine(label, tally.right, tally.scored, labels.percent(tally.share), in_words, _gauge(tally, in_words))


def _gauge(tally: Tally, interval_in_words: str) -> Gauge | None:
    if tally.share is None or tally.interval is None:
        return None
    low, high = tally.interval
    text = f"{labels.percent(tally.share)} right; 95 % interval {interval_in_words}"
    return Gauge(round(tally.share * WHOLE), round(low * WHOLE), round(high * WHOLE), text)


def _confusion(found: Confusion) -> ConfusionTable:
    lines = (_line(position, found.choices, counts) for position, counts in enumerate(found.counts))
    return ConfusionTable((*found.choices, *found.others, "no answer"), tuple(lines))


def _line(position: int, choices: Sequence[str], counts: Sequence[int]) -> ConfusionLine:
    cells = tuple((count, column == position) for column, count in enumerate(counts))
    return ConfusionLine(choices[position], cells, sum(counts))
