"""The lease of a worker process: taken when it begins to work, renewed by a thread of its own, ended by the sweeper.

One lease stands for everything that the process has claimed, so that renewing it is one small statement however many
calls are in flight, and a busy engine or a long statement cannot be late with it.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import psutil
from django.conf import settings
from django.db import Error, connection, transaction

from experiments.core.logs import warn_once_in_a_while
from experiments.models.queues import SUSPECT_FROM
from experiments.services.queue_end import settle
from experiments.worker import db_timeout
from experiments.worker.totals import totals

logger = logging.getLogger(__name__)

CLUSTER = uuid4()
"""Of this worker: made at import by its main process, the same in all processes that it forks."""

CRASHED = (
    "The worker that called this row ended without a result, {lost} times in a row. Look at the row and at the "
    "worker's log, then retry it."
)

PLACES = ("experiments_lane", "experiments_networkshare")
"""Tables of what a lease holds beside claims."""

_TAKE = """
INSERT INTO experiments_workerlease (id, cluster, host, pid, beat_at, until)
VALUES (%s, %s, %s, %s, clock_timestamp(), clock_timestamp() + %s * interval '1 second')
"""
_RENEW = """
UPDATE experiments_workerlease
SET beat_at = clock_timestamp(), until = clock_timestamp() + %s * interval '1 second' WHERE id = %s
"""


class ProcessLease:
    """A lease that renews itself until it is released. `lost`: somebody has taken what was claimed under it."""

    def __init__(self) -> None:
        self.id = uuid4()
        self.lost = False
        self._valid_until = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def take(self) -> None:
        """Writes it down. From now on it is renewed."""
        asked_at = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [self.id, CLUSTER, socket.gethostname()[:200], os.getpid(), settings.LEASE_S])
        self._valid_until = asked_at + settings.LEASE_S
        self._thread.start()

    @property
    def is_valid(self) -> bool:
        """Whether nobody can have taken what was claimed. A process that was stopped, or without the database, for
        longer than a lease sends nothing before it knows."""
        return not self.lost and time.monotonic() < self._valid_until

    def release(self) -> None:
        """Stops renewing it. `forget` takes it out of the tables."""
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        db_timeout.bounded(True)
        wait_s = settings.LEASE_RENEW_S
        while not self._ended.wait(wait_s):
            try:
                self.lost = not self._renew()
                wait_s = settings.LEASE_RENEW_S
            except (Error, OSError, RuntimeError) as error:
                # RuntimeError: the embedded server is down.
                warn_once_in_a_while(logger, f"lease not renewed: the database is away ({type(error).__name__})")
                connection.close()
                wait_s = min(1.0, settings.LEASE_RENEW_S / 4)
            if self.lost:
                break
        connection.close()

    def _renew(self) -> bool:
        asked_at = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [settings.LEASE_S, self.id])
            is_ours = bool(cursor.rowcount)
        self._valid_until = asked_at + settings.LEASE_S if is_ours else 0.0
        return is_ours


def forget(lease_id: UUID) -> None:
    """Takes a lease out of the tables, with the lanes and shares that it holds. No row may be claimed under it."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in PLACES:
            cursor.execute(f"DELETE FROM {table} WHERE lease_id = %s", [lease_id])  # noqa: S608  our own names
        cursor.execute("DELETE FROM experiments_workerlease WHERE id = %s", [lease_id])


# -- in the sweeper

_ENDED = """
SELECT id FROM experiments_workerlease
WHERE ((until < clock_timestamp()
        -- While the server was down nobody could renew: processes that live have a moment to do so first.
        AND pg_postmaster_start_time() < clock_timestamp() - %(renewed_within)s * interval '1 second')
       OR id = ANY(%(dead)s))
"""
# A process that renews it just now is alive; one that comes later finds it gone.
_HOLD = _ENDED + " AND id = %(lease)s FOR UPDATE SKIP LOCKED"
_OF_CLUSTER = "SELECT id, pid FROM experiments_workerlease WHERE cluster = %s"
_WITHOUT_LEASE = """
SELECT DISTINCT c.lease_id FROM experiments_claim c
WHERE NOT EXISTS (SELECT 1 FROM experiments_workerlease l WHERE l.id = c.lease_id)
"""
_OF_NO_LEASE = """
DELETE FROM {table} t WHERE NOT EXISTS (SELECT 1 FROM experiments_workerlease l WHERE l.id = t.lease_id)
"""
_RECLAIM = f"""
WITH claims AS (
    DELETE FROM experiments_claim WHERE lease_id = %(lease)s RETURNING item_id
), held AS MATERIALIZED (
    -- Locked, so that it is seen as it is: the process may have marked it as running since this statement began.
    SELECT o.id, o.status FROM claims c JOIN experiments_queueitem o ON o.id = c.item_id FOR NO KEY UPDATE OF o
), lost AS (
    UPDATE experiments_queueitem i
    SET lost = i.lost + 1, delayed = FALSE,
        attempts = i.attempts + (i.status = 'queued')::int,
        status = CASE WHEN i.lost + 1 >= greatest(q.max_attempts, {SUSPECT_FROM + 1}) THEN 'failed' ELSE 'queued' END,
        error_code = CASE WHEN i.lost + 1 >= greatest(q.max_attempts, {SUSPECT_FROM + 1}) THEN 'crashed' ELSE '' END,
        error_message = CASE WHEN i.lost + 1 >= greatest(q.max_attempts, {SUSPECT_FROM + 1})
            THEN replace(%(crashed)s, '{{lost}}', (i.lost + 1)::text) ELSE '' END,
        completed_at = CASE WHEN i.lost + 1 >= greatest(q.max_attempts, {SUSPECT_FROM + 1})
            THEN clock_timestamp() END
    FROM held o, experiments_queue q WHERE i.id = o.id AND q.id = i.queue_id
    RETURNING i.id, i.queue_id, i.generation, i.attempts, i.started_at, i.status, o.status = 'running' AS was_running,
              i.corrected_payload IS NOT NULL AS corrected
), noted AS (
    INSERT INTO experiments_attempt (item_id, generation, attempt, started_at, outcome, detail)
    SELECT id, generation, attempts, CASE WHEN was_running THEN started_at END, 'lost',
           'The worker ended without recording the call.' FROM lost
), sums AS (
    SELECT queue_id, count(*) AS n, count(*) FILTER (WHERE was_running) AS was_running,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE status = 'failed' AND corrected) AS failed_corrected
    FROM lost GROUP BY queue_id
)
UPDATE experiments_queue q
SET running = q.running - s.was_running, queued = q.queued + s.was_running - s.failed, failed = q.failed + s.failed,
    failed_corrected = q.failed_corrected + s.failed_corrected
FROM sums s WHERE q.id = s.queue_id
RETURNING q.id, q.running, q.kind, q.network_id, s.n, s.failed
"""  # noqa: S608


def reclaim_ended() -> None:
    """Gives back what processes had claimed that do not renew their leases, or that are children of ours and gone."""
    dead = _of_dead_children()
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, {"renewed_within": settings.LEASE_RENEW_S, "dead": dead})
        ended = [row[0] for row in cursor.fetchall()]
    for lease_id in ended:
        reclaim_if_ended(lease_id, dead)


def reclaim_if_ended(lease_id: UUID, dead: Sequence[UUID] = ()) -> bool:
    """The same for one lease, and whether it was done: a lease that is renewed just now is left alone, and one that
    somebody else gives back. `dead`: those whose process is known to have ended."""
    values: dict[str, Any] = {"renewed_within": settings.LEASE_RENEW_S, "dead": list(dead), "lease": lease_id}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, values)
            is_ours = cursor.fetchone() is not None
        if is_ours:
            _give_back_rows(lease_id)
            forget(lease_id)
    return is_ours


def reclaim_without_lease() -> None:
    """The same for rows whose lease is in no table: those of an older version of the program.

    And for what a process has entered or taken while its lease was ended: nobody else would ever give that back.
    """
    with connection.cursor() as cursor:
        for table in PLACES:
            cursor.execute(_OF_NO_LEASE.format(table=table))
        cursor.execute(_WITHOUT_LEASE)
        found = [row[0] for row in cursor.fetchall()]
    for lease_id in found:
        with transaction.atomic():
            _give_back_rows(lease_id)


def _of_dead_children() -> list[UUID]:
    """Leases of this worker's processes that have ended without giving them up."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_CLUSTER, [CLUSTER])
        return [lease_id for lease_id, pid in cursor.fetchall() if not is_running(pid)]


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _give_back_rows(lease_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RECLAIM, {"lease": lease_id, "crashed": CRASHED})
        queues = cursor.fetchall()
    for queue_id, running, kind, network_id, lost, failed in queues:
        totals.lost(kind, network_id, queued=lost - failed, failed=failed)
        if running == 0:
            settle(queue_id)
