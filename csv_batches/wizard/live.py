"""The panel beside the steps: real calls of some rows with what the draft has now, and their answers."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max

from csv_batches.models import CsvBatch
from csv_batches.rules import steps
from csv_batches.rules.choices import TrialRows
from csv_batches.services import launch, trials
from experiments.core.errors import Problems, WorkbenchError
from experiments.core.steps import Step

FEW, MORE = 5, 10
CANDIDATES = 40
"""Numbers that are drawn for the random rows: rows that came through the API may leave some out."""


@dataclass(frozen=True)
class Lacks:
    """What must be there before a row can be tried, and the step where it is added."""

    sentence: str
    step: Step


@dataclass(frozen=True)
class TryChoice:
    value: str
    label: str


CHOICES = (
    TryChoice(TrialRows.THIS, "this row"),
    TryChoice(TrialRows.NEXT, f"{FEW} rows"),
    TryChoice(TrialRows.RANDOM, f"{MORE} random rows"),
)


@dataclass(frozen=True)
class TryPart:
    """`problem` says why the rows that were asked for are not tried."""

    lacks: Lacks | None
    chosen: str
    problem: str
    choices: tuple[TryChoice, ...] = CHOICES


def try_part(batch: CsvBatch, form: Mapping[str, str], problem: str = "") -> TryPart:
    # What a step with the panel lacks is said in that step.
    lacking = ((error.detail, steps.step_of(error.attr)) for error in launch.missing_for_trial(batch))
    lacks = next((Lacks(sentence, step) for sentence, step in lacking if step in (steps.UPLOAD, steps.REVIEW)), None)
    return TryPart(lacks, form.get("try", TrialRows.THIS), problem)


def try_rows(batch: CsvBatch, form: Mapping[str, str], row_index: int | None) -> str:
    """Starts a trial of the rows that the form names; returns why not, "" where it has begun."""
    chosen = form.get("try", TrialRows.THIS)
    first = row_index or 0
    try:
        if chosen == TrialRows.RANDOM:
            trials.start(batch_id=batch.pk, rows=MORE, indexes=_random_indexes(batch), needs_schema=False)
        else:
            rows = FEW if chosen == TrialRows.NEXT else 1
            trials.start(batch_id=batch.pk, rows=rows, first=first, needs_schema=False)
    except Problems as error:
        return error.errors[0].detail
    except WorkbenchError as error:
        return error.detail
    return ""


def _random_indexes(batch: CsvBatch) -> list[int]:
    last = batch.rows.aggregate(last=Max("row_index"))["last"] or 0
    drawn = random.sample(range(last + 1), min(last + 1, CANDIDATES))
    return list(batch.rows.filter(row_index__in=drawn).values_list("row_index", flat=True))[:MORE]


def row_of_form(values: Mapping[str, str]) -> int | None:
    """The row that was typed, or that a button leads to. Rows of the schema step's form are its fields."""
    digits = (values.get("show") or values.get("at", "")).strip().replace(",", "")
    return int(digits[:9]) if digits.isascii() and digits.isdecimal() else None
