"""The sweeper: what no lane can do for itself, because it may be dead.

Runs in the main process of every worker; an advisory lock lets one at a time do the work.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import DatabaseError, InterfaceError, connection, transaction

from experiments import kinds
from experiments.models import Queue
from experiments.services import queues
from experiments.worker import claim, lanes
from experiments.worker.record import settle

logger = logging.getLogger(__name__)

LOCK = 0x63737677
"""Key of the advisory lock, arbitrary but the same everywhere."""
TIDY_EVERY_S = 600.0


def sweep() -> None:
    """Ends pauses that are over, gives back rows whose lease ended, restarts missing lanes and lost tasks of kinds."""
    with _alone() as mine:
        if not mine:
            return
        queues.resume_due()
        for queue_id in _with_ended_leases():
            give_back(queue_id)
        for queue_id in Queue.objects.running().values_list("pk", flat=True):
            lanes.ensure(queue_id)
        for kind in kinds.registered():
            kind.sweep()


def tidy() -> None:
    """Removes what was deleted half, and what the kinds have no more use for."""
    with _alone() as mine:
        if mine:
            queues.destroy_deleted()
            for kind in kinds.registered():
                kind.tidy()


def give_back(queue_id: UUID) -> None:
    """Rows of a dead worker wait again, in whatever state their queue is."""
    with transaction.atomic():
        queue = claim.lock(queue_id)
        if queue is not None and claim.reclaim(queue) == 0:
            settle(queue_id)


def _with_ended_leases() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT queue_id FROM experiments_queueitem "
            "WHERE status = 'running' AND lease_until < clock_timestamp()"
        )
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


class Sweeper:
    """Calls `sweep` again and again, and waits longer while the database is away."""

    def __init__(self) -> None:
        self._failures = 0
        self._not_before = 0.0
        self._tidy_at = time.monotonic() + TIDY_EVERY_S

    def tick(self) -> None:
        if time.monotonic() < self._not_before:
            return
        try:
            sweep()
            if time.monotonic() >= self._tidy_at:
                self._tidy_at = time.monotonic() + TIDY_EVERY_S
                tidy()
            self._failures = 0
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            self._failures += 1
            wait = min(10.0, 0.5 * 2.0 ** min(self._failures, 5))
            self._not_before = time.monotonic() + wait
            logger.warning("sweep failed (%s); again in %.0f s", type(error).__name__, wait)
