"""Expected beside answered, in an open item."""

from dataclasses import dataclass
from typing import Any

from experiments.core import text_diff
from experiments.core.formatting import clipped
from experiments.core.json_numbers import to_json
from experiments.core.text_diff import Piece
from experiments.experiment_kind.choices import ColumnRole, Verdict
from experiments.experiment_kind.datasets import ITEM_NUMBER, ITERATION, DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.scoring import MISSING, Judge, comparable_text
from experiments.experiment_kind.scoring.texts import parsed
from experiments.experiment_kind.selectors import scores
from experiments.experiment_kind.web import labels
from experiments.models import QueueItem


@dataclass(frozen=True)
class JudgedItem:
    """`pieces` is the difference where the answer is wrong and both are texts; else empty."""

    verdict: str
    label_of_verdict: str
    severity: str
    expected: str
    answered: str | None
    pieces: tuple[Piece, ...]
    label: str
    number: int
    iteration: int
    field: str


def judged_item_of(experiment: Experiment, item: QueueItem) -> JudgedItem:
    layout, judge = DatasetLayout.from_json(experiment.columns), Judge(scores.scoring_of(experiment))
    cell = layout.cell(ColumnRole.EXPECTED, item.payload)
    verdict, value = scores.verdict_and_answer(judge, cell, item.status, item.result_payload)
    wanted = judge.expected_value(cell)
    expected = clipped(cell if wanted is MISSING else readable(wanted))
    has_answer = value is not None or verdict not in (Verdict.NO_ANSWER, Verdict.OPEN)
    answered = clipped(readable(value)) if has_answer else None
    pieces = text_diff.pieces(expected, answered) if verdict is Verdict.WRONG and answered is not None else []
    return JudgedItem(
        verdict=str(verdict),
        label_of_verdict=labels.VERDICTS[verdict],
        severity=labels.SEVERITY.get(verdict, ""),
        expected=expected,
        answered=answered,
        pieces=tuple(pieces),
        label=layout.cell(ColumnRole.LABEL, item.payload),
        number=int(item.payload[ITEM_NUMBER] or item.row_index),
        iteration=int(item.payload[ITERATION] or 1),
        field=judge.scoring.field,
    )


def readable(value: Any) -> str:
    """The text that is compared; a list or an object with a line for each value, so that a difference is found."""
    text = comparable_text(value)
    whole = parsed(text) if text[:1] in ("{", "[") else None
    return to_json(whole, indent=2) if isinstance(whole, dict | list) else text
