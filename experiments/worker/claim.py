"""Claiming rows: one short transaction that locks the queue's row, so that free slots are counted exactly.

Locks are always taken in the order network, queue, items. All times are the database's.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from experiments.core import limits

CRASHED = (
    "The worker that called this row ended without a result, {lost} times in a row. Look at the row and at the "
    "worker's log, then retry it."
)
OWN_RUNTIME_RESERVE = 8
"""Web threads that our own `/run` leaves to the pages."""


@dataclass(frozen=True, slots=True)
class ClaimedRow:
    """A row that this lane may call now, until its lease ends. `suspect`: its last call ended with its worker."""

    id: int
    row_index: int
    payload: Any
    attempt: int
    generation: int
    lease_id: UUID
    suspect: bool
    started_at: datetime
    queued_at: datetime
    limited_s: float
    """Seconds since the row's first 429 in a row."""


@dataclass(frozen=True, slots=True)
class LockedQueue:
    """A queue whose row the transaction has locked."""

    id: UUID
    status: str
    concurrency: int
    queued: int
    running: int
    max_attempts: int
    probing: bool
    range_from: int
    range_to: int
    network_id: int
    network_limit: int
    streak: int
    streak_group: str
    owner_id: int
    failed: int
    calls: int
    tokens: int
    running_since: datetime | None
    ran_s: float
    max_failures: int | None
    max_calls: int | None
    max_tokens: int | None
    max_minutes: int | None


_LOCK = """
SELECT q.id, q.status, q.concurrency, q.queued, q.running, q.max_attempts, q.probing,
       coalesce(q.range_from, 0), coalesce(q.range_to, 2147483647), n.id,
       CASE WHEN n.run_url = '' AND %(own_limit)s > 0 THEN least(n.max_concurrency, %(own_limit)s)
            ELSE n.max_concurrency END,
       q.streak, q.streak_group, q.created_by_id, q.failed, q.calls, q.tokens, q.running_since,
       q.ran_before_s + coalesce(extract(epoch FROM clock_timestamp() - q.running_since)::float8, 0),
       q.max_failures, q.max_calls, q.max_tokens, q.max_minutes
FROM experiments_queue q JOIN experiments_network n ON n.id = q.network_id
WHERE q.id = %(queue)s AND q.deleted_at IS NULL
FOR NO KEY UPDATE OF n, q
"""


def lock_for_claim(queue_id: UUID) -> LockedQueue | None:
    """Locks the queue until the transaction ends; None where it is gone."""
    own_limit = 0 if settings.RUN_URL else settings.WEB_THREADS - OWN_RUNTIME_RESERVE
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"queue": queue_id, "own_limit": own_limit})
        row = cursor.fetchone()
    return LockedQueue(*row) if row else None


_RECLAIM = """
WITH ended AS (
    UPDATE experiments_queueitem
    SET lost = lost + 1, lease_id = NULL, lease_until = NULL,
        status = CASE WHEN lost + 1 >= %(max_attempts)s THEN 'failed' ELSE 'queued' END,
        error_code = CASE WHEN lost + 1 >= %(max_attempts)s THEN 'crashed' ELSE '' END,
        error_message = CASE WHEN lost + 1 >= %(max_attempts)s
            THEN replace(%(crashed)s, '{lost}', (lost + 1)::text) ELSE '' END,
        completed_at = CASE WHEN lost + 1 >= %(max_attempts)s THEN clock_timestamp() END
    WHERE queue_id = %(queue)s AND status = 'running' AND lease_until < clock_timestamp()
      -- While the server was down nobody could renew: lanes that live have a moment to do so first.
      AND pg_postmaster_start_time() < clock_timestamp() - %(renewed_within)s * interval '1 second'
    RETURNING id, generation, attempts, started_at, status
), noted AS (
    INSERT INTO experiments_attempt (item_id, generation, attempt, started_at, outcome, detail)
    SELECT id, generation, attempts, started_at, 'lost', 'The worker ended without recording the call.' FROM ended
), counted AS (
    SELECT count(*) AS lost, count(*) FILTER (WHERE status = 'failed') AS failed FROM ended
)
UPDATE experiments_queue q
SET running = q.running - c.lost, queued = q.queued + c.lost - c.failed, failed = q.failed + c.failed
FROM counted c WHERE q.id = %(queue)s AND c.lost > 0
RETURNING q.running
"""


def reclaim_rows(queue: LockedQueue) -> int:
    """Gives back the rows whose lease ended, and fails those that did so too often; the rows still running."""
    values: dict[str, Any] = {"queue": queue.id, "max_attempts": queue.max_attempts, "crashed": CRASHED}
    values["renewed_within"] = settings.LEASE_RENEW_S
    with connection.cursor() as cursor:
        cursor.execute(_RECLAIM, values)
        row = cursor.fetchone()
    return row[0] if row else queue.running


_NETWORK_LOAD = """
SELECT o.running,
       CASE WHEN o.status = 'running' AND o.queued > 0 AND EXISTS (
           SELECT 1 FROM experiments_lane l WHERE l.queue_id = o.id AND l.state = 'live'
           AND l.heartbeat > clock_timestamp() - %(stale)s * interval '1 second'
       ) THEN least(o.running + o.queued, CASE WHEN o.probing THEN 1 ELSE o.concurrency END) ELSE 0 END,
       coalesce(o.claimed_at, '-infinity') < coalesce(me.claimed_at, '-infinity')
FROM experiments_queue o, experiments_queue me
WHERE me.id = %(queue)s AND o.id <> me.id AND o.network_id = %(network)s AND (o.running > 0 OR o.status = 'running')
"""


def free_slots(queue: LockedQueue, running: int) -> int:
    """How many more rows of this queue may be in flight: its own limits, and a fair share of its network's."""
    values: dict[str, Any] = {"queue": queue.id, "network": queue.network_id, "stale": settings.LANE_STALE_S}
    with connection.cursor() as cursor:
        cursor.execute(_NETWORK_LOAD, values)
        others = cursor.fetchall()
    elsewhere = sum(in_flight for in_flight, _, _ in others)
    wants = [wanted for _, wanted, _ in others if wanted]
    # Where there are fewer slots than queues, each slot goes to whoever has waited for one the longest.
    ahead = sum(not in_flight and wanted > 0 and longer for in_flight, wanted, longer in others)
    unused = queue.network_limit - elsewhere - running - ahead
    free = min(queue.concurrency - running, fair_share(queue.network_limit, wants) - running, unused)
    left = limits.calls_left(queue)
    if left is not None:
        free = min(free, left)
    return max(0, min(free, 1 - running) if queue.probing else free)


def fair_share(limit: int, wants: list[int]) -> int:
    """What one may have of `limit` beside others that want so many: each has an even share, and no more than it wants.

    What one does not want is the others' (max-min fairness). At least 1.
    """
    left = limit
    for served, wanted in enumerate(sorted(wants)):
        left -= min(wanted, left // (len(wants) + 1 - served))
    return max(1, left)


_CLAIM = """
WITH picked AS (
    SELECT id, row_index, lost FROM experiments_queueitem
    WHERE queue_id = %(queue)s AND status = 'queued' AND available_at <= clock_timestamp()
      AND row_index >= %(from)s AND row_index < %(to)s AND (lost = 0 OR %(alone)s)
    ORDER BY row_index LIMIT %(slots)s FOR UPDATE SKIP LOCKED
), first AS (
    SELECT id, lost FROM picked ORDER BY row_index LIMIT 1
), taken AS (
    -- A row that was lost before is called alone, so that it takes no neighbour along if it kills its worker again.
    SELECT p.id FROM picked p, first f WHERE CASE WHEN f.lost > 0 THEN p.id = f.id ELSE p.lost = 0 END
), claimed AS (
    UPDATE experiments_queueitem i
    SET status = 'running', attempts = attempts + 1, lease_id = %(lease_id)s, started_at = clock_timestamp(),
        lease_until = clock_timestamp() + %(lease)s * interval '1 second',
        completed_at = NULL, elapsed_ms = NULL
    FROM taken WHERE i.id = taken.id
    RETURNING i.id, i.row_index, i.payload, i.attempts, i.generation, i.lost, i.started_at,
              i.queued_at, coalesce(extract(epoch FROM clock_timestamp() - i.limited_since), 0)::float8
), counted AS (
    UPDATE experiments_queue q
    SET running = q.running + c.n, queued = q.queued - c.n, calls = q.calls + c.n, claimed_at = clock_timestamp()
    FROM (SELECT count(*)::int AS n FROM claimed) c WHERE q.id = %(queue)s AND c.n > 0
)
SELECT * FROM claimed ORDER BY row_index
"""


def claim_rows(queue: LockedQueue, *, slots: int, alone: bool) -> list[ClaimedRow]:
    """Up to `slots` rows in row order. `alone`: nothing is in flight, so a suspect row may be taken, by itself."""
    lease_id = uuid4()
    rows_range = {"from": queue.range_from, "to": queue.range_to}
    values: dict[str, Any] = {"queue": queue.id, **rows_range, "slots": slots, "alone": alone}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {**values, "lease_id": lease_id, "lease": settings.LEASE_S})
        rows = cursor.fetchall()
    # Django leaves the jsonb of raw queries as text.
    return [
        ClaimedRow(
            id=row[0],
            row_index=row[1],
            payload=json.loads(row[2]),
            attempt=row[3],
            generation=row[4],
            lease_id=lease_id,
            suspect=row[5] > 0,
            started_at=row[6],
            queued_at=row[7],
            limited_s=row[8],
        )
        for row in rows
    ]


_RENEW = """
UPDATE experiments_queueitem SET lease_until = clock_timestamp() + %s * interval '1 second'
WHERE id = ANY(%s) AND status = 'running' AND lease_id = ANY(%s)
"""


def renew_leases(claimed: list[ClaimedRow]) -> None:
    """Extends the leases of rows in flight that are still ours."""
    lease_ids = list({row.lease_id for row in claimed})
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [settings.LEASE_S, [row.id for row in claimed], lease_ids])


_NEXT = """
SELECT extract(epoch FROM min(available_at) - clock_timestamp())::float8 FROM experiments_queueitem
WHERE queue_id = %s AND status = 'queued' AND row_index >= %s AND row_index < %s
"""


def next_due_s(queue: LockedQueue) -> float | None:
    """Seconds until a waiting row may be claimed; None where no row waits within the range."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [queue.id, queue.range_from, queue.range_to])
        due: float | None = cursor.fetchone()[0]
    return due
