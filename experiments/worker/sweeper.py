"""The sweeper: repairs what processes leave behind when they die, and wakes its own where rows wait.

Runs in the main process of every worker; an advisory lock lets one at a time repair.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q

from experiments.core.logs import warn_once_in_a_while
from experiments.kinds import registered_kinds
from experiments.models import Queue
from experiments.services import (
    audit,
    large_corrections,
    network_calls,
    notices,
    queue_deletion,
    queue_retry,
    queues,
    retention,
    stored_files,
)
from experiments.services.queue_end import settle
from experiments.worker import bell, db_timeout, deliveries, leases, lookout
from experiments.worker.heartbeat import Heartbeat
from experiments.worker.process_rows import ProcessRows
from experiments.worker.totals import totals

logger = logging.getLogger(__name__)

LOCK = 0x63737677
"""Key of the advisory lock, arbitrary but the same everywhere."""
IDLE_MS = 10_000
"""The server ends a sweeper's session that is idle for so long. A live one sends a statement every second."""
TIDY_EVERY_S = 600.0
TIDY_SOON_S = 10.0
"""While retention is behind: it takes a part at a time, and then others sweep."""
AWAY = (OperationalError, InterfaceError)
"""What a database raises that cannot be reached, or that is too busy just now."""
RETENTION_ROWS = 20_000
"""Rows that retention takes on at a time: nobody else sweeps meanwhile."""


def sweep() -> None:
    """Ends pauses that are over, gives back rows whose lease ended, ends queues, sends lost tasks again."""
    with _sweep_lock() as locked:
        if not locked:
            return
        _each(Queue.objects.whose_pause_is_over().values_list("pk", flat=True), queues.resume_due)
        leases.reclaim_ended()
        leases.reclaim_without_lease()
        _each(_nothing_left(), settle)
        network_calls.sweep()
        queue_retry.resume_retries()
        large_corrections.resume()
        notices.announce_shares()
        for kind in registered_kinds():
            kind.sweep()


def tidy() -> None:
    """Deletes what is due to be deleted, and what the kinds have no more use for."""
    with _sweep_lock() as locked:
        if locked:
            queue_deletion.destroy_overdue()
            apply_retention()
            stored_files.delete_left_behind()
            stored_files.make_files_private()
            network_calls.tidy()
            deliveries.tidy()
            for kind in registered_kinds():
                kind.tidy()


def _each(queue_ids: Iterable[UUID], chore: Callable[[UUID], object]) -> None:
    """Does the chore for every queue: one that cannot be swept must not leave the others unswept."""
    for queue_id in list(queue_ids):
        try:
            chore(queue_id)
        except AWAY:
            raise
        except Exception:
            logger.exception("queue %s cannot be swept", queue_id)


def apply_retention() -> None:
    """A part of what is older than the settings allow; the rest the next time."""
    if settings.RETENTION_DAYS:
        retention.delete_finished(days=settings.RETENTION_DAYS, rows=RETENTION_ROWS)
    if settings.RETENTION_SOURCE_DAYS:
        retention.remove_sources(days=settings.RETENTION_SOURCE_DAYS, rows=RETENTION_ROWS)
    if settings.AUDIT_DAYS:
        audit.delete_old(days=settings.AUDIT_DAYS, rows=RETENTION_ROWS)


def _nothing_left() -> Iterable[UUID]:
    """Queues whose last row, or the last of their range, was recorded by a worker that died before it could end them.

    A range may not be over: `settle` looks.
    """
    may_be_over = Q(queued=0) | Q(range_from__isnull=False) | Q(range_to__isnull=False)
    return Queue.objects.running().filter(may_be_over, running=0).values_list("pk", flat=True)


@contextmanager
def _sweep_lock() -> Iterator[bool]:
    with connection.cursor() as cursor:
        # A sweeper that was stopped in the middle must not keep the others from sweeping.
        cursor.execute("SELECT set_config('idle_session_timeout', %s, FALSE)", [str(IDLE_MS)])
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        locked = cursor.fetchone()[0]
    try:
        yield locked
    finally:
        if locked and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


class Sweeper:
    """What the main process does in the database, again and again; it waits longer while that is away."""

    def __init__(self) -> None:
        self.suspects_wait = False
        """Rows must be called apart from the others, and nobody does."""
        self.deliveries_wait = False
        """Webhooks or mails are due."""
        self._process_rows = ProcessRows()
        self._failures = 0
        self._not_before = self._beat_at = 0.0
        self._tidy_at = time.monotonic() + TIDY_EVERY_S

    def tick(self, heartbeats: Iterable[Heartbeat]) -> None:
        """`heartbeats`: of this worker's processes."""
        # First, and whether or not the database answers: it may wait for the room that is kept back for it.
        self._look_at_disk()
        if time.monotonic() < self._not_before:
            return
        try:
            self._work(heartbeats)
            self._failures = 0
        except AWAY as error:
            self._back_off(f"the database is away ({type(error).__name__})")
        except Exception as error:
            logger.exception("the sweeper failed")
            self._back_off(type(error).__name__)

    def end(self) -> None:
        """Called last by a worker that ends in order."""
        try:
            self._process_rows.forget()
        except AWAY as error:
            logger.warning("heartbeats are left behind (%s)", type(error).__name__)

    def _work(self, heartbeats: Iterable[Heartbeat]) -> None:
        now = time.monotonic()
        if now >= self._beat_at:
            self._beat_at = now + settings.WORKER_BEAT_S
            self._process_rows.write(list(heartbeats))
            totals.write()
        sweep()
        if not settings.DISK_SPACE.is_too_short_for_calls and lookout.somebody_is_needed():
            bell.ring()
        self.suspects_wait = lookout.has_suspects()
        self.deliveries_wait = deliveries.is_due()
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_EVERY_S
            with db_timeout.unbounded():
                tidy()
            if retention.is_behind(days=settings.RETENTION_DAYS, source_days=settings.RETENTION_SOURCE_DAYS):
                self._tidy_at = time.monotonic() + TIDY_SOON_S

    def _look_at_disk(self) -> None:
        disk = settings.DISK_SPACE
        try:
            disk.look_after_reserve()
            if disk.is_too_short_for_calls:
                warn_once_in_a_while(logger, "The disk is nearly full: rows wait until there is room.")
            elif disk.is_short:
                warn_once_in_a_while(logger, "The disk is short of room: uploads are refused.")
        except OSError as error:
            warn_once_in_a_while(logger, f"It is not known whether the disk has room: {error}")

    def _back_off(self, why: str) -> None:
        connection.close()
        self.deliveries_wait = False
        self._failures += 1
        wait = min(10.0, 0.5 * 2.0 ** min(self._failures, 5))
        self._not_before = time.monotonic() + wait
        logger.warning("sweep failed: %s; again in %.0f s", why, wait)
