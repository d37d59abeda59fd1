"""A queue that is deleted: at once, or by a worker where it has many rows or calls are in flight."""

import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from experiments.core.choices import AuditAction
from experiments.models import Lane, Queue
from experiments.services import audit
from experiments.services.broker import send_task

BIG = 5_000
"""A queue with more rows is deleted by a worker: it takes too long for a web request."""
PART_ROWS = 2_000
"""A worker deletes so many rows in one transaction, with their attempts and runs."""
DELETED_WITHIN = timedelta(minutes=10)
"""A deletion that no worker has finished by then is sent to a worker again."""


def delete(*, queue: Queue) -> None:
    """Removes a queue and all that belongs to it: at once, or by a worker where that takes long or calls are in flight.

    Calls in flight are ended, and count as their network's until they have.
    """
    with transaction.atomic():
        audit.record_queue(queue.pk, AuditAction.DELETE, status=queue.status, rows=queue.total)
        if queue.total <= BIG and not _held(queue.pk).exists():
            destroy(queue.pk)
        else:
            _leave_to_a_worker(queue.pk)


def _held(queue_id: UUID) -> QuerySet[Lane]:
    """Lanes in which workers still have calls of the queue, or of its trials."""
    return Lane.objects.filter(Q(queue_id=queue_id) | Q(queue__parent_id=queue_id))


def destroy_when_left(queue_id: UUID) -> None:
    """In a worker: deletes the queue when nobody calls its rows any more, or after a lease all the same."""
    deadline = time.monotonic() + settings.LEASE_S
    while _held(queue_id).exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    destroy(queue_id)


def destroy(queue_id: UUID) -> None:
    """Deletes the items of the queue and of its trials part by part, then the queue's row.

    Attempts, runs and lanes follow in the database. Small transactions: one of minutes would keep the server from
    clearing away what is dead in the tables of those that go on.
    """
    family = Queue.objects.filter(Q(pk=queue_id) | Q(parent_id=queue_id)).values_list("pk", flat=True)
    for member_id in list(family):
        after: int | None = -1
        # From where the last part ended: what is deleted already is not gone through again.
        while after is not None:
            after = _destroy_part(member_id, after)
    with transaction.atomic():
        # Locked first: its row in the table of its kind is deleted before it, and changed after it.
        queue = Queue.objects.select_for_update().filter(pk=queue_id).first()
        if queue is not None:
            queue.delete()


_DESTROY_PART = """
WITH part AS (
    SELECT id, row_index FROM experiments_queueitem WHERE queue_id = %(queue)s AND row_index > %(after)s
    ORDER BY row_index LIMIT %(rows)s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM experiments_queueitem i USING part p WHERE i.id = p.id
)
SELECT max(row_index) FROM part
"""


def _destroy_part(queue_id: UUID, after: int) -> int | None:
    """The last row index that it has deleted, None where there was none left.

    What is locked is deleted or recorded by somebody else just now, and goes with the queue's row in any case.
    """
    with transaction.atomic():
        # Who looks for deletions that nobody has finished sees that this one goes on.
        Queue.objects.filter(pk=queue_id, deleted_at__isnull=False).update(deleted_at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(_DESTROY_PART, {"queue": queue_id, "after": after, "rows": PART_ROWS})
            last: int | None = cursor.fetchone()[0]
    return last


def _leave_to_a_worker(queue_id: UUID) -> None:
    Queue.objects.filter(Q(pk=queue_id) | Q(parent_id=queue_id)).update(deleted_at=timezone.now())
    send_task("experiments.tasks.delete_queue", str(queue_id))


def destroy_overdue() -> None:
    """Sends a deletion again that no worker has finished."""
    overdue = Queue.objects.filter(deleted_at__lt=timezone.now() - DELETED_WITHIN)
    with transaction.atomic():
        # One that is locked is being deleted just now.
        for queue_id in overdue.select_for_update(skip_locked=True).values_list("pk", flat=True):
            _leave_to_a_worker(queue_id)
