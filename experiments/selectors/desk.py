"""What an operator looks at first: how fast rows are answered, what fails, what waits, who works, and on which disk.

Each statement reads what an index or a counter has, and so many rows at most, however many the tables hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from experiments.core.choices import BY_PEOPLE, QueueStatus, RowStatus
from experiments.models import Network, Queue
from experiments.selectors.health import MISSING_S

MINUTES = 60
MOST_A_MINUTE = 500
"""So many answers of a minute are counted one by one; what is beyond follows from how long those took."""
LAST_CALLS = 5_000
"""So many of the last calls are sorted by how they ended."""
WAITING_QUEUES = 100
HELD = 10
LARGEST = 10

_RUNNING = """
SELECT count(*), coalesce(sum(queued), 0)::bigint, coalesce(sum(running), 0)::bigint,
       coalesce(sum(rate * exp(-least(greatest(extract(epoch FROM now() - rate_at), 0) / 60, 50))), 0)::float8
FROM experiments_queue WHERE status = 'running' AND deleted_at IS NULL
"""
_ANSWERS = """
SELECT m.minute, counted.n, extract(epoch FROM counted.last - m.since)::float8
FROM (
    SELECT n AS minute, clock_timestamp() - (%(minutes)s - n) * interval '1 minute' AS since
    FROM generate_series(0, %(minutes)s - 1) AS n
) AS m CROSS JOIN LATERAL (
    SELECT count(*) AS n, max(created_at) AS last FROM (
        SELECT created_at FROM experiments_run
        WHERE created_at >= m.since AND created_at < m.since + interval '1 minute'
        ORDER BY created_at LIMIT %(most)s
    ) AS found
) AS counted ORDER BY m.minute
"""
_ENDED = """
SELECT outcome, count(*) FROM (
    SELECT outcome, ended_at FROM experiments_attempt ORDER BY id DESC LIMIT %s
) AS last WHERE ended_at > clock_timestamp() - interval '1 hour' GROUP BY outcome ORDER BY 2 DESC, 1
"""
# The place of the first queued row is in an index; with its status PostgreSQL might go through all that are done.
_OLDEST = """
SELECT q.id, q.kind, q.name,
       extract(epoch FROM clock_timestamp() - coalesce(i.queued_at, q.started_at, q.created_at))::float8
FROM (
    SELECT id, kind, name, started_at, created_at FROM experiments_queue
    WHERE status = 'running' AND deleted_at IS NULL AND queued > 0 ORDER BY started_at LIMIT %s
) AS q JOIN experiments_queueitem i ON i.queue_id = q.id AND i.row_index = (
    SELECT row_index FROM experiments_queueitem
    WHERE queue_id = q.id AND status = 'queued' ORDER BY row_index LIMIT 1
) ORDER BY 4 DESC LIMIT 1
"""
_WORKERS = """
SELECT count(DISTINCT cluster) FILTER (WHERE alive), count(*) FILTER (WHERE alive), count(*) FILTER (WHERE NOT alive),
       (SELECT coalesce(sum(slots), 0) FROM experiments_networkshare), (SELECT count(*) FROM experiments_lane)
FROM (
    SELECT cluster, beat_at > clock_timestamp() - %s * interval '1 second' AS alive FROM experiments_workerprocess
) AS processes
"""
_TABLES = """
SELECT c.relname, pg_total_relation_size(c.oid) AS size, nullif(c.reltuples, -1)::bigint,
       (sum(pg_total_relation_size(c.oid)) OVER ())::bigint
FROM pg_class c WHERE c.relkind IN ('r', 'm') AND c.relnamespace = current_schema()::regnamespace
ORDER BY size DESC, c.relname LIMIT %s
"""


@dataclass(frozen=True)
class Oldest:
    """The queue whose first row has waited longest, and for how long."""

    queue_id: UUID
    kind: str
    name: str
    waits_s: float


@dataclass(frozen=True)
class Workers:
    """`silent`: processes that were not heard of lately. `slots`: calls at a time that the alive ones may make."""

    alive: int
    processes: int
    silent: int
    slots: int
    lanes: int


@dataclass(frozen=True)
class Table:
    """`rows` is PostgreSQL's own estimate; None before it has made one."""

    name: str
    size: int
    rows: int | None


@dataclass(frozen=True)
class Desk:
    """`rate`: rows a minute, now. `per_minute`: answers in each of the last `MINUTES`, the oldest first. `ended`: how
    the last calls ended, by outcome. `paused`: queues that the system has paused."""

    running: int
    queued: int
    in_progress: int
    rate: float
    per_minute: Sequence[int]
    ended: dict[str, int]
    oldest: Oldest | None
    workers: Workers
    held: Sequence[Network]
    paused: int
    tables: Sequence[Table]
    size: int

    @property
    def failures(self) -> dict[str, int]:
        """The most frequent first."""
        return {outcome: calls for outcome, calls in self.ended.items() if outcome != RowStatus.SUCCEEDED}

    @property
    def calls(self) -> int:
        return sum(self.ended.values())


def desk() -> Desk:
    running, queued, in_progress, rate = _one(_RUNNING)
    oldest = _all(_OLDEST, [WAITING_QUEUES])
    tables = _all(_TABLES, [LARGEST])
    by_system = Queue.objects.top_level().filter(status=QueueStatus.PAUSED).exclude(pause_code__in=BY_PEOPLE)
    held = Network.objects.filter(held_until__gt=Now()).order_by("held_until")
    return Desk(
        running=running,
        queued=queued,
        in_progress=in_progress,
        rate=rate,
        per_minute=answers_per_minute(),
        ended=dict(_all(_ENDED, [LAST_CALLS])),
        oldest=Oldest(*oldest[0]) if oldest else None,
        workers=Workers(*_one(_WORKERS, [MISSING_S])),
        held=list(held.only("name", "held_since", "held_until", "hold_reason")[:HELD]),
        paused=by_system.order_by().count(),
        tables=[Table(name, size, rows) for name, size, rows, _ in tables],
        size=tables[0][3] if tables else 0,
    )


def answers_per_minute() -> list[int]:
    found = _all(_ANSWERS, {"minutes": MINUTES, "most": MOST_A_MINUTE})
    return [in_a_minute(number, within_s or 0.0) for _, number, within_s in found]


def in_a_minute(number: int, within_s: float) -> int:
    """How many there are, of which `number` came within so many seconds: all of them, or the first `MOST_A_MINUTE`."""
    if number < MOST_A_MINUTE:
        return number
    return round(number * 60 / min(max(within_s, 0.1), 60))


def _one(sql: str, params: Any = ()) -> tuple[Any, ...]:
    return _all(sql, params)[0]


def _all(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return list(cursor.fetchall())
