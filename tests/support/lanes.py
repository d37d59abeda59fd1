"""A worker process at work, as the tables show it."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from experiments.models import Lane, Queue, WorkerLease


def lane_at(queue: Queue, **values: Any) -> Lane:
    """A process that has just renewed its lease, in the first lane of the queue."""
    now = timezone.now()
    lease = WorkerLease.objects.create(id=uuid4(), cluster=uuid4(), host="h", pid=7, beat_at=now, until=now)
    lane: Lane = Lane.objects.create(
        **{
            "queue_id": queue.pk,
            "number": 0,
            "network_id": queue.network_id,
            "lease": lease,
            "entered_at": now,
            **values,
        }
    )
    return lane
