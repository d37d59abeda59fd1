"""The score of an experiment, as its pages show it."""

from dataclasses import dataclass

from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import RULES, Agreement, Confusion, Scoring, Tally
from experiments.experiment_kind.selectors import scores
from experiments.experiment_kind.web import labels
from experiments.web.page_part import PagePart, changes_by_itself

WHOLE = 1000
REFRESH_S = 5
MAX_LABELS = 50
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
    """Of each verdict that a run got: the verdict, its label, how many runs."""
    labels: tuple[TallyLine, ...]
    more_labels: int
    confusion: ConfusionTable | None
    agreement: str
    rule: str
    field: str
    seconds: int | None
    """After how many seconds the page asks again; None where no more answers will come."""


def score_panel_of(experiment: Experiment) -> ScorePanel:
    score = scores.score_of(experiment)
    scoring = scores.scoring_of(experiment)
    frequent = score.most_frequent_labels(MAX_LABELS)
    counts = score.total.counts
    return ScorePanel(
        key="score",
        total=tally_line("", score.total),
        counts=tuple((str(one), label, counts[one]) for one, label in labels.VERDICTS.items() if counts[one]),
        labels=tuple(tally_line(label, score.labels[label]) for label in frequent),
        more_labels=len(score.labels) - len(frequent),
        confusion=_confusion_table(score.confusion) if score.confusion else None,
        agreement=_agreement_in_words(score.agreement) if score.agreement else "",
        rule=rule_in_words(scoring),
        field=scoring.field,
        seconds=REFRESH_S if changes_by_itself(experiment) else None,
    )


def _agreement_in_words(agreement: Agreement) -> str:
    return (
        f"{labels.percent(agreement.mean)} on average over {agreement.items:,} items; "
        f"{agreement.unanimous:,} of them always gave the same answer."
    )


def rule_in_words(scoring: Scoring) -> str:
    """`Number, with tolerance (absolute 0.5)`."""
    tolerances = [
        f"{name} {value:g}" for name, value in (("absolute", scoring.absolute), ("relative", scoring.relative)) if value
    ]
    rule = RULES[scoring.rule]
    return f"{rule.label} ({', '.join(tolerances)})" if rule.is_numeric and tolerances else rule.label


def tally_line(label: str, tally: Tally) -> TallyLine:
    percent, interval, gauge = labels.percent(tally.share), "", None
    if tally.share is not None and tally.interval is not None:
        low, high = tally.interval
        interval = f"{labels.percent(low)} to {labels.percent(high)}"
        text = f"{percent} right; 95% interval {interval}"
        gauge = Gauge(round(tally.share * WHOLE), round(low * WHOLE), round(high * WHOLE), text)
    return TallyLine(label, tally.right, tally.scored, percent, interval, gauge)


def _confusion_table(found: Confusion) -> ConfusionTable:
    lines = []
    for position, counts in enumerate(found.counts):
        cells = tuple((count, column == position) for column, count in enumerate(counts))
        lines.append(ConfusionLine(found.choices[position], cells, sum(counts)))
    return ConfusionTable((*found.choices, *found.others, "no answer"), tuple(lines))
