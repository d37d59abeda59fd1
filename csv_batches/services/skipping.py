"""Rows without anything to ask about are skipped where the batch says so: they wait for nothing, and are not called."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F

from csv_batches.models import CsvBatch
from csv_batches.selectors import empty_rows
from csv_batches.selectors.empty_rows import IS_EMPTY
from experiments.core.choices import RowStatus
from experiments.models import Queue, QueueItem

_SKIP = f"""
UPDATE experiments_queueitem SET status = '{RowStatus.SKIPPED.value}', delayed = FALSE, available_at = NULL
WHERE queue_id = %(queue)s AND status = '{RowStatus.QUEUED.value}' AND row_index >= %(start)s AND {IS_EMPTY}
"""  # noqa: S608  all of it is ours


def skip_empty_rows(batch: CsvBatch, *, start: int = 0) -> None:
    """Skips waiting rows from `start` on. The caller holds the queue's lock."""
    params: dict[str, Any] | None = empty_rows.params_of(batch) if batch.skip_empty else None
    if params is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(_SKIP, {**params, "start": start})
        skipped = cursor.rowcount
    _move(batch, waiting=-skipped)


def call_skipped_rows(batch: CsvBatch, row_indexes: Sequence[int] | None = None) -> None:
    """Rows that were skipped, all or these, wait again. The caller holds the queue's lock, and skips those that are
    empty yet."""
    rows = QueueItem.objects.of_queue(batch).filter(status=RowStatus.SKIPPED)
    if row_indexes is not None:
        rows = rows.filter(row_index__in=row_indexes)
    _move(batch, waiting=rows.update(status=RowStatus.QUEUED))


def _move(batch: CsvBatch, *, waiting: int) -> None:
    if waiting:
        queue = Queue.objects.filter(pk=batch.pk)
        queue.update(queued=F("queued") + waiting, skipped=F("skipped") - waiting)
        batch.queued, batch.skipped = batch.queued + waiting, batch.skipped - waiting
