"""Lane rows: who works at a queue, and the tasks that wake workers.

The tables are the truth. A task carries ids only, may be lost or delivered twice, and runs only when it finds its lane
waiting in its own generation.
"""

from math import ceil
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django_q.tasks import async_task

from experiments import kinds

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
    """Sends a task for each lane that the queue needs and does not have; how many were sent."""
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
                _send(queue_id, number, opened[0])
                sent += 1
    return sent


def _send(queue_id: UUID, number: int, generation: int) -> None:
    def enqueue() -> None:
        async_task(TASK, str(queue_id), number, generation, q_options={"save": False})

    if settings.Q_CLUSTER.get("orm"):
        # The broker's table is in this database: the task is there exactly when the lane row is.
        enqueue()
    else:
        transaction.on_commit(enqueue)


_ENTER = """
UPDATE experiments_lane SET state = 'live', heartbeat = clock_timestamp(), host = %(host)s
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'waiting'
"""
_BEAT = """
UPDATE experiments_lane SET heartbeat = clock_timestamp()
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'live'
"""
_LEAVE = """
UPDATE experiments_lane SET state = 'ended'
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'live'
"""
_HAND_OVER = """
UPDATE experiments_lane SET generation = generation + 1, state = 'waiting', enqueued_at = clock_timestamp()
WHERE queue_id = %(queue)s AND number = %(number)s AND generation = %(generation)s AND state = 'live'
"""
_OTHERS_WAIT = """
SELECT EXISTS (SELECT 1 FROM experiments_lane l JOIN experiments_queue q ON q.id = l.queue_id
               WHERE l.state = 'waiting' AND l.queue_id <> %s AND q.status = 'running'
               AND l.enqueued_at < clock_timestamp() - interval '1 second')
"""


class LanePlace:
    """One generation of one lane."""

    def __init__(self, *, queue_id: UUID, number: int, generation: int) -> None:
        self._queue_id = queue_id
        self._number = number
        self._generation = generation

    def _update(self, sql: str, **more: str) -> bool:
        values: dict[str, Any] = {
            "queue": self._queue_id,
            "number": self._number,
            "generation": self._generation,
            **more,
        }
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return bool(cursor.rowcount)

    def enter(self, host: str) -> bool:
        """Whether this delivery is the first of its generation."""
        return self._update(_ENTER, host=host)

    def beat(self) -> bool:
        """Whether the lane is still this one's."""
        return self._update(_BEAT)

    def leave(self) -> None:
        self._update(_LEAVE)

    def hand_over(self) -> None:
        """Puts a successor behind the lanes that wait, before this one stops claiming."""
        with transaction.atomic():
            if self._update(_HAND_OVER):
                _send(self._queue_id, self._number, self._generation + 1)

    def others_wait(self) -> bool:
        """Whether another queue's lane, or a job of some kind, has been waiting for a worker."""
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS_WAIT, [self._queue_id])
            waits = bool(cursor.fetchone()[0])
        return waits or any(kind.jobs_wait() for kind in kinds.registered())
