"""The sweeper: what no lane can do for itself, because it may be dead.

Runs in the main process of every worker; an advisory lock lets one at a time do the work.
"""

import logging
import time

from django.db import DatabaseError, InterfaceError, connection, transaction

from experiments.models import Queue
from experiments.services import queues
from experiments.worker import lanes

logger = logging.getLogger(__name__)

LOCK = 0x63737677
"""Key of the advisory lock, arbitrary but the same everywhere."""


def sweep() -> None:
    """Wakes pauses that are over, and restarts missing lanes."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return
        queues.resume_due()
        waiting = list(Queue.objects.running().values_list("pk", flat=True))
    for queue_id in waiting:
        lanes.ensure(queue_id)


class Sweeper:
    """Calls `sweep` again and again, and waits longer while the database is away."""

    def __init__(self) -> None:
        self._failures = 0
        self._not_before = 0.0

    def tick(self) -> None:
        if time.monotonic() < self._not_before:
            return
        try:
            sweep()
            self._failures = 0
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            self._failures += 1
            wait = min(10.0, 0.5 * 2.0 ** min(self._failures, 5))
            self._not_before = time.monotonic() + wait
            logger.warning("sweep failed (%s); again in %.0f s", type(error).__name__, wait)
