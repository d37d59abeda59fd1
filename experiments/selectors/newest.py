"""The newest answers of a queue that runs, without looking at all of its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, QuerySet

from experiments.core.choices import FINAL, RowStatus
from experiments.models import Queue
from experiments.selectors import items


@dataclass(frozen=True)
class InProgress:
    """Rows that are called just now. `since`: when the first of their calls began."""

    number: int
    first: int
    last: int
    since: datetime | None


def newest_indexes(queue: Queue, want: int) -> list[int]:
    """Of `want` rows, the last one that ended first.

    Rows are called in their order, so the newest are among the last that ended, and, where failed rows are called once
    more, among the last before the first one that waits. Indexes lead to both.
    """
    done = [queue.rows.filter(status=status).order_by("-row_index")[:want] for status in FINAL]
    first_waiting = queue.rows.filter(status=RowStatus.QUEUED).aggregate(first=Min("row_index"))["first"]
    if first_waiting is not None:
        before = queue.rows.filter(row_index__lt=first_waiting, row_index__gte=first_waiting - 4 * want)
        done.append(before.filter(status__in=FINAL).order_by("-row_index")[:want])
    ended = {index: at for rows in done for index, at in rows.values_list("row_index", "completed_at") if at}
    return sorted(ended, key=lambda index: (ended[index], index), reverse=True)[:want]


def newest_rows(
    queue: Queue, want: int, shape: Callable[[QuerySet[Any, Any]], QuerySet[Any, dict[str, Any]]]
) -> list[dict[str, Any]]:
    """As `shape` reads them."""
    indexes = newest_indexes(queue, want)
    rows = {row["row_index"]: row for row in shape(items.items_of_queue(queue).filter(row_index__in=indexes))}
    return [rows[index] for index in indexes if index in rows]


def rows_in_progress(queue: Queue) -> InProgress | None:
    """None where none is written down as running."""
    if not queue.running:
        return None
    running = queue.rows.filter(status=RowStatus.RUNNING)
    found = running.aggregate(first=Min("row_index"), last=Max("row_index"), since=Min("started_at"))
    if found["first"] is None:
        return None
    return InProgress(queue.running, found["first"], found["last"], found["since"])
