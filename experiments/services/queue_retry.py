"""Rows that are queued again: failed ones, or all. Very many part by part, by a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from experiments.core.choices import FINAL, AuditAction, ErrorCode, QueueStatus, RowStatus
from experiments.core.errors import Conflict, Gone
from experiments.kinds import kind_of
from experiments.models import Queue, QueueItem
from experiments.selectors import items
from experiments.selectors.queues import refuse_without_source
from experiments.services import audit, queues
from experiments.services.broker import send_task, wake_workers
from experiments.services.queue_end import settle

PART_ROWS = 5_000
"""A retry queues so many rows in one transaction, and no more than those within the request."""
FIRST_ROWS = 500
"""So many of a large retry within the request, which somebody waits for."""
TASK = "experiments.tasks.retry_rest"
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


@dataclass(frozen=True)
class RetryOrder:
    """Which rows are queued again. `wanted`: a filter, as `selectors.items` knows it."""

    error_code: str | None
    force: bool
    wanted: dict[str, Any]
    row_indexes: Sequence[int] | None = None

    @property
    def leaves_corrected(self) -> bool:
        return self.row_indexes is None and not self.force

    def asked(self, rows: int) -> dict[str, Any]:
        """For the history, without contents."""
        filters = sorted(self.wanted) or None
        return {"rows": rows, "error_code": self.error_code, "force": self.force or None, "filter": filters}

    def stored(self) -> dict[str, Any]:
        return {"error_code": self.error_code, "force": self.force, "wanted": self.wanted}


def retry(
    *,
    queue_id: UUID,
    row_indexes: Sequence[int] | None = None,
    error_code: str | None = None,
    force: bool = False,
    wanted: Mapping[str, Any] | None = None,
) -> int:
    """Queues failed rows again, with `force` succeeded ones too, with a new idempotency key; how many.

    Failed rows that a person corrected are left out, unless they are named or with `force`. `wanted`: a filter.
    Of very many the first are queued now and the others by a worker; `Queue.retrying` says so until all are. Rows that
    are named are all queued now. Corrections stay, and go on counting as the answers. A paused queue stays paused.
    """
    requeued, after = 0, -1
    order = RetryOrder(error_code or None, force, dict(wanted or {}), row_indexes)
    while True:
        found = _retried(queue_id, order).filter(row_index__gt=after).order_by("row_index")
        chunk = list(found.values_list("pk", "row_index")[:PART_ROWS])
        is_whole = len(chunk) < PART_ROWS
        if row_indexes is None and not is_whole:
            return _begin(queue_id, chunk, order)
        asked = None
        if not requeued:
            rows = len(chunk) if is_whole else found.count()
            asked = order.asked(rows)
        try:
            with transaction.atomic():
                requeued += _requeue(_locked(queue_id), [pk for pk, _ in chunk], order, asked=asked)
        except (Conflict, Gone):
            if not requeued:
                raise
            # Somebody cancelled or deleted it in the middle: the rest stays as it is.
            return requeued
        if is_whole:
            return requeued
        after = chunk[-1][1]


def _begin(queue_id: UUID, chunk: Sequence[tuple[int, int]], order: RetryOrder) -> int:
    """The first part of a retry of very many rows, and the order to queue the others; how many there are in all."""
    counted = _retried(queue_id, order).count() if order.error_code or order.wanted else None
    with transaction.atomic():
        queue = _locked(queue_id)
        if queue.retrying is not None:
            nouns = kind_of(queue).nouns
            sentence = f"The {nouns.items} of this {nouns.one} are being queued again already. Wait until that is done."
            raise Conflict(sentence, code=ErrorCode.WRONG_STATUS)
        of_all = queue.failed + queue.succeeded if order.force else queue.failed_open
        rows = of_all if counted is None else counted
        first = chunk[:FIRST_ROWS]
        done = _requeue(queue, [pk for pk, _ in first], order, asked=order.asked(rows))
        Queue.objects.filter(pk=queue_id).update(
            retrying={**order.stored(), "after": first[-1][1], "requeued": done}, retried_at=Now()
        )
        send_task(TASK, str(queue_id))
    return rows


def retry_rest(queue_id: UUID) -> None:
    """In a worker: what a large retry has left, part by part. Where two do it, each does other parts."""
    while _part(queue_id):
        pass


def _part(queue_id: UUID) -> bool:
    """The next part; whether there may be more."""
    order = Queue.objects.kept().filter(pk=queue_id).values_list("retrying", flat=True).first()
    if order is None:
        return False
    asked = RetryOrder(order["error_code"], order["force"], order.get("wanted") or {})
    found = _retried(queue_id, asked).filter(row_index__gt=order["after"])
    chunk = list(found.order_by("row_index").values_list("pk", "row_index")[:PART_ROWS])
    with transaction.atomic():
        queue = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).first()
        if queue is None or queue.retrying != order:
            # Deleted, cancelled, or somebody else was faster with this part.
            return queue is not None
        requeued = _requeue(queue, [pk for pk, _ in chunk], asked)
        if len(chunk) == PART_ROWS:
            rest = {**order, "after": chunk[-1][1], "requeued": order["requeued"] + requeued}
            Queue.objects.filter(pk=queue_id).update(retrying=rest, retried_at=Now())
            return True
        Queue.objects.filter(pk=queue_id).update(**queues.NO_RETRY)
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
                send_task(TASK, str(queue_id))


def _locked(queue_id: UUID) -> Queue:
    """`Conflict` or `Gone` where its rows may not be queued again. Locked until the transaction ends."""
    queue: Queue | None = Queue.objects.kept().select_for_update(no_key=True).filter(pk=queue_id).first()
    if queue is None:
        raise Gone(f"This {queues.noun_of_queue(queue_id)} was deleted.", code=ErrorCode.NOT_FOUND)
    _refuse_retry(queue)
    return queue


def _requeue(queue: Queue, item_ids: Sequence[int], order: RetryOrder, *, asked: dict[str, Any] | None = None) -> int:
    """A part of a retry of a queue that is locked. Small enough that workers, which wait for it, are not late.

    `asked`: for the history, with its first part.
    """
    chosen = QueueItem.objects.filter(pk__in=item_ids)
    if order.leaves_corrected:
        # Somebody may have corrected one since it was chosen.
        chosen = chosen.filter(corrected_payload__isnull=True)
    of_others = chosen.filter(status=RowStatus.SUCCEEDED, reused_from__isnull=False)
    reused = of_others.count() if queue.reused else 0
    corrected = chosen.filter(status=RowStatus.FAILED, corrected_payload__isnull=False)
    failed_corrected = corrected.count() if queue.failed_corrected else 0
    failed, succeeded = (
        chosen.filter(status=status).update(
            **NEW_WORK, generation=F("generation") + 1, available_at=None, queued_at=Now()
        )
        for status in (RowStatus.FAILED, RowStatus.SUCCEEDED)
    )
    requeued = failed + succeeded
    if not requeued:
        return 0
    running = {"status": QueueStatus.RUNNING, "completed_at": None, **queues.NO_RATE}
    changes = running if queue.status == QueueStatus.COMPLETED else {}
    Queue.objects.filter(pk=queue.pk).update(
        **changes,
        queued=F("queued") + requeued,
        failed=F("failed") - failed,
        failed_corrected=F("failed_corrected") - failed_corrected,
        succeeded=F("succeeded") - succeeded,
        reused=F("reused") - reused,
        **(queues.NO_STREAKS if asked else {}),
    )
    if changes:
        queues.admit(queue.pk)
    if asked:
        audit.record_queue(queue.pk, AuditAction.RETRY, **asked)
        wake_workers()
    return requeued


def _refuse_retry(queue: Queue) -> None:
    nouns = kind_of(queue).nouns
    if queue.status == QueueStatus.CANCELLED:
        sentence = f"This {nouns.one} is canceled. Resume it before you retry {nouns.items}."
        raise Conflict(sentence, code=ErrorCode.WRONG_STATUS)
    if queue.status == QueueStatus.DRAFT:
        raise Conflict(f"This {nouns.one} was not started yet.", code=ErrorCode.WRONG_STATUS)
    refuse_without_source(queue, "called again")


def _retried(queue_id: UUID, order: RetryOrder) -> QuerySet[QueueItem]:
    rows: QuerySet[QueueItem] = QueueItem.objects.filter(queue_id=queue_id)
    if order.wanted:
        kind = kind_of(Queue.objects.only("kind").get(pk=queue_id))
        rows = items.items_filtered(kind.model._default_manager.get(pk=queue_id), order.wanted)
    rows = rows.filter(status__in=FINAL if order.force else (RowStatus.FAILED,))
    if order.error_code:
        rows = rows.filter(error_code=order.error_code)
    if order.row_indexes is not None:
        rows = rows.filter(row_index__in=order.row_indexes)
    return rows.filter(corrected_payload__isnull=True) if order.leaves_corrected else rows
