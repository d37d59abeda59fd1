"""A user's webhooks with what was sent last, and the log of one."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from experiments.core.choices import NoticeWay
from experiments.models import Delivery, Queue, Subscription

LISTED = 50


def own(user: Any, subscription_id: UUID) -> Subscription | None:
    """That of `user` with this id; nobody else's, not even for staff: what it says is for its owner."""
    return Subscription.objects.select_related("owner").filter(owner=user, pk=subscription_id).first()


def mails_of(user: Any) -> QuerySet[Subscription]:
    """The one subscription to mails that they have, or none."""
    return Subscription.objects.filter(owner=user, way=NoticeWay.EMAIL)


def webhooks_of(user_id: int) -> QuerySet[Subscription]:
    """Each with `last_state`, `last_error` and `last_at` of its newest event."""
    newest = Delivery.objects.filter(subscription=OuterRef("pk")).order_by("-id")
    return Subscription.objects.filter(owner=user_id, way=NoticeWay.WEBHOOK).annotate(
        last_state=Subquery(newest.values("state")[:1]),
        last_error=Subquery(newest.values("error")[:1]),
        last_at=Subquery(newest.values("created_at")[:1]),
    )


def deliveries_of(subscription: Subscription, *, before: int | None) -> tuple[list[Delivery], int | None]:
    """A page of its log, the newest first, and before which id the next one begins; None: it was the last."""
    log = Delivery.objects.filter(subscription=subscription).order_by("-id").defer("body")
    found = list((log.filter(pk__lt=before) if before else log)[: LISTED + 1])
    return found[:LISTED], found[LISTED - 1].pk if len(found) > LISTED else None


def queues_of(deliveries: list[Delivery]) -> dict[object, Queue]:
    """Those that are still there, by id."""
    ids = {one.queue_id for one in deliveries if one.queue_id}
    return {queue.pk: queue for queue in Queue.objects.top_level().filter(pk__in=ids).only("id", "kind", "name")}
