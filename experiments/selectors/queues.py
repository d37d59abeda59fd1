"""A queue as the API answers it: its settings, its progress and why it is paused."""

from datetime import datetime
from math import exp
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from experiments.core.choices import ErrorCode, QueueStatus
from experiments.core.cost import as_number
from experiments.core.errors import Conflict
from experiments.kinds import kind_named, kind_of
from experiments.models import Lane, Queue, queue_settings
from experiments.models.queues import RATE_DECAY_S

LEAST_RATE = 1e-6


def rows_per_second(queue: Queue, now: datetime) -> float:
    """Final rows per second over about the last minute; 0 while nothing runs.

    The queue keeps a count that decays by e in `RATE_DECAY_S` and starts from 0 whenever it begins to run. The
    denominator allows for the time that has passed since then, while that is short.
    """
    if queue.status != QueueStatus.RUNNING or queue.rate_at is None or queue.running_since is None:
        return 0.0
    seen_s = max((now - queue.running_since).total_seconds(), 0.1)
    quiet_s = max((now - queue.rate_at).total_seconds(), 0.0)
    decayed = queue.rate * exp(-min(quiet_s / RATE_DECAY_S, 50))
    return decayed / (RATE_DECAY_S * (1 - exp(-min(seen_s / RATE_DECAY_S, 50))))


def queue_progress(queue: Queue, now: datetime | None = None) -> dict[str, Any]:
    rate = rows_per_second(queue, now or timezone.now())
    left = queue.queued + queue.running
    return {
        "total": queue.total,
        "queued": queue.queued,
        "running": queue.running,
        "succeeded": queue.succeeded,
        "failed": queue.failed,
        "failed_open": queue.failed_open,
        "skipped": queue.skipped,
        "corrected": queue.corrected,
        "retrying": queue.retrying is not None,
        "correcting": _correcting(queue.correcting),
        "rows_per_second": round(rate, 3),
        "eta_seconds": round(left / rate) if rate > LEAST_RATE and left else None,
        "tokens": queue.tokens,
        "input_tokens": queue.input_tokens,
        "output_tokens": queue.output_tokens,
        "cost": as_number(queue.cost),
        "reused": queue.reused,
        "calls": queue.calls,
        "refused_calls": queue.refused_calls,
        "running_seconds": round(queue.ran_s),
    }


def _correcting(order: dict[str, Any] | None) -> dict[str, Any] | None:
    names = ("total", "checked", "is_checked")
    return {"correction": order["act"], **{name: order[name] for name in names}} if order else None


def queue_pause_reason(queue: Queue) -> dict[str, Any] | None:
    if queue.status != QueueStatus.PAUSED:
        return None
    reason = {"code": queue.pause_code, "detail": queue.pause_detail, "until": queue.pause_until}
    failures = {"error_code": queue.pause_error_code, "count": queue.pause_count}
    return reason | (failures if queue.pause_error_code else {})


def queue_values(queue: Queue) -> dict[str, Any]:
    """The JSON of a queue of any kind, to which a kind adds its own."""
    network = queue.network
    settings = {setting.name: setting.shown(queue) for setting in queue_settings.SETTINGS}
    return {
        "id": queue.pk,
        "kind": queue.kind,
        "name": settings.pop("name"),
        "network": {"id": network.pk, "name": network.name} if network else None,
        "agent_key": settings.pop("agent_key"),
        "status": queue.status,
        **settings,
        "pinned_version": queue.pinned_version,
        "pause_reason": queue_pause_reason(queue),
        "created_by": queue.created_by.get_username(),
        "role": queue.role,
        "created_at": queue.created_at,
        "started_at": queue.started_at,
        "completed_at": queue.completed_at,
        "source_removed_at": queue.source_removed_at,
        "progress": queue_progress(queue),
    }


def refuse_without_source(queue: Queue, what: str) -> None:
    """`Conflict` where the source of a queue was removed. `what`: what its rows cannot be, such as “exported”."""
    removed = queue.source_removed_at
    if removed is not None:
        nouns = kind_of(queue).nouns
        raise Conflict(
            f"The source {nouns.items} of this {nouns.one} were removed on {removed:%Y-%m-%d}, as this site does some "
            f"time after the end. Its answers and counts are kept; its {nouns.items} cannot be {what} any more.",
            code=ErrorCode.SOURCE_REMOVED,
        )


def counted_by_kind(queues: QuerySet[Queue]) -> str:
    """`3 batches, 1 survey`: how many queues there are, in the nouns of their kinds; "" for none."""
    of_kind = Queue.objects.filter(pk__in=queues.values("pk")).order_by().values_list("kind").annotate(Count("pk"))
    return ", ".join(sorted(kind_named(kind).nouns.counted_queues(number) for kind, number in of_kind))


def has_lane(queue_id: Any = None) -> bool:
    """Whether a worker is at work: at this queue, or at any."""
    lanes = Lane.objects.all() if queue_id is None else Lane.objects.filter(queue_id=queue_id)
    return lanes.exists()
