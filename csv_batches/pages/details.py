"""One row with everything that is known of it: what went in, what came out, every attempt, the trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.pages import row_table
from csv_batches.pages.row_table import RowLine
from csv_batches.services import preview
from experiments import run_view
from experiments.errors import WorkbenchError
from experiments.models import Run
from experiments.overview import Shown
from experiments.run_view import Pairs, ShownRun
from experiments.selectors import items
from experiments.units import milliseconds

FINAL = ("succeeded", "failed")


@dataclass(frozen=True)
class ShownAttempt:
    attempt: int
    generation: int
    outcome: str
    ok: bool
    http_status: int | None
    detail: str
    took: str
    started_at: datetime | None
    """None where it was over before anything was called."""
    ended_at: datetime


@dataclass(frozen=True)
class Message:
    """What was sent, or would be sent where nothing is stored of a call."""

    sent: bool
    text: str
    system_params: Any
    problem: str = ""


@dataclass(frozen=True)
class RowDetail(Shown):
    index: int
    line: RowLine
    cells: tuple[tuple[str, str], ...]
    answer: Pairs
    original_answer: Pairs
    """Where a person corrected the answer, what it was before."""
    attempts: tuple[ShownAttempt, ...]
    message: Message
    run: ShownRun | None
    trace_id: str
    previous: int | None
    next: int | None
    can_run_again: bool
    can_correct: bool
    corrected: bool
    failed: bool
    changes: bool
    """Whether it can become another by itself."""


def detail(batch: CsvBatch, row: CsvBatchRow, filters: Mapping[str, Any]) -> RowDetail:
    run = run_of(batch, row)
    previous, following = neighbours(batch, row, filters)
    names = [field["name"] for field in batch.response_fields]
    corrected = row.corrected_payload is not None
    return RowDetail(
        key="detail",
        index=row.row_index,
        line=row_table.refreshed(batch, [row.row_index])[0],
        cells=tuple(zip(batch.column_names, row.payload, strict=False)),
        answer=run_view.pairs(row.corrected_payload if corrected else row.result_payload, names),
        original_answer=run_view.pairs(row.result_payload, names) if corrected else (),
        attempts=tuple(_attempt(entry) for entry in items.attempt_log(row)),
        message=message_of(batch, row, run),
        run=run,
        trace_id=row.run_trace_id or "",
        previous=previous,
        next=following,
        can_run_again=row.status in FINAL and batch.status not in (CsvBatch.Status.DRAFT, CsvBatch.Status.CANCELLED),
        can_correct=row.status in FINAL and bool(batch.response_fields),
        corrected=corrected,
        failed=row.status == "failed",
        changes=_changes(batch, row),
    )


def run_of(batch: CsvBatch, row: CsvBatchRow) -> ShownRun | None:
    """The run behind the row's result; before there is one, the latest of its calls that was stored."""
    runs = Run.objects.filter(item_id=row.pk).select_related("network").order_by("-id")
    found = (runs.filter(trace_id=row.run_trace_id).first() if row.run_trace_id else None) or runs.first()
    return run_view.shown(found) if found else None


def neighbours(batch: CsvBatch, row: CsvBatchRow, filters: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The rows before and after it among those that the filters leave."""
    indexes = items.filtered(batch, filters).values_list("row_index", flat=True)
    before = indexes.filter(row_index__lt=row.row_index).order_by("-row_index").first()
    after = indexes.filter(row_index__gt=row.row_index).order_by("row_index").first()
    return before, after


def message_of(batch: CsvBatch, row: CsvBatchRow, run: ShownRun | None) -> Message:
    if run is not None:
        return Message(True, run.message, run.system_params)
    try:
        planned = preview.of_row(batch, row.row_index)
    except WorkbenchError as error:
        return Message(False, "", None, error.detail)
    problem = " ".join(one["detail"] for one in planned["problems"])
    return Message(False, planned["user_message"], planned["system_params"] or None, problem)


def _changes(batch: CsvBatch, row: CsvBatchRow) -> bool:
    waits = row.status == "queued" and batch.status == CsvBatch.Status.RUNNING
    return waits or row.status == "running"


def _attempt(entry: Mapping[str, Any]) -> ShownAttempt:
    start, end = entry["started_at"], entry["ended_at"]
    return ShownAttempt(
        attempt=entry["attempt"],
        generation=entry["generation"],
        outcome=entry["outcome"],
        ok=entry["outcome"] == "succeeded",
        http_status=entry["http_status"],
        detail=entry["detail"],
        took=milliseconds(max((end - start).total_seconds() * 1000, 0)) if start else "",
        started_at=start,
        ended_at=end,
    )
