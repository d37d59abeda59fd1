"""One item with everything that is known of it: what went in, what came out, every attempt, the trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from experiments.core.choices import QueueStatus
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import milliseconds
from experiments.kinds import kind_of
from experiments.models import Queue, QueueItem, Run
from experiments.selectors import items
from experiments.web.queue import table
from experiments.web.queue.summary import Shown
from experiments.web.queue.table import RowLine
from experiments.web.run import detail as run_view
from experiments.web.run.detail import Pairs, ShownRun

FINAL = ("succeeded", "failed")


@dataclass(frozen=True)
class ShownAttempt:
    attempt: int
    generation: int
    counted: bool
    """Toward the most attempts: one that the network only asked to wait is not, and the next has its number."""
    outcome: str
    ok: bool
    http_status: int | None
    """None where `detail` has it, too."""
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
    extras: Pairs


def detail(queue: Queue, item: QueueItem, filters: Mapping[str, Any]) -> RowDetail:
    run = run_of(queue, item)
    previous, following = neighbours(queue, item, filters)
    kind = kind_of(queue)
    names = [field["name"] for field in kind.response_fields(queue)]
    corrected = item.corrected_payload is not None
    return RowDetail(
        key="detail",
        index=item.row_index,
        line=table.refreshed(queue, [item.row_index])[0],
        cells=tuple(zip(kind.columns(queue), item.payload, strict=False)),
        answer=run_view.pairs(item.corrected_payload if corrected else item.result_payload, names),
        original_answer=run_view.pairs(item.result_payload, names) if corrected else (),
        attempts=_attempts(item),
        message=message_of(queue, item, run),
        run=run,
        trace_id=item.run_trace_id or "",
        previous=previous,
        next=following,
        can_run_again=item.status in FINAL and queue.status not in (QueueStatus.DRAFT, QueueStatus.CANCELLED),
        can_correct=item.status in FINAL and bool(names),
        corrected=corrected,
        failed=item.status == "failed",
        changes=_changes(queue, item),
        extras=_extras(queue, item),
    )


def run_of(queue: Queue, item: QueueItem) -> ShownRun | None:
    """The run behind the item's result; before there is one, the latest of its calls that was stored."""
    runs = Run.objects.filter(item_id=item.pk).select_related("network").order_by("-id")
    found = (runs.filter(trace_id=item.run_trace_id).first() if item.run_trace_id else None) or runs.first()
    return run_view.shown(found) if found else None


def neighbours(queue: Queue, item: QueueItem, filters: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The items before and after it among those that the filters leave."""
    indexes = items.items_filtered(queue, filters).values_list("row_index", flat=True)
    before = indexes.filter(row_index__lt=item.row_index).order_by("-row_index").first()
    after = indexes.filter(row_index__gt=item.row_index).order_by("row_index").first()
    return before, after


def message_of(queue: Queue, item: QueueItem, run: ShownRun | None) -> Message:
    if run is not None:
        return Message(True, run.message, run.system_params)
    try:
        planned = kind_of(queue).preview(kind_of(queue).plan(queue.pk), item.payload)
    except WorkbenchError as error:
        return Message(False, "", None, error.detail)
    problem = " ".join(one["detail"] for one in planned["problems"])
    return Message(False, planned["user_message"], planned["system_params"] or None, problem)


def _extras(queue: Queue, item: QueueItem) -> Pairs:
    extras = kind_of(queue).extras(queue)
    values = extras.values([getattr(item, name) for name in extras.annotations])
    return tuple(zip(extras.names, extras.in_words(values), strict=True))


def _changes(queue: Queue, item: QueueItem) -> bool:
    waits = item.status == "queued" and queue.status == QueueStatus.RUNNING
    return waits or item.status == "running"


def _attempts(item: QueueItem) -> tuple[ShownAttempt, ...]:
    log = items.attempt_log(item)
    numbers = [(entry["generation"], entry["attempt"]) for entry in log]
    # That of a call that runs was given to it already.
    following = (item.generation, item.attempts if item.status == "running" else item.attempts + 1)
    pairs = zip(log, numbers, [*numbers, following][1:], strict=True)
    return tuple(_attempt(entry, counted=this != after) for entry, this, after in pairs)


def _attempt(entry: Mapping[str, Any], *, counted: bool) -> ShownAttempt:
    start, end, status = entry["started_at"], entry["ended_at"], entry["http_status"]
    return ShownAttempt(
        attempt=entry["attempt"],
        generation=entry["generation"],
        counted=counted,
        outcome=entry["outcome"],
        ok=entry["outcome"] == "succeeded",
        http_status=None if entry["detail"].startswith(f"HTTP {status}") else status,
        detail=entry["detail"],
        took=milliseconds(max((end - start).total_seconds() * 1000, 0)) if start else "",
        started_at=start,
        ended_at=end,
    )
