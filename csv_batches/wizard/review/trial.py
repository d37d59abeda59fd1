"""The latest trial as the review shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.rules.estimate import Estimate
from csv_batches.selectors import trials
from experiments.core.choices import QueueStatus
from experiments.core.formatting import compact, duration, milliseconds
from experiments.models import Lane
from experiments.web.page_part import PagePart, changes_by_itself
from experiments.web.run.detail import Pairs, pairs_of

SILENCE = timedelta(seconds=15)
"""How long rows may wait before something is said about the worker."""


@dataclass(frozen=True)
class TriedRow:
    index: int
    status: str
    severity: str
    answer: Pairs
    error: str
    elapsed: str
    trace_id: str


@dataclass(frozen=True)
class ShownTrial(PagePart):
    """`estimate` in words, "" where there is none; `silence` says so where no worker takes the rows."""

    network_id: int | None
    status: str
    severity: str
    sentence: str
    silence: str
    outdated: bool
    moves: bool
    rows: tuple[TriedRow, ...]
    estimate_time: str
    estimate_tokens: str


def shown(batch: CsvBatch) -> ShownTrial | None:
    trial = trials.latest(batch)
    if trial is None:
        return None
    rows = list(trial.rows.in_order())
    severity, sentence = _state(trial)
    time, tokens = in_words(trials.estimate_of(batch, trial, rows))
    return ShownTrial(
        key="trial",
        network_id=trial.network_id,
        status=trial.status,
        severity=severity,
        sentence=sentence,
        silence=silence(trial, rows),
        outdated=trials.is_outdated(batch, trial),
        moves=changes_by_itself(trial),
        rows=tuple(_row(trial, row) for row in rows),
        estimate_time=time,
        estimate_tokens=tokens,
    )


def _state(trial: CsvBatch) -> tuple[str, str]:
    if trial.status == QueueStatus.RUNNING:
        return "run", "The rows wait for a worker." if trial.queued == trial.total else "The rows are on their way."
    if trial.status == QueueStatus.COMPLETED:
        return ("warn", "Look at what the rows say.") if trial.failed else ("ok", "")
    return "warn", trial.pause_detail


def in_words(estimate: Estimate | None) -> tuple[str, str]:
    """A range of time, and the tokens."""
    if estimate is None:
        return "", ""
    return _time(estimate), "" if estimate.tokens is None else compact(estimate.tokens)


def _time(estimate: Estimate) -> str:
    fast, slow = duration(estimate.p50_s), duration(estimate.p95_s)
    if estimate.p95_s < 1:
        return "less than 1 s"
    if estimate.p50_s < 1:
        return f"up to {slow}"
    return f"about {fast}" if fast == slow else f"about {fast} to {slow}"


def silence(trial: CsvBatch, rows: list[CsvBatchRow]) -> str:
    """Why nothing happens, where rows have been waiting for longer than a worker takes to come."""
    now = timezone.now()
    overdue = any(row.status == "queued" and row.available_at < now - SILENCE for row in rows)
    if trial.status != QueueStatus.RUNNING or not overdue or _heard(now, queue_id=trial.pk):
        return ""
    if _heard(now):
        return "The workers are busy with other batches; this trial comes next."
    return "No worker takes the rows: it seems that none is running. Start one with “manage.py qcluster”."


def _heard(now: datetime, **lanes: object) -> bool:
    stale = timedelta(seconds=settings.LANE_STALE_S)
    return Lane.objects.filter(state="live", heartbeat__gte=now - stale, **lanes).exists()


def _row(trial: CsvBatch, row: CsvBatchRow) -> TriedRow:
    names = [field["name"] for field in trial.response_fields]
    return TriedRow(
        index=row.row_index,
        status=row.status,
        severity={"succeeded": "ok", "failed": "bad", "running": "run"}.get(row.status, ""),
        answer=pairs_of(row.result_payload, names),
        error=row.error_message or row.error_code,
        elapsed="" if row.elapsed_ms is None else milliseconds(row.elapsed_ms),
        trace_id=row.run_trace_id or "",
    )
