"""The latest trial as the panel beside the steps shows it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.rules.estimate import Estimate
from csv_batches.selectors import trials
from experiments.core.choices import QueueStatus, RowStatus
from experiments.core.cost import in_words
from experiments.core.formatting import compact, duration, milliseconds
from experiments.core.labels import ROW_STATUS, StatusLabel, reason_in_words
from experiments.selectors.queues import has_lane
from experiments.web.page_part import PagePart, changes_by_itself
from experiments.web.run.detail import Pairs, pairs_of

PATIENCE = timedelta(seconds=15)
"""How long rows may wait before the page says something about the worker."""


@dataclass(frozen=True)
class TrialRow:
    index: int
    label: StatusLabel
    answer: Pairs
    reason: str
    error: str
    elapsed: str
    trace_id: str


BAR_TO_P95 = 80
"""Percent of a bar up to what a slow or dear row comes to."""


@dataclass(frozen=True)
class RangeBar:
    """Percent of a bar: from the median to the 95th percentile."""

    median: float
    width: float


@dataclass(frozen=True)
class ShownTrial(PagePart):
    """`waiting_note` says why no worker takes the rows. The estimates are texts, "" where there is none."""

    network_id: int | None
    status: str
    severity: str
    sentence: str
    waiting_note: str
    outdated: bool
    moves: bool
    rows: tuple[TrialRow, ...]
    failed: int
    estimate_time: str
    estimate_tokens: str
    estimate_cost: str
    row_cost: str
    time_bar: RangeBar | None
    cost_bar: RangeBar | None


def latest_trial(batch: CsvBatch) -> ShownTrial | None:
    trial = trials.latest(batch)
    if trial is None:
        return None
    rows = list(trial.rows.in_order())
    estimate = trials.estimate_of(batch, trial, rows)
    severity, sentence = _trial_state(trial)
    return ShownTrial(
        key="trial",
        network_id=trial.network_id,
        status=trial.status,
        severity=severity,
        sentence=sentence,
        waiting_note=_waiting_note(trial, rows),
        outdated=trials.is_outdated(batch, trial),
        moves=changes_by_itself(trial),
        rows=tuple(_trial_row(trial, row) for row in rows),
        failed=trial.failed,
        estimate_time=time_range(estimate) if estimate else "",
        estimate_tokens=compact(estimate.tokens) if estimate and estimate.tokens is not None else "",
        estimate_cost=cost_range(estimate.cost_p50, estimate.cost_p95, trial.currency) if estimate else "",
        row_cost=cost_range(estimate.row_cost_p50, estimate.row_cost_p95, trial.currency) if estimate else "",
        time_bar=range_bar(estimate.p50_s, estimate.p95_s) if estimate else None,
        cost_bar=range_bar(estimate.cost_p50, estimate.cost_p95) if estimate else None,
    )


def _trial_state(trial: CsvBatch) -> tuple[str, str]:
    """The severity, and a sentence."""
    if trial.status == QueueStatus.RUNNING:
        return "run", "The rows wait for a worker." if trial.queued == trial.total else "The rows are on their way."
    if trial.status == QueueStatus.COMPLETED:
        return ("warn", "Look at what the rows say.") if trial.failed else ("ok", "")
    return "warn", trial.pause_detail


def time_range(estimate: Estimate) -> str:
    """`less than 1 s`, `up to 5 s`, `about 26 min`, `about 26 min to 1 h 10 min`."""
    fast, slow = duration(estimate.p50_s), duration(estimate.p95_s)
    if estimate.p95_s < 1:
        return "less than 1 s"
    if estimate.p50_s < 1:
        return f"up to {slow}"
    return f"about {fast}" if fast == slow else f"about {fast} to {slow}"


def range_bar(median: float | Decimal | None, p95: float | Decimal | None) -> RangeBar | None:
    """None where nothing is known, or all of it is 0."""
    if median is None or not p95:
        return None
    left = round(float(median) / float(p95) * BAR_TO_P95, 1)
    return RangeBar(left, round(BAR_TO_P95 - left, 1))


def cost_range(median: Decimal | None, dear: Decimal | None, currency: str) -> str:
    """`0.42 USD`, `0.42 to 0.61 USD`; "" where none is known."""
    if median is None or dear is None:
        return ""
    low, high = in_words(median, currency), in_words(dear, currency)
    return high if low == high else f"{low.removesuffix(f' {currency}')} to {high}"


def _waiting_note(trial: CsvBatch, rows: list[CsvBatchRow]) -> str:
    """Why rows wait for longer than a worker takes to notice them; "" where they do not."""
    now = timezone.now()
    waiting = (row.available_at or trial.waits_since for row in rows if row.status == RowStatus.QUEUED)
    overdue = any(since < now - PATIENCE for since in waiting)
    if trial.status != QueueStatus.RUNNING or not overdue or has_lane(trial.pk):
        return ""
    if has_lane():
        return "The workers are busy with other batches; this trial comes next."
    command = f"{settings.PROGRAM} qcluster"
    return f"No worker takes the rows: it seems that none is running. Start one with “{command}”."


def _trial_row(trial: CsvBatch, row: CsvBatchRow) -> TrialRow:
    names = [field["name"] for field in trial.response_fields]
    return TrialRow(
        index=row.row_index,
        label=ROW_STATUS[RowStatus(row.status)],
        answer=pairs_of(row.result_payload, names),
        reason=reason_in_words(row.error_code) if row.error_code else "",
        error=row.error_message or row.error_code,
        elapsed="" if row.elapsed_ms is None else milliseconds(row.elapsed_ms),
        trace_id=row.run_trace_id or "",
    )
