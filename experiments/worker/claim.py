"""Rows that a worker has claimed, and the queue that they belong to, locked for what must be counted exactly.

A row is claimed ahead of its call: it stays `queued`, and its claim keeps others away. Locks are always taken in the
order lease, claims, items, queue. All times are the database's.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class ClaimedRow:
    """A row that this process may call, for as long as it renews its lease.

    `attempt`: the number of this claim, from 1. `lost`: how often in a row a worker ended without recording it.
    `queued_at`: when a person retried it last; None: nobody has. `running_since`: since when (Unix time) the queue ran
    when the row was claimed. `limited_s`: seconds since its first 429 in a row; `held_back_s`: from then until it was
    to be called again. `unknown_end`: the error of its last call where the network may have an answer to it all the
    same; `looks`: how often it was asked.
    """

    id: int
    row_index: int
    payload: Any
    attempt: int
    generation: int
    lease_id: UUID
    lost: int
    queued_at: datetime | None
    limited_s: float
    running_since: float | None
    held_back_s: float = 0.0
    unknown_end: str = ""
    looks: int = 0


@dataclass(frozen=True, slots=True)
class LockedQueue:
    """A queue whose row the transaction has locked."""

    id: UUID
    status: str
    queued: int
    running: int
    probing: bool
    streaks: dict[str, int]
    failed: int
    calls: int
    tokens: int
    running_since: float | None
    ran_s: float
    max_failures: int | None
    max_calls: int | None
    max_tokens: int | None
    max_minutes: int | None
    cost: Decimal | None
    max_cost: Decimal | None
    currency: str
    pinned_version: int | None


_LOCK = """
SELECT q.id, q.status, q.queued, q.running, q.probing, q.streaks, q.failed, q.calls, q.tokens,
       extract(epoch FROM q.running_since)::float8,
       q.ran_before_s + coalesce(extract(epoch FROM clock_timestamp() - q.running_since)::float8, 0),
       q.max_failures, q.max_calls, q.max_tokens, q.max_minutes,
       q.cost, q.max_cost, coalesce((SELECT n.currency FROM experiments_network n WHERE n.id = q.network_id), ''),
       q.pinned_version
FROM experiments_queue q WHERE q.id = %s AND q.deleted_at IS NULL
FOR NO KEY UPDATE
"""


def lock_queue(queue_id: UUID) -> LockedQueue | None:
    """Locks the queue until the transaction ends; None where it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [queue_id])
        row = cursor.fetchone()
    if row is None:
        return None
    queue_id, status, queued, running, probing, streaks, *others = row
    # Django leaves the jsonb of raw queries as text.
    streaks = json.loads(streaks) if isinstance(streaks, str) else streaks
    return LockedQueue(queue_id, status, queued, running, probing, streaks, *others)


_GIVE_BACK = """
WITH back AS (
    DELETE FROM experiments_claim c
    WHERE c.queue_id = %(queue)s AND c.lease_id = %(lease)s AND {which}
      AND NOT EXISTS (SELECT 1 FROM experiments_queueitem i WHERE i.id = c.item_id AND i.status = 'running')
    RETURNING c.item_id
)
UPDATE experiments_queue q SET calls = greatest(q.calls - c.n, 0)
FROM (SELECT count(*) AS n FROM back) c WHERE q.id = %(queue)s AND c.n > 0
"""


def give_back(queue_id: UUID, lease_id: UUID, item_ids: list[int]) -> None:
    """Rows that were claimed ahead and not sent wait again, where they are still there. It was no call."""
    _give_back("c.item_id = ANY(%(ids)s)", queue_id, lease_id, item_ids)


def give_back_unknown(queue_id: UUID, lease_id: UUID, known_ids: list[int]) -> None:
    """The same for rows that a statement claimed whose result was lost with the connection: all but the known ones."""
    _give_back("c.item_id <> ALL(%(ids)s)", queue_id, lease_id, known_ids)


def _give_back(which: str, queue_id: UUID, lease_id: UUID, item_ids: list[int]) -> None:
    values: dict[str, Any] = {"queue": queue_id, "lease": lease_id, "ids": item_ids}
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK.format(which=which), values)
