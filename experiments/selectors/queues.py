"""How far a queue is."""

from datetime import datetime
from math import exp
from typing import Any

from django.utils import timezone

from experiments import caps
from experiments.models import Queue
from experiments.worker.record import RATE_DECAY_S

LEAST_RATE = 1e-6


def rows_per_second(queue: Queue, now: datetime) -> float:
    """Final rows per second over about the last minute; 0 while nothing runs.

    The queue keeps a count that decays by e in `RATE_DECAY_S`, from nothing whenever it begins to run. Shortly after
    that less than that time has been seen, which the denominator takes into account.
    """
    if queue.status != Queue.Status.RUNNING or queue.rate_at is None or queue.running_since is None:
        return 0.0
    seen_s = max((now - queue.running_since).total_seconds(), 0.1)
    quiet_s = max((now - queue.rate_at).total_seconds(), 0.0)
    decayed = queue.rate * exp(-min(quiet_s / RATE_DECAY_S, 50))
    return decayed / (RATE_DECAY_S * (1 - exp(-min(seen_s / RATE_DECAY_S, 50))))


def progress(queue: Queue, now: datetime | None = None) -> dict[str, Any]:
    rate = rows_per_second(queue, now or timezone.now())
    left = queue.queued + queue.running
    return {
        "total": queue.total,
        "queued": queue.queued,
        "running": queue.running,
        "succeeded": queue.succeeded,
        "failed": queue.failed,
        "rows_per_second": round(rate, 3),
        "eta_seconds": round(left / rate) if rate > LEAST_RATE and left else None,
        "tokens": queue.tokens,
        "calls": queue.calls,
        "running_seconds": round(queue.ran_s),
    }


def pause_reason(queue: Queue) -> dict[str, Any] | None:
    if queue.status != Queue.Status.PAUSED:
        return None
    return {"code": queue.pause_code, "detail": queue.pause_detail, "until": queue.pause_until}


def common(queue: Queue) -> dict[str, Any]:
    """What the API tells of a queue of any kind."""
    network = queue.network
    return {
        "id": queue.pk,
        "kind": queue.kind,
        "name": queue.name,
        "network": {"id": network.pk, "name": network.name} if network else None,
        "agent_key": queue.agent_key or None,
        "status": queue.status,
        "debug": queue.debug,
        "concurrency": queue.concurrency,
        "max_attempts": queue.max_attempts,
        **{name: getattr(queue, name) for name in caps.NAMES},
        "pause_reason": pause_reason(queue),
        "created_by": queue.created_by.get_username(),
        "created_at": queue.created_at,
        "started_at": queue.started_at,
        "completed_at": queue.completed_at,
        "source_removed_at": queue.source_removed_at,
        "progress": progress(queue),
    }
