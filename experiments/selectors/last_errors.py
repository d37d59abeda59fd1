"""What the last calls of a queue failed with, for a pause: how often, in which rows, and when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from experiments.core.choices import RowStatus
from experiments.models import Attempt, Queue

LOOKED_AT = 200
"""Rows whose calls are looked at: those that failed last, and those that are called next."""
MOST_CALLS = 100
LEAST_CALLS = 20


@dataclass(frozen=True)
class CallErrors:
    """Calls that ended the same way. `detail`: what most of them said; `is_final`: their rows failed with it."""

    outcome: str
    http_status: int | None
    detail: str
    calls: int
    rows: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    is_final: bool


def last_errors(queue: Queue) -> list[CallErrors]:
    """Of the calls that it was paused for, the most frequent error first."""
    failed = queue.rows.failed().filter(error_code=queue.pause_error_code).order_by("-row_index")
    waiting = queue.rows.filter(status=RowStatus.QUEUED).order_by("row_index")
    rows = {
        pk: (index, status)
        for found in (failed, waiting)
        for pk, index, status in found.values_list("pk", "row_index", "status")[:LOOKED_AT]
    }
    calls = Attempt.objects.filter(item_id__in=rows).exclude(outcome=RowStatus.SUCCEEDED).order_by("-id")
    most = min(max(queue.pause_count, LEAST_CALLS), MOST_CALLS)
    groups: dict[tuple[str, int | None], list[Attempt]] = {}
    for call in calls[:most]:
        groups.setdefault((call.outcome, call.http_status), []).append(call)
    found = [_errors(calls_of_one, rows) for calls_of_one in groups.values()]
    return sorted(found, key=lambda one: -one.calls)


def _errors(calls: Sequence[Attempt], rows: dict[int, tuple[int, str]]) -> CallErrors:
    [(detail, _)] = Counter(call.detail for call in calls).most_common(1)
    return CallErrors(
        outcome=calls[0].outcome,
        http_status=calls[0].http_status,
        detail=detail,
        calls=len(calls),
        rows=tuple(sorted({rows[call.item_id][0] for call in calls})),
        first_at=min(call.ended_at for call in calls),
        last_at=max(call.ended_at for call in calls),
        is_final=all(rows[call.item_id][1] == RowStatus.FAILED for call in calls),
    )
