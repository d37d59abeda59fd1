"""Deleting finished queues after some days, and the source rows of finished queues earlier.

Without its source a queue keeps its answers, statuses and counts. The cells are removed, the requests made of them, and
what quotes them: logs, debug data, error messages, answers that could not be read. Its rows cannot be exported, called
again or duplicated then.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from experiments.core.choices import FINISHED
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.services import queue_deletion

CHUNK = 1_000
"""Rows of one transaction."""

_BLANK = """
WITH chunk AS (
    SELECT id, row_index FROM experiments_queueitem WHERE queue_id = %(queue)s AND row_index >= %(from)s
    ORDER BY row_index LIMIT %(rows)s FOR UPDATE
), blanked AS (
    -- As many cells as before: who reads a row need not know.
    UPDATE experiments_queueitem i SET error_message = '', payload = CASE jsonb_typeof(i.payload)
        WHEN 'array' THEN (SELECT coalesce(jsonb_agg(''::text), '[]') FROM jsonb_array_elements(i.payload))
        ELSE 'null' END
    FROM chunk WHERE i.id = chunk.id
), runs AS (
    UPDATE experiments_run r SET request = '{}', execution_log = '[]', debug = NULL,
        final = CASE jsonb_typeof(r.final) WHEN 'object' THEN r.final - 'unread' - 'repaired' ELSE r.final END
    FROM chunk WHERE r.item_id = chunk.id
), noted AS (
    UPDATE experiments_attempt a SET detail = '', unread = '' FROM chunk WHERE a.item_id = chunk.id
)
SELECT count(*), max(row_index) + 1 FROM chunk
"""


def finished_before(moment: datetime) -> QuerySet[Queue]:
    """The longest finished first."""
    found: QuerySet[Queue] = Queue.objects.top_level().filter(status__in=FINISHED, completed_at__lt=moment)
    return found.order_by("completed_at")


def without_source(moment: datetime) -> QuerySet[Queue]:
    """Those finished before `moment` whose source is still there, in whole or in part."""
    unfinished = finished_before(moment).filter(source_removed_at=None)
    return unfinished | Queue.objects.top_level().filter(source_removed_to__isnull=False)


def is_behind(*, days: int, source_days: int) -> bool:
    """Whether something is left to delete or to remove; 0: that is never done."""
    now = timezone.now()
    return bool(days and finished_before(now - timedelta(days=days)).exists()) or bool(
        source_days and without_source(now - timedelta(days=source_days)).exists()
    )


def delete_finished(*, days: int, rows: int | None = None) -> int:
    """Deletes the queues that were finished more than `days` days ago; how many.

    `rows`: stops after so many rows. Large queues are only marked here, one at a time, and deleted by a worker.
    """
    moment, deleted, deleted_rows = timezone.now() - timedelta(days=days), 0, 0
    for queue_id in list(finished_before(moment).values_list("pk", flat=True)):
        if rows is not None and deleted_rows >= rows:
            break
        with transaction.atomic():
            # Looked at again under its lock: somebody may have retried or resumed it meanwhile.
            queue = finished_before(moment).select_for_update(no_key=True).filter(pk=queue_id).first()
            if queue is None:
                continue
            if queue.total > queue_deletion.BIG and Queue.objects.exclude(deleted_at=None).exists():
                # Workers have other tasks too.
                break
            deleted_rows += queue.total
            queue_deletion.delete(queue=queue)
            deleted += 1
    return deleted


def remove_sources(*, days: int, rows: int | None = None) -> int:
    """Removes the source rows of queues that were finished more than `days` days ago; how many rows.

    `rows`: stops after about so many, and continues there the next time.
    """
    moment, removed = timezone.now() - timedelta(days=days), 0
    for queue_id in list(without_source(moment).values_list("pk", flat=True)):
        if not _begin(queue_id, moment):
            continue
        while rows is None or removed < rows:
            count = _blank_some(queue_id)
            removed += count
            if not count:
                break
    return removed


def _begin(queue_id: UUID, moment: datetime) -> bool:
    """Marks the queue, so that nobody exports it or calls its rows. False where somebody has resumed it."""
    with transaction.atomic():
        queue = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).first()
        if queue is None or queue.source_removed_to is not None:
            return queue is not None
        if queue.status not in FINISHED or queue.completed_at is None or queue.completed_at >= moment:
            return False
        Queue.objects.filter(pk=queue_id).update(source_removed_at=timezone.now(), source_removed_to=0)
        for trial in queue.trials.all():
            trial.delete()
        kind_of(queue).forget_source(queue_id)
    return True


def _blank_some(queue_id: UUID) -> int:
    with transaction.atomic():
        queue = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).first()
        if queue is None or queue.source_removed_to is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_BLANK, {"queue": queue_id, "from": queue.source_removed_to, "rows": CHUNK})
            count: int
            count, after = cursor.fetchone()
        # None: everything is removed.
        Queue.objects.filter(pk=queue_id).update(source_removed_to=after)
    return count
