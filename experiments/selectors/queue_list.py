"""The list of the queues of a kind: which of them are wanted, in which order, and how many of each sort there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from experiments.core.choices import BY_PEOPLE, ListOrder, QueueStatus
from experiments.kinds import QueueKind
from experiments.models import Network, Queue, QueueItem

PAUSED_BY_SYSTEM = Q(status=QueueStatus.PAUSED) & ~Q(pause_code__in=("", *BY_PEOPLE))
ALL_FAILED = Q(status=QueueStatus.COMPLETED, succeeded=0, failed_corrected=0, failed__gt=0)
NEEDS_ATTENTION = PAUSED_BY_SYSTEM | ALL_FAILED
RUNNING = Q(status=QueueStatus.RUNNING)


@dataclass(frozen=True)
class WantedQueues:
    """What a list is narrowed to. `owner`: an id; `by_others`: those that others made."""

    attention: bool = False
    status: str = ""
    text: str = ""
    owner: int | None = None
    by_others: bool = False
    network: int | None = None

    @property
    def is_set(self) -> bool:
        return self != WantedQueues()


def queues_wanted(kind: QueueKind, user: Any, wanted: WantedQueues) -> QuerySet[Any]:
    """Those that `user` may see, whatever their status."""
    found = kind.visible_to(user)
    if wanted.text:
        found = kind.with_text(found, wanted.text)
    if wanted.owner is not None:
        found = found.filter(created_by=wanted.owner)
    if wanted.by_others:
        found = found.exclude(created_by=user)
    if wanted.network is not None:
        found = found.filter(network=wanted.network)
    return found


def of_status(found: QuerySet[Any], wanted: WantedQueues) -> QuerySet[Any]:
    if wanted.attention:
        found = found.filter(NEEDS_ATTENTION)
    return found.filter(status=wanted.status) if wanted.status else found


def counts_of_queues(found: QuerySet[Any]) -> dict[str, int]:
    """`{"all": …, "attention": …}` and the number of each status."""
    by_status = {status.value: Count("pk", filter=Q(status=status)) for status in QueueStatus}
    totals = {"all": Count("pk"), "attention": Count("pk", filter=NEEDS_ATTENTION)}
    # Read as a queue: what a kind adds to it is another table.
    return Queue.objects.filter(pk__in=found.order_by().values("pk")).order_by().aggregate(**totals, **by_status)


def after_place(found: QuerySet[Any], order: ListOrder, older: datetime | None, after: UUID | None) -> QuerySet[Any]:
    """The queues in their order, from a place on: behind the one that is `after`, or what was made before `older`."""
    if order == ListOrder.CREATED:
        return found.filter(created_at__lt=older) if older else found
    found = found.order_by("name", "id")
    last = Queue.objects.filter(pk=after).values_list("name", flat=True).first() if after else None
    return found if last is None else found.filter(Q(name__gt=last) | Q(name=last, id__gt=after))


def first_errors(queue_ids: list[UUID]) -> Mapping[UUID, str]:
    """Of queues whose rows all failed: the code of the first that did."""
    if not queue_ids:
        return {}
    failed = QueueItem.objects.filter(queue=OuterRef("pk")).failed().order_by("row_index").values("error_code")[:1]
    found = Queue.objects.filter(pk__in=queue_ids).order_by().annotate(first_error=Subquery(failed))
    return dict(found.values_list("pk", "first_error"))


def has_others(kind: QueueKind, user: Any) -> bool:
    """Whether `user` sees queues that somebody else made."""
    return bool(kind.visible_to(user).exclude(created_by=user).order_by().exists())


def network_names() -> list[tuple[int, str]]:
    return list(Network.objects.order_by("name").values_list("pk", "name"))
