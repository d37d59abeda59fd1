"""What is told of queues: written into the outbox in the transaction of what happened, for each who subscribed.

The worker sends it (`worker.deliveries`). A body has counts, status, ids, addresses and moments; no cells, prompts,
answers, nor the words of an error, which may quote them.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models.functions import Now

from experiments.core.choices import NoticeEvent, PauseReason, QueueStatus
from experiments.core.cost import as_number
from experiments.kinds import kind_of
from experiments.models import Delivery, Queue, Subscription

FEWEST_ROWS = 20
"""A share of failures says something of so many rows, or of all that there are."""
ENDS = (NoticeEvent.COMPLETED, NoticeEvent.CANCELLED)

# Locked, so that one that is deleted just now is gone here or stays until the event is written. It keeps nobody else
# waiting: events of other queues, and changes, go beside it.
_LISTENING = """
SELECT s.* FROM experiments_subscription s JOIN auth_user u ON u.id = s.owner_id AND u.is_active
JOIN experiments_queue q ON q.id = %s AND q.parent_id IS NULL
WHERE s.is_active AND (s.owner_id = q.created_by_id OR s.all_users AND u.is_staff)
ORDER BY s.id FOR KEY SHARE OF s
"""
_OVER_A_SHARE = """
SELECT DISTINCT q.id FROM experiments_queue q
JOIN experiments_subscription s ON s.is_active JOIN auth_user u ON u.id = s.owner_id AND u.is_active
WHERE q.status = 'running' AND q.failed > 0 AND q.parent_id IS NULL AND q.deleted_at IS NULL
  AND s.events ? 'failure_share' AND (s.owner_id = q.created_by_id OR s.all_users AND u.is_staff)
  AND q.succeeded + q.failed >= least(%s, q.total - q.skipped)
  AND q.failed * 100::bigint >= s.failure_percent * (q.succeeded + q.failed)::bigint
  AND NOT EXISTS (SELECT 1 FROM experiments_delivery d
                  WHERE d.subscription_id = s.id AND d.queue_id = q.id AND d.in_run)
"""


def announce(queue_id: UUID, event: NoticeEvent) -> None:
    """Puts an event of a queue into the outbox, where somebody subscribed. The transaction has changed the queue's row,
    so that no other event of it is written meanwhile.

    The share of failures is looked at before: it comes first where the same row made both.
    """
    wanted = _subscriptions_to(queue_id)
    if not wanted:
        return
    queue = _read(queue_id)
    if queue is None:
        return
    _tell_share(queue, wanted)
    if not _is_repeated(queue, event):
        _write(queue, event, [one for one in wanted if event in one.events])
    if event in ENDS:
        Delivery.objects.filter(queue_id=queue_id, in_run=True).update(in_run=False)


def announce_shares() -> None:
    """In the sweeper: running queues of which a share of rows failed that somebody wants to hear of."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER_A_SHARE, [FEWEST_ROWS])
        found = [queue_id for (queue_id,) in cursor.fetchall()]
    for queue_id in found:
        with transaction.atomic():
            if Queue.objects.running().filter(pk=queue_id).select_for_update(no_key=True).exists():
                queue = _read(queue_id)
                if queue is not None:
                    _tell_share(queue, _subscriptions_to(queue_id))


def body_of_test(subscription: Subscription, moment: datetime) -> str:
    """Of an event that says nothing but that it arrives."""
    return _written(NoticeEvent.TEST, moment, {"subscription": subscription.pk})


def new_message_id() -> str:
    return f"msg_{uuid4().hex}"


def _subscriptions_to(queue_id: UUID) -> list[Subscription]:
    """Those that hear of this queue: its owner's, and those of staff to all. None for a trial."""
    return list(Subscription.objects.raw(_LISTENING, [queue_id]))


def _read(queue_id: UUID) -> Queue | None:
    """With the moment as the database has it. None where nothing is told of such a queue."""
    found = Queue.objects.filter(pk=queue_id, parent=None, deleted_at=None)
    queue = found.select_related("network").annotate(moment=Now()).first()
    return queue if queue is not None and kind_of(queue).tells_events else None


def _is_repeated(queue: Queue, event: NoticeEvent) -> bool:
    """A queue whose network is away is tried again by itself, and pauses again: that was told the first time."""
    return event == NoticeEvent.PAUSED and queue.pause_code == PauseReason.UNREACHABLE and queue.reach_tries > 1


def _tell_share(queue: Queue, wanted: list[Subscription]) -> None:
    done = queue.succeeded + queue.failed
    if not queue.failed or done < min(FEWEST_ROWS, queue.total - queue.skipped):
        return
    over = [
        one
        for one in wanted
        if NoticeEvent.FAILURE_SHARE in one.events and queue.failed * 100 >= one.failure_percent * done
    ]
    told = Delivery.objects.filter(queue_id=queue.pk, in_run=True, subscription__in=over)
    known = set(told.values_list("subscription", flat=True))
    _write(queue, NoticeEvent.FAILURE_SHARE, [one for one in over if one.pk not in known])


def _write(queue: Queue, event: NoticeEvent, subscriptions: list[Subscription]) -> None:
    share = event == NoticeEvent.FAILURE_SHARE
    Delivery.objects.bulk_create(
        Delivery(
            subscription=one,
            message_id=new_message_id(),
            queue_id=queue.pk,
            event=event,
            body=_body_of(queue, event, {"failure_percent": one.failure_percent} if share else {}),
            in_run=share,
        )
        for one in subscriptions
    )


def _body_of(queue: Queue, event: NoticeEvent, more: dict[str, Any]) -> str:
    kind = kind_of(queue)
    names = ("total", "queued", "running", "succeeded", "failed", "skipped")
    paused = queue.status == QueueStatus.PAUSED
    data = {
        "id": queue.pk,
        "kind": queue.kind,
        "name": queue.name,
        "status": queue.status,
        "reason": queue.pause_code if paused else None,
        "until": queue.pause_until if paused else None,
        **more,
        "progress": {name: getattr(queue, name) for name in names},
        "tokens": queue.tokens,
        "cost": as_number(queue.cost),
        "currency": queue.currency,
        "started_at": queue.started_at,
        "completed_at": queue.completed_at,
        "url": f"{settings.SITE_URL.removesuffix(settings.SITE_PATH)}{kind.address(queue.pk)}",
        "api_url": f"{settings.SITE_URL}/api/{kind.collection}/{queue.pk}",
    }
    return _written(f"{queue.kind}.{event}", queue.moment, data)  # type: ignore[attr-defined]


def _written(name: str, moment: datetime, data: dict[str, Any]) -> str:
    return json.dumps({"type": name, "timestamp": moment, "data": data}, cls=DjangoJSONEncoder, ensure_ascii=False)
