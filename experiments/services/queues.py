"""What people do with a queue and its rows, and what happens to it when its time comes.

Each change of a status is an update filtered on the status before. The system's pauses are in `queue_pause`, the end of
a queue in `queue_end`. The queue's row is locked first, then items that no worker has.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from experiments.core import limits as queue_limits
from experiments.core.choices import FINAL, AuditAction, ErrorCode, PauseReason, QueueStatus, Quota, RowStatus
from experiments.core.errors import Conflict, Gone
from experiments.kinds import Nouns, kind_of
from experiments.models import Lane, Queue, QueueItem, queue_settings
from experiments.selectors.queues import refuse_without_source
from experiments.services import audit, networks, quotas
from experiments.services.broker import send_task, wake_workers
from experiments.services.queue_end import settle

BIG = 5_000
"""A queue with more rows is deleted by a worker: it takes too long for a web request."""
DELETE_ROWS = 2_000
"""A worker deletes so many rows in one transaction, with their attempts and runs."""
OBEYED_S = 1.0
RETRY_ROWS = 5_000
"""A retry queues so many rows in one transaction, and no more than those within the request."""
RETRY_TASK = "experiments.tasks.retry_rest"
DELETED_WITHIN = timedelta(minutes=10)
"""A deletion that no worker has finished by then is sent to a worker again."""

ADMITTING = 0x6371
"""First key of the advisory locks under which the queues of one owner start; the second is the owner."""

NAMED = 5
"""Running queues that a refused start names."""

NO_PAUSE: dict[str, Any] = {
    "pause_code": "",
    "pause_detail": "",
    "pause_until": None,
    "pause_error_code": "",
    "pause_count": 0,
}
NEW_WORK = {
    "status": RowStatus.QUEUED,
    "attempts": 0,
    "lost": 0,
    "unknown_end": "",
    "looks": 0,
    "version": None,
    "delayed": False,
    **dict.fromkeys(("started_at", "completed_at", "elapsed_ms", "limited_since", "run_trace_id")),
    **dict.fromkeys(("result_payload", "changes")),
    "waits_for": None,
    "reused_from": None,
    "error_code": "",
    "error_message": "",
}
"""An item that was not called yet. A person's correction stays."""
NO_RATE: dict[str, Any] = {"rate": 0, "rate_at": None}
NO_STREAKS: dict[str, Any] = {"streaks": {}}
NO_RETRY: dict[str, Any] = {"retrying": None, "retried_at": None}
FRESH_START = {**NO_PAUSE, **NO_RATE, **NO_STREAKS, "abort_calls": False}


def noun_of_queue(queue_id: UUID) -> str:
    """`batch`, `experiment`: what people call it, for the sentence of an error."""
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
            raise Conflict(f"This {noun_of_queue(queue_id)} was started already.", code=ErrorCode.ALREADY_STARTED)
        _admit(queue_id)
        audit.record_queue(queue_id, AuditAction.START, range_from=range_from, range_to=range_to)
        wake_workers()


def _admit(queue_id: UUID) -> None:
    """`Conflict` where its owner has more queues running than `RUNNING_MAX`, with this one, which runs by now.

    Staff have no such limit, trials have one of their own, and a queue that the system resumes is not checked.
    """
    queue = Queue.objects.select_related("created_by").get(pk=queue_id)
    if queue.parent_id:
        quotas.claim(queue.created_by_id, Quota.TRIALS, is_written=True)
    most = settings.RUNNING_MAX
    if not most or queue.status != QueueStatus.RUNNING or queue.parent_id or queue.created_by.is_staff:
        return
    with connection.cursor() as cursor:
        # The starts of one owner wait for each other: each counts what the one before has committed.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ADMITTING, queue.created_by_id % 2**31])
    others = Queue.objects.running().top_level().filter(created_by=queue.created_by_id).exclude(pk=queue_id)
    running = list(others.order_by("started_at").values("id", "name"))
    if len(running) >= most:
        many = kind_of(queue).nouns.many
        named = ", ".join(f"“{one['name']}”" for one in running[:NAMED])
        named += f" and {len(running) - NAMED:,} more" if len(running) > NAMED else ""
        raise Conflict(
            f"{len(running):,} of your {many} run already, which is the most at a time: {named}. "
            "Wait until one has ended, or pause or cancel one.",
            code=ErrorCode.TOO_MANY_RUNNING,
            extra={"running": running},
        )


def pause(*, queue_id: UUID, by: str) -> None:
    """running → paused. Calls in flight end and are recorded."""
    with transaction.atomic():
        changed = Queue.objects.filter(pk=queue_id, status=QueueStatus.RUNNING).update(
            status=QueueStatus.PAUSED,
            pause_code=PauseReason.USER,
            pause_detail=f"Paused by {by}.",
            pause_until=None,
            orders=F("orders") + 1,
        )
        if not changed:
            raise Conflict(f"Only a running {noun_of_queue(queue_id)} can be paused.", code=ErrorCode.WRONG_STATUS)
        audit.record_queue(queue_id, AuditAction.PAUSE, reason=PauseReason.USER)
        transaction.on_commit(lambda: _await_workers(queue_id))


def _await_workers(queue_id: UUID) -> None:
    """Back when every worker that calls rows of the queue follows the last order; after `OBEYED_S` in any case.

    Workers have rows ready and look a few times a second: without this, some calls would still begin after the answer.
    """
    behind = Lane.objects.filter(queue_id=queue_id, seen_orders__lt=F("queue__orders"))
    deadline = time.monotonic() + OBEYED_S
    while behind.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def resume(*, queue_id: UUID) -> None:
    """paused or cancelled → running. After a pause by the system one row goes first.

    A network that took no calls is asked again at once: whoever resumes knows more.

    `Conflict` with the code of the pause where a hard limit is still reached: it would pause again at once.
    """
    stopped = Queue.objects.kept().filter(pk=queue_id, status__in=[QueueStatus.PAUSED, QueueStatus.CANCELLED])
    with transaction.atomic():
        queue = stopped.select_for_update(no_key=True).first()
        cap = queue_limits.reached_limit(queue) if queue else None
        if queue:
            refuse_without_source(queue, "called")
        if queue and cap:
            raise Conflict(cap.sentence(queue), code=cap.code, attr=cap.name)
        if not _resume(stopped):
            raise Conflict(
                f"Only a paused or cancelled {noun_of_queue(queue_id)} can be resumed.", code=ErrorCode.WRONG_STATUS
            )
        if queue and queue.network_id and queue.pause_code in (PauseReason.RATE_LIMITED, PauseReason.QUOTA):
            networks.end_hold(network_id=queue.network_id)
        _admit(queue_id)


_NO_PATIENCE_USED = """
UPDATE experiments_queueitem SET limited_since = NULL WHERE id IN (
    -- A worker that records one of them just now waits for the queue, which this transaction holds.
    SELECT id FROM experiments_queueitem WHERE queue_id = %s AND limited_since IS NOT NULL
    FOR NO KEY UPDATE SKIP LOCKED)
"""


def resume_due(queue_id: UUID) -> None:
    """paused → running where the pause is over; nothing where a person resumed it before."""
    _resume(Queue.objects.whose_pause_is_over().filter(pk=queue_id))


def _resume(found: QuerySet[Queue]) -> int:
    with transaction.atomic():
        queue = found.select_for_update(no_key=True).only("probing", "streaks").first()
        if queue is None:
            return 0
        queue_id = queue.pk
        # A row is refused for an hour at most. The time in which its queue was stopped does not count.
        with connection.cursor() as cursor:
            cursor.execute(_NO_PATIENCE_USED, [queue_id])
        # Where one row goes first, it has to be known what the queue was paused for.
        changes = FRESH_START | ({"streaks": queue.streaks} if queue.probing else {})
        Queue.objects.filter(pk=queue_id).update(**changes, status=QueueStatus.RUNNING, completed_at=None)
        audit.record_queue(queue_id, AuditAction.RESUME)
        settle(queue_id)
        wake_workers()
        return 1


def cancel(*, queue_id: UUID, abort: bool = False) -> None:
    """running or paused → cancelled. Waiting rows stay as they are; calls in flight end and are recorded.
    A retry that is under way queues no more rows.

    `abort`: they are ended instead, and their rows wait, uncounted. So are those of a queue that was cancelled before.
    """
    with transaction.atomic():
        queue = Queue.objects.filter(pk=queue_id)
        changed = queue.filter(status__in=[QueueStatus.RUNNING, QueueStatus.PAUSED]).update(
            **NO_PAUSE,
            **NO_RETRY,
            status=QueueStatus.CANCELLED,
            completed_at=timezone.now(),
            range_from=None,
            range_to=None,
            abort_calls=abort,
            orders=F("orders") + 1,
        )
        if not changed and abort:
            changed = queue.filter(status=QueueStatus.CANCELLED, running__gt=0).update(
                abort_calls=True, orders=F("orders") + 1
            )
        if not changed:
            raise Conflict(
                f"Only a running or paused {noun_of_queue(queue_id)} can be cancelled.", code=ErrorCode.WRONG_STATUS
            )
        audit.record_queue(queue_id, AuditAction.CANCEL, abort=abort or None)
        transaction.on_commit(lambda: _await_workers(queue_id))


def retry(
    *, queue_id: UUID, row_indexes: Sequence[int] | None = None, error_code: str | None = None, force: bool = False
) -> int:
    """Queues failed rows again, with `force` succeeded ones too, with a new idempotency key; how many.

    Of very many the first are queued now and the others by a worker; `Queue.retrying` says so until all are. Rows that
    are named are all queued now. Corrections stay, and go on counting as the answers. A paused queue stays paused.
    """
    requeued, after = 0, -1
    while True:
        items = _retried(queue_id, row_indexes, error_code, force).filter(row_index__gt=after).order_by("row_index")
        chunk = list(items.values_list("pk", "row_index")[:RETRY_ROWS])
        is_whole = len(chunk) < RETRY_ROWS
        if row_indexes is None and not is_whole:
            return _begin_retry(queue_id, chunk, error_code=error_code, force=force)
        asked = None
        if not requeued:
            rows = len(chunk) if is_whole else items.count()
            asked = {"rows": rows, "error_code": error_code, "force": force or None}
        try:
            with transaction.atomic():
                requeued += _requeue(_locked_to_retry(queue_id), [pk for pk, _ in chunk], asked=asked)
        except (Conflict, Gone):
            if not requeued:
                raise
            # Somebody cancelled or deleted it in the middle: the rest stays as it is.
            return requeued
        if is_whole:
            return requeued
        after = chunk[-1][1]


def _begin_retry(queue_id: UUID, chunk: Sequence[tuple[int, int]], *, error_code: str | None, force: bool) -> int:
    """The first part of a retry of very many rows, and the order to queue the others; how many there are in all."""
    counted = _retried(queue_id, None, error_code, force).count() if error_code else None
    with transaction.atomic():
        queue = _locked_to_retry(queue_id)
        if queue.retrying is not None:
            nouns = kind_of(queue).nouns
            sentence = f"The {nouns.items} of this {nouns.one} are being queued again already. Wait until that is done."
            raise Conflict(sentence, code=ErrorCode.WRONG_STATUS)
        rows = queue.failed + (queue.succeeded if force else 0) if counted is None else counted
        done = _requeue(
            queue, [pk for pk, _ in chunk], asked={"rows": rows, "error_code": error_code, "force": force or None}
        )
        Queue.objects.filter(pk=queue_id).update(
            retrying={"error_code": error_code, "force": force, "after": chunk[-1][1], "requeued": done},
            retried_at=Now(),
        )
        send_task(RETRY_TASK, str(queue_id))
    return rows


def retry_rest(queue_id: UUID) -> None:
    """In a worker: what a large retry has left, part by part. Where two do it, each does other parts."""
    while _retry_part(queue_id):
        pass


def _retry_part(queue_id: UUID) -> bool:
    """The next part; whether there may be more."""
    order = Queue.objects.kept().filter(pk=queue_id).values_list("retrying", flat=True).first()
    if order is None:
        return False
    items = _retried(queue_id, None, order["error_code"], order["force"]).filter(row_index__gt=order["after"])
    chunk = list(items.order_by("row_index").values_list("pk", "row_index")[:RETRY_ROWS])
    with transaction.atomic():
        queue = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).first()
        if queue is None or queue.retrying != order:
            # Deleted, cancelled, or somebody else was faster with this part.
            return queue is not None
        requeued = _requeue(queue, [pk for pk, _ in chunk])
        if len(chunk) == RETRY_ROWS:
            rest = {**order, "after": chunk[-1][1], "requeued": order["requeued"] + requeued}
            Queue.objects.filter(pk=queue_id).update(retrying=rest, retried_at=Now())
            return True
        Queue.objects.filter(pk=queue_id).update(**NO_RETRY)
        settle(queue_id)
        return False


def resume_retries() -> None:
    """Sends a large retry to a worker again where nobody has gone on with it for a while."""
    silent = Queue.objects.kept().filter(
        retrying__isnull=False, retried_at__lt=Now() - timedelta(seconds=settings.TASK_RESEND_S)
    )
    for queue_id in silent.values_list("pk", flat=True):
        with transaction.atomic():
            if silent.filter(pk=queue_id).update(retried_at=Now()):
                send_task(RETRY_TASK, str(queue_id))


def _locked_to_retry(queue_id: UUID) -> Queue:
    """`Conflict` or `Gone` where its rows may not be queued again. Locked until the transaction ends."""
    queue: Queue | None = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).first()
    if queue is None:
        raise Gone(f"This {noun_of_queue(queue_id)} was deleted.", code=ErrorCode.NOT_FOUND)
    _refuse_retry(queue)
    return queue


def _requeue(queue: Queue, item_ids: Sequence[int], *, asked: dict[str, Any] | None = None) -> int:
    """A part of a retry of a queue that is locked. Small enough that workers, which wait for it, are not late.

    `asked`: for the history, with its first part.
    """
    items = QueueItem.objects.filter(pk__in=item_ids, status=RowStatus.SUCCEEDED, reused_from__isnull=False)
    reused = items.count() if queue.reused else 0
    failed, succeeded = (
        QueueItem.objects.filter(pk__in=item_ids, status=status).update(
            **NEW_WORK, generation=F("generation") + 1, available_at=None, queued_at=Now()
        )
        for status in (RowStatus.FAILED, RowStatus.SUCCEEDED)
    )
    requeued = failed + succeeded
    if not requeued:
        return 0
    running = {"status": QueueStatus.RUNNING, "completed_at": None, **NO_RATE}
    changes = running if queue.status == QueueStatus.COMPLETED else {}
    Queue.objects.filter(pk=queue.pk).update(
        **changes,
        queued=F("queued") + requeued,
        failed=F("failed") - failed,
        succeeded=F("succeeded") - succeeded,
        reused=F("reused") - reused,
        **(NO_STREAKS if asked else {}),
    )
    if changes:
        _admit(queue.pk)
    if asked:
        audit.record_queue(queue.pk, AuditAction.RETRY, **asked)
        wake_workers()
    return requeued


def _refuse_retry(queue: Queue) -> None:
    nouns = kind_of(queue).nouns
    if queue.status == QueueStatus.CANCELLED:
        sentence = f"This {nouns.one} is cancelled. Resume it before you retry {nouns.items}."
        raise Conflict(sentence, code=ErrorCode.WRONG_STATUS)
    if queue.status == QueueStatus.DRAFT:
        raise Conflict(f"This {nouns.one} was not started yet.", code=ErrorCode.WRONG_STATUS)
    refuse_without_source(queue, "called again")


def _retried(
    queue_id: UUID, row_indexes: Sequence[int] | None, error_code: str | None, force: bool
) -> QuerySet[QueueItem]:
    statuses = FINAL if force else (RowStatus.FAILED,)
    items = QueueItem.objects.filter(queue_id=queue_id, status__in=statuses)
    if error_code:
        items = items.filter(error_code=error_code)
    return items if row_indexes is None else items.filter(row_index__in=row_indexes)


def set_plain_settings(queue: Queue, values: Mapping[str, Any]) -> None:
    """Sets those of `values` that are in `queue_settings`, null as the default. The caller saves the queue."""
    for setting in queue_settings.SETTINGS:
        if setting.name in values:
            value = values[setting.name]
            setattr(queue, setting.name, setting.default if value is None else value)


def set_concurrency(*, queue_id: UUID, concurrency: int) -> None:
    """Takes effect at once, also while the queue runs."""
    with transaction.atomic():
        Queue.objects.filter(pk=queue_id).update(concurrency=concurrency)
        tell_workers(queue_id=queue_id, changed=["concurrency"])


def set_limits(*, queue_id: UUID, limits: Mapping[str, Any]) -> None:
    """`limits` by the names in `core.limits.LIMIT_NAMES`; None: no limit. Checked before the next call."""
    with transaction.atomic():
        Queue.objects.filter(pk=queue_id).update(**limits)
        tell_workers(queue_id=queue_id, changed=limits)


def tell_workers(*, queue_id: UUID, changed: Iterable[str]) -> None:
    """Settings were `changed` that workers follow while the queue runs. They do so before the request is answered."""
    audit.record_queue(queue_id, AuditAction.CHANGE, settings=sorted(changed))
    Queue.objects.filter(pk=queue_id).update(orders=F("orders") + 1)
    wake_workers()
    transaction.on_commit(lambda: _await_workers(queue_id))


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
            cursor.execute(_DESTROY_PART, {"queue": queue_id, "after": after, "rows": DELETE_ROWS})
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
