"""Every change of a queue's status, and of its rows' by people. Each is an update filtered on the status before.

The queue's row is locked first, then its items, in the same order as in the worker.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django_q.tasks import async_task

from experiments.core import limits as queue_limits
from experiments.core.choices import QueueStatus
from experiments.core.errors import Conflict, Gone
from experiments.kinds import Nouns, kind_of
from experiments.models import Queue, QueueItem
from experiments.selectors.queues import refuse_without_source
from experiments.services import lanes
from experiments.services.queue_end import settle

BIG = 20_000
"""Rows above which a queue is deleted by a worker and not while somebody waits."""
DELETED_WITHIN = timedelta(minutes=10)
"""What was left to a worker and is not begun then is left to one again."""

ADMITTING = 0x6371
"""First key of the advisory locks under which queues of one owner begin to run; the second is the owner's."""

NO_PAUSE = {"pause_code": "", "pause_detail": "", "pause_until": None}
NEW_WORK = {
    "status": "queued",
    "attempts": 0,
    "lost": 0,
    **dict.fromkeys(("started_at", "completed_at", "elapsed_ms", "limited_since", "run_trace_id", "result_payload")),
    "error_code": "",
    "error_message": "",
}
"""What an item looks like that nobody has called yet. What a person wrote down for it stays."""
NO_RATE: dict[str, Any] = {"rate": 0, "rate_at": None}
FRESH_START = {**NO_PAUSE, **NO_RATE, "streak": 0, "streak_group": ""}


def called(queue_id: UUID) -> str:
    """What people call it, for a sentence about what is refused."""
    queue = Queue.objects.filter(pk=queue_id).only("kind").first()
    return kind_of(queue).nouns.one if queue else Nouns().one


def start(*, queue_id: UUID, range_from: int | None = None, range_to: int | None = None) -> None:
    """draft → running. `range_from` and `range_to` (exclusive) limit which rows are called before it pauses."""
    with transaction.atomic():
        started = Queue.objects.filter(pk=queue_id, status=QueueStatus.DRAFT, deleted_at=None).update(
            **FRESH_START,
            status=QueueStatus.RUNNING,
            started_at=timezone.now(),
            range_from=range_from,
            range_to=range_to,
        )
        if not started:
            raise Conflict(f"This {called(queue_id)} was started already.", code="already_started")
        _admit(queue_id)
        lanes.ensure(queue_id)


def _admit(queue_id: UUID) -> None:
    """`Conflict` where its owner has more queues running than `RUNNING_MAX`, with this one, which runs by now.

    Staff have no such limit, trials are not counted, and what the system resumes by itself is not asked.
    """
    queue = Queue.objects.select_related("created_by").get(pk=queue_id)
    most = settings.RUNNING_MAX
    if not most or queue.status != QueueStatus.RUNNING or queue.parent_id or queue.created_by.is_staff:
        return
    with connection.cursor() as cursor:
        # One start of an owner after the other: each counts what the one before has committed.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ADMITTING, queue.created_by_id % 2**31])
    others = Queue.objects.running().listed().filter(created_by=queue.created_by_id).exclude(pk=queue_id)
    running = list(others.order_by("started_at").values("id", "name"))
    if len(running) >= most:
        many = kind_of(queue).nouns.many
        raise Conflict(
            f"{len(running):,} of your {many} run already, which is the most at a time: {_named(running)}. "
            "Wait until one has ended, or pause or cancel one.",
            code="too_many_running",
            extra={"running": running},
        )


def _named(running: Sequence[Mapping[str, Any]], most: int = 5) -> str:
    shown = ", ".join(f"“{one['name']}”" for one in running[:most])
    return f"{shown} and {len(running) - most:,} more" if len(running) > most else shown


def pause(*, queue_id: UUID, by: str) -> None:
    """running → paused. Calls in flight end and are recorded."""
    changed = Queue.objects.filter(pk=queue_id, status=QueueStatus.RUNNING).update(
        status=QueueStatus.PAUSED, pause_code="user", pause_detail=f"Paused by {by}.", pause_until=None
    )
    if not changed:
        raise Conflict(f"Only a running {called(queue_id)} can be paused.", code="wrong_status")


def pause_by_system(*, queue_id: UUID, code: str, detail: str) -> None:
    """running → paused, with the reason for the person who has to mend it; nothing where it does not run."""
    Queue.objects.filter(pk=queue_id, status=QueueStatus.RUNNING).update(
        status=QueueStatus.PAUSED, pause_code=code, pause_detail=detail, pause_until=None, probing=True
    )


def resume(*, queue_id: UUID) -> None:
    """paused or cancelled → running. After a pause by the system one row goes first, and patience with 429 begins anew.

    `Conflict` with the code of the pause where a hard limit is still reached: it would pause again at once.
    """
    stopped = Queue.objects.filter(pk=queue_id, status__in=[QueueStatus.PAUSED, QueueStatus.CANCELLED])
    with transaction.atomic():
        queue = stopped.select_for_update(no_key=True).first()
        cap = queue_limits.reached_limit(queue) if queue else None
        if queue:
            refuse_without_source(queue, "called")
        if queue and cap:
            raise Conflict(cap.sentence(queue), code=cap.code, attr=cap.name)
        if not _resume(stopped):
            raise Conflict(f"Only a paused or cancelled {called(queue_id)} can be resumed.", code="wrong_status")
        # A network's "wait" is borne with for an hour. What was stopped has not been waiting for it.
        QueueItem.objects.filter(queue_id=queue_id, limited_since__isnull=False).update(limited_since=None)
        _admit(queue_id)


def resume_due(queue_id: UUID) -> None:
    """paused → running where the time of the pause is over; nothing where a person was faster."""
    _resume(Queue.objects.whose_pause_is_over().filter(pk=queue_id))


def _resume(found: QuerySet[Queue]) -> int:
    with transaction.atomic():
        queue_id = found.select_for_update(no_key=True).values_list("pk", flat=True).first()
        if queue_id is None:
            return 0
        Queue.objects.filter(pk=queue_id).update(**FRESH_START, status=QueueStatus.RUNNING, completed_at=None)
        settle(queue_id)
        lanes.ensure(queue_id)
        return 1


def cancel(*, queue_id: UUID) -> None:
    """running or paused → cancelled. Calls in flight end and are recorded, waiting rows stay as they are."""
    changed = Queue.objects.filter(pk=queue_id, status__in=[QueueStatus.RUNNING, QueueStatus.PAUSED]).update(
        **NO_PAUSE, status=QueueStatus.CANCELLED, completed_at=timezone.now(), range_from=None, range_to=None
    )
    if not changed:
        raise Conflict(f"Only a running or paused {called(queue_id)} can be cancelled.", code="wrong_status")


def retry(
    *, queue_id: UUID, row_indexes: Sequence[int] | None = None, error_code: str | None = None, force: bool = False
) -> int:
    """Puts failed rows back, with `force` succeeded ones too, as new work with a new idempotency key; how many.

    Corrections stay, and go on counting as the answers. A paused queue stays paused.
    """
    with transaction.atomic():
        queue = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).first()
        if queue is None:
            raise Gone(f"This {called(queue_id)} was deleted.", code="not_found")
        _refuse_retry(queue)
        items = _retried(queue, row_indexes, error_code, force)
        failed, succeeded = (_put_back(items.filter(status=status)) for status in ("failed", "succeeded"))
        requeued = failed + succeeded
        if not requeued:
            return 0
        begins = {"status": QueueStatus.RUNNING, "completed_at": None, **NO_RATE}
        changes = begins if queue.status == QueueStatus.COMPLETED else {}
        Queue.objects.filter(pk=queue_id).update(
            **changes,
            queued=F("queued") + requeued,
            failed=F("failed") - failed,
            succeeded=F("succeeded") - succeeded,
            streak=0,
            streak_group="",
        )
        if changes:
            _admit(queue_id)
        lanes.ensure(queue_id)
        return requeued


def _put_back(items: QuerySet[QueueItem]) -> int:
    return items.update(**NEW_WORK, generation=F("generation") + 1, available_at=Now(), queued_at=Now())


def _refuse_retry(queue: Queue) -> None:
    nouns = kind_of(queue).nouns
    if queue.status == QueueStatus.CANCELLED:
        sentence = f"This {nouns.one} is cancelled. Resume it before you retry {nouns.items}."
        raise Conflict(sentence, code="wrong_status")
    if queue.status == QueueStatus.DRAFT:
        raise Conflict(f"This {nouns.one} was not started yet.", code="wrong_status")
    refuse_without_source(queue, "called again")


def _retried(
    queue: Queue, row_indexes: Sequence[int] | None, error_code: str | None, force: bool
) -> QuerySet[QueueItem]:
    statuses = ["failed", "succeeded"] if force else ["failed"]
    items = QueueItem.objects.of_queue(queue).filter(status__in=statuses)
    if error_code:
        items = items.filter(error_code=error_code)
    return items if row_indexes is None else items.filter(row_index__in=row_indexes)


def set_concurrency(*, queue_id: UUID, concurrency: int) -> None:
    """Takes effect at once, also while the queue runs."""
    with transaction.atomic():
        Queue.objects.filter(pk=queue_id).update(concurrency=concurrency)
        lanes.ensure(queue_id)


def set_limits(*, queue_id: UUID, limits: Mapping[str, int | None]) -> None:
    """`limits` by the names in `caps.NAMES`; None: no limit. Looked at before the next claim."""
    Queue.objects.filter(pk=queue_id).update(**limits)


def delete(*, queue: Queue) -> None:
    """Removes a queue with everything that is its: at once, or by a worker where that takes long."""
    if queue.total <= BIG:
        destroy(queue.pk)
        return
    with transaction.atomic():
        _leave_to_a_worker(queue.pk)


def destroy(queue_id: UUID) -> None:
    """Deletes the queue's row; its items, attempts, runs and lanes follow in the database."""
    with transaction.atomic():
        # Held first: its row in the table of its kind is deleted before it, and changed after it.
        queue = Queue.objects.select_for_update().filter(pk=queue_id).first()
        if queue is not None:
            queue.delete()


def _leave_to_a_worker(queue_id: UUID) -> None:
    Queue.objects.filter(pk=queue_id).update(deleted_at=timezone.now())
    async_task("experiments.tasks.delete_queue", str(queue_id), q_options={"save": False})


def destroy_overdue() -> None:
    """Sends for a worker again where the one that should have deleted a queue died, or never was."""
    overdue = Queue.objects.filter(deleted_at__lt=timezone.now() - DELETED_WITHIN)
    with transaction.atomic():
        # One that is locked is being deleted just now.
        for queue_id in overdue.select_for_update(skip_locked=True).values_list("pk", flat=True):
            _leave_to_a_worker(queue_id)
