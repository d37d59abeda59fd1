"""Expected beside answered, in an open item."""

from dataclasses import dataclass

from experiments.core.formatting import clipped
from experiments.experiment_kind.datasets import EXPECTED, LABEL, Layout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import MISSING, Judge, Verdict, shown
from experiments.experiment_kind.selectors import scores
from experiments.experiment_kind.web import diff, labels
from experiments.experiment_kind.web.diff import Piece
from experiments.models import QueueItem


@dataclass(frozen=True)
class JudgedItem:
    """`pieces` is the difference where the answer is wrong and both are texts; else empty."""

    verdict: str
    words: str
    severity: str
    expected: str
    answered: str | None
    pieces: tuple[Piece, ...]
    label: str
    number: int
    iteration: int
    field: str


def of(experiment: Experiment, item: QueueItem) -> JudgedItem:
    layout, judge = Layout.of(experiment.columns), Judge(scores.scoring_of(experiment))
    cell = layout.cell(EXPECTED, item.payload)
    verdict, answered = scores.judged(judge, cell, item.status, item.result_payload)
    wanted = judge.expected(cell)
    expected = cell if wanted is MISSING else shown(wanted)
    given = None if verdict in (Verdict.NO_ANSWER, Verdict.OPEN) and answered is None else shown(answered)
    is_wrong = verdict is Verdict.WRONG and given is not None
    return JudgedItem(
        verdict=str(verdict),
        words=labels.VERDICTS[verdict],
        severity=labels.SEVERITY.get(verdict, ""),
        expected=clipped(expected),
        answered=None if given is None else clipped(given),
        pieces=tuple(diff.pieces(clipped(expected), clipped(given))) if is_wrong and given is not None else (),
        label=layout.cell(LABEL, item.payload),
        number=int(item.payload[-2] or item.row_index),
        iteration=int(item.payload[-1] or 1),
        field=judge.scoring.field,
    )
