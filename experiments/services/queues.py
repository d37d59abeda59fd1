"""What people do with a queue and its rows, and what happens to it when its time comes.

Each change of a status is an update filtered on the status before. The system's pauses are in `queue_pause`, the end of
a queue in `queue_end`, retries in `queue_retry`, deletion in `queue_deletion`. The queue's row is locked first, then
items that no worker has.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from experiments.core import limits as queue_limits
from experiments.core.choices import AuditAction, ErrorCode, NoticeEvent, PauseReason, QueueStatus, Quota
from experiments.core.errors import Conflict
from experiments.kinds import Nouns, kind_of
from experiments.models import Lane, Queue, queue_settings
from experiments.selectors.queues import refuse_without_source
from experiments.services import audit, networks, notices, quotas
from experiments.services.broker import wake_workers
from experiments.services.queue_end import settle

OBEYED_S = 1.0

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
        admit(queue_id)
        audit.record_queue(queue_id, AuditAction.START, range_from=range_from, range_to=range_to)
        wake_workers()


def admit(queue_id: UUID) -> None:
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


def have_workers_look(queue_id: UUID) -> None:
    """Workers see how the queue stands now before this returns, so that none calls a row of a stopped one any more."""
    with transaction.atomic():
        Queue.objects.filter(pk=queue_id).update(orders=F("orders") + 1)
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
    """paused or cancelled → running, and so is completed where rows were added to it. After a pause by the system one
    row goes first.

    A network that took no calls is asked again at once: whoever resumes knows more.

    `Conflict` with the code of the pause where a hard limit is still reached: it would pause again at once.
    """
    stopped = Queue.objects.kept().filter(pk=queue_id).can_resume()
    with transaction.atomic():
        queue = stopped.select_for_update(no_key=True).first()
        cap = queue_limits.reached_limit(queue) if queue else None
        if queue:
            refuse_without_source(queue, "called")
        if queue and cap:
            raise Conflict(cap.sentence(queue), code=cap.code, attr=cap.name)
        if not _resume(stopped):
            raise Conflict(
                f"Only a paused or canceled {noun_of_queue(queue_id)} can be resumed.", code=ErrorCode.WRONG_STATUS
            )
        if queue and queue.network_id and queue.pause_code in (PauseReason.RATE_LIMITED, PauseReason.QUOTA):
            networks.end_hold(network_id=queue.network_id)
        admit(queue_id)


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
        if changed:
            notices.announce(queue_id, NoticeEvent.CANCELLED)
        elif abort:
            changed = queue.filter(status=QueueStatus.CANCELLED, running__gt=0).update(
                abort_calls=True, orders=F("orders") + 1
            )
        if not changed:
            raise Conflict(
                f"Only a running or paused {noun_of_queue(queue_id)} can be canceled.", code=ErrorCode.WRONG_STATUS
            )
        audit.record_queue(queue_id, AuditAction.CANCEL, abort=abort or None)
        transaction.on_commit(lambda: _await_workers(queue_id))


def set_plain_settings(queue: Queue, values: Mapping[str, Any]) -> None:
    """Sets those of `values` that are in `queue_settings`, null as the default. The caller saves the queue."""
    for setting in queue_settings.SETTINGS:
        if setting.name in values:
            value = values[setting.name]
            setattr(queue, setting.name, setting.default if value is None else value)


def rename(*, queue_id: UUID, name: str) -> None:
    with transaction.atomic():
        if Queue.objects.kept().filter(pk=queue_id).exclude(name=name).update(name=name):
            audit.record_queue(queue_id, AuditAction.CHANGE, settings=["name"])


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
