"""Rows of `Lane`: who works at a queue, and the tasks that wake workers.

The tables are the truth. A task carries ids only, may be lost or delivered twice, and runs only when it finds its lane
waiting in its own generation.
"""

from math import ceil
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from experiments.kinds import registered_kinds
from experiments.services.broker import send_task

TASK = "experiments.tasks.run_lane"

_DEMAND = """
SELECT q.concurrency, n.max_concurrency,
       (SELECT count(*) FROM experiments_queueitem i
        WHERE i.queue_id = q.id AND i.status = 'running' AND i.lease_until >= clock_timestamp()),
       EXISTS (SELECT 1 FROM experiments_queueitem i WHERE i.queue_id = q.id AND i.status = 'queued'
               AND i.available_at <= clock_timestamp()
               AND i.row_index >= coalesce(q.range_from, 0) AND i.row_index < coalesce(q.range_to, 2147483647))
       OR EXISTS (SELECT 1 FROM experiments_queueitem i WHERE i.queue_id = q.id AND i.status = 'running'
                  AND i.lease_until < clock_timestamp())
FROM experiments_queue q JOIN experiments_network n ON n.id = q.network_id
WHERE q.id = %s AND q.status = 'running' AND q.deleted_at IS NULL
FOR NO KEY UPDATE OF q
"""
_OPEN = """
INSERT INTO experiments_lane AS l (queue_id, number, generation, state, enqueued_at, host)
VALUES (%(queue)s, %(number)s, 1, 'waiting', clock_timestamp(), '')
ON CONFLICT (queue_id, number) DO UPDATE
SET generation = l.generation + CASE WHEN l.state = 'waiting' THEN 0 ELSE 1 END,
    state = 'waiting', enqueued_at = clock_timestamp()
WHERE l.state = 'ended'
   OR (l.state = 'live' AND l.heartbeat < clock_timestamp() - %(stale)s * interval '1 second')
   OR (l.state = 'waiting' AND l.enqueued_at < clock_timestamp() - %(resend)s * interval '1 second')
RETURNING generation
"""


def ensure(queue_id: UUID) -> int:
    """Sends a task for each lane that the queue needs and lacks; how many were sent."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DEMAND, [queue_id])
        row = cursor.fetchone()
        if row is None:
            return 0
        concurrency, network_limit, in_flight, anything_due = row
        width = min(concurrency, network_limit)
        if not anything_due or in_flight >= width:
            return 0
        sent = 0
        times = {"stale": settings.LANE_STALE_S, "resend": settings.LANE_RESEND_S}
        for number in range(ceil(width / settings.LANE_WIDTH)):
            cursor.execute(_OPEN, {"queue": queue_id, "number": number, **times})
            opened = cursor.fetchone()
            if opened:
                send_lane(queue_id, number, opened[0])
                sent += 1
    return sent


def send_lane(queue_id: UUID, number: int, generation: int, *, again: bool = False) -> None:
    send_task(TASK, str(queue_id), number, generation, again)


_ENTER = """
UPDATE experiments_lane SET state = 'live', heartbeat = clock_timestamp(), host = %(host)s
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'waiting'
"""
_OTHERS_FIRST = """
WITH had AS (
    SELECT l.queue_id, max(coalesce(l.heartbeat, '-infinity')) AS served, bool_or(l.state = 'waiting') AS waits,
           count(*) FILTER (
               WHERE l.state = 'live' AND l.heartbeat > clock_timestamp() - %(stale)s * interval '1 second') AS live
    FROM experiments_lane l JOIN experiments_queue q ON q.id = l.queue_id
    WHERE q.status = 'running' GROUP BY l.queue_id
)
SELECT EXISTS (
    SELECT 1 FROM had other, had me WHERE me.queue_id = %(queue)s AND other.queue_id <> me.queue_id AND other.waits
    AND (other.live, other.served) < (me.live, me.served)
)
FROM experiments_lane
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'waiting'
"""
_BEAT = """
UPDATE experiments_lane SET heartbeat = clock_timestamp()
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'live'
"""
_LEAVE = """
UPDATE experiments_lane SET state = 'ended', heartbeat = clock_timestamp()
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'live'
"""
_HAND_OVER = """
UPDATE experiments_lane
SET generation = generation + 1, state = 'waiting', enqueued_at = clock_timestamp(), heartbeat = clock_timestamp()
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'live'
"""
_OTHERS_WAIT = """
WITH live AS (
    SELECT queue_id, count(*) AS lanes FROM experiments_lane
    WHERE state = 'live' AND heartbeat > clock_timestamp() - %(stale)s * interval '1 second' GROUP BY queue_id
)
SELECT EXISTS (
    SELECT 1 FROM experiments_lane l JOIN experiments_queue q ON q.id = l.queue_id
    LEFT JOIN live its ON its.queue_id = l.queue_id
    WHERE l.state = 'waiting' AND l.queue_id <> %(queue)s AND q.status = 'running'
      AND l.enqueued_at < clock_timestamp() - interval '1 second'
      -- Who has as many lanes at work as this queue waits for other reasons than this one.
      AND coalesce(its.lanes, 0) < coalesce((SELECT lanes FROM live WHERE queue_id = %(queue)s), 1)
      AND (NOT %(new_only)s OR NOT EXISTS (
          SELECT 1 FROM experiments_lane o WHERE o.queue_id = l.queue_id AND o.heartbeat IS NOT NULL))
)
OR EXISTS (
    SELECT 1 FROM experiments_networkcall c
    WHERE c.state = 'waiting' AND c.enqueued_at < clock_timestamp() - interval '1 second'
)
"""


class LaneLease:
    """One generation of one lane, which one worker at a time may hold."""

    def __init__(self, *, queue_id: UUID, number: int, generation: int) -> None:
        self._queue_id = queue_id
        self._number = number
        self._generation = generation

    def _ids(self) -> dict[str, Any]:
        return {"queue": self._queue_id, "number": self._number, "generation": self._generation}

    def _update(self, sql: str, **more: str) -> bool:
        values = {**self._ids(), **more}
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return bool(cursor.rowcount)

    def let_others_go_first(self) -> bool:
        """Whether this lane's task was sent again, behind the others, because it is another queue's turn.

        Queues take turns: first whichever has the fewest lanes at work, then the one that was served longest ago. The
        tasks come in the order in which they were sent, of which one queue may have many.
        """
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_OTHERS_FIRST, {**self._ids(), "stale": settings.LANE_STALE_S})
                row = cursor.fetchone()
            if row is None or not row[0]:
                return False
            send_lane(self._queue_id, self._number, self._generation, again=True)
        return True

    def enter(self, host: str) -> bool:
        """Takes the lease; False where an earlier delivery of the same task has it or had it."""
        return self._update(_ENTER, host=host)

    def beat(self) -> bool:
        """Renews the lease; False where the lane has a new generation by now."""
        return self._update(_BEAT)

    def leave(self) -> None:
        self._update(_LEAVE)

    def hand_over(self) -> None:
        """Sends a task for the lane's next generation, which waits behind the other lanes. This one stops claiming."""
        with transaction.atomic():
            if self._update(_HAND_OVER):
                send_lane(self._queue_id, self._number, self._generation + 1)

    def others_wait(self, *, new_only: bool = False) -> bool:
        """Whether a queue with fewer lanes at work, a person's call or a job of some kind has been waiting.

        `new_only`: only a queue that no worker has worked at yet, or a call.
        """
        values: dict[str, Any] = {"queue": self._queue_id, "stale": settings.LANE_STALE_S, "new_only": new_only}
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS_WAIT, values)
            waits = bool(cursor.fetchone()[0])
        return waits or (not new_only and any(kind.jobs_wait() for kind in registered_kinds()))
