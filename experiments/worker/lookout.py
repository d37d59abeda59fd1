"""What a process looks up a few times a second: how its queues are, and which queues need somebody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from experiments.models.queues import SUSPECT_FROM
from experiments.worker.round import UNCLAIMED, RoundResult
from experiments.worker.shares import own_runtime_limit
from experiments.worker.statements import Statement

APART = -1
"""The number of the lane in which a queue's suspect rows are called."""
ENTERING = 0x6C61_6E65
"""Key of the advisory lock under which lanes are entered: two processes would look at the same ones."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue as it was a moment ago. `is_capped`: a limit on rows, calls, tokens, minutes or cost is set."""

    status: str
    concurrency: int
    queued: int
    running: int
    probing: bool
    running_since: float | None
    abort_calls: bool
    orders: int
    is_capped: bool
    has_apart: bool
    """Somebody calls its suspect rows, which takes one of its slots."""
    apart_may_call: bool
    """For that one: the others have made room, and where one row goes first, there is no other that could."""
    pinned: int | None = None
    """The version of the network that answers."""

    def after(self, result: RoundResult) -> "QueueView":
        """With what a round has seen. Since when it runs is left: who looks next sees that it was resumed."""
        return replace(self, status=result.status, probing=result.probing, queued=result.queued, running=result.running)


_IN_RANGE = """
           SELECT 1 FROM experiments_queueitem i WHERE i.queue_id = q.id
           AND i.row_index >= coalesce(q.range_from, 0) AND i.row_index < coalesce(q.range_to, 2147483647)"""
"""Rows of a queue `q`."""
_VIEW = Statement(f"""
SELECT q.id, q.status, q.concurrency, q.queued, q.running, q.probing,
       extract(epoch FROM q.running_since)::float8, q.abort_calls, q.orders,
       num_nonnulls(q.max_failures, q.max_calls, q.max_tokens, q.max_minutes, q.max_cost) > 0,
       a.id IS NOT NULL,
       a.id IS NOT NULL AND a.entered_at < clock_timestamp() - interval '1 second'
       AND (q.concurrency > 1 OR NOT EXISTS (
           SELECT 1 FROM experiments_claim c WHERE c.queue_id = q.id AND c.lease_id <> a.lease_id))
       AND (NOT q.probing OR NOT (EXISTS ({_IN_RANGE} AND i.status = 'queued' AND i.lost < {SUSPECT_FROM})
                                  OR EXISTS ({_IN_RANGE} AND i.status = 'running' AND i.lost < {SUSPECT_FROM}))),
       q.pinned_version
FROM experiments_queue q LEFT JOIN experiments_lane a ON a.queue_id = q.id AND a.number = {APART}
WHERE q.id = ANY(%(ids)s::uuid[]) AND q.deleted_at IS NULL
""")  # noqa: S608


def view_queues(queue_ids: Iterable[UUID]) -> dict[UUID, QueueView]:
    """Those that are still there."""
    ids = list(queue_ids)
    return {row[0]: QueueView(*row[1:]) for row in _VIEW.fetch({"ids": ids})} if ids else {}


class Limits(NamedTuple):
    """A network's: `calls` at a time, 0 while it is held; `requests` and `tokens` a minute, None: no limit.

    `paced`: calls need permits, for these limits or for what was learned. `briefly`: it is held for a moment only.
    `crowded`: all lanes together want more calls at a time than there may be. `changed_at`: when a person changed the
    network last.
    """

    calls: int = 0
    requests: int | None = None
    tokens: int | None = None
    paced: bool = False
    briefly: bool = False
    crowded: bool = False
    changed_at: datetime | None = None


BRIEF_S = 3.0
"""Lanes stay at a network that is held for no longer."""
_LIMITS = Statement("""
SELECT n.id, CASE WHEN held_until > clock_timestamp() THEN 0 ELSE max_concurrency END,
       requests_per_minute, tokens_per_minute,
       num_nonnulls(requests_per_minute, tokens_per_minute, b.pace_top, b.windows) > 0 OR coalesce(b.probing, FALSE),
       coalesce(held_until > clock_timestamp()
                AND held_until < clock_timestamp() + %(brief_s)s::float8 * interval '1 second', FALSE),
       (SELECT coalesce(sum(l.wants), 0) > n.max_concurrency FROM experiments_lane l WHERE l.network_id = n.id)
       OR (run_url = '' AND (
           SELECT coalesce(sum(l.wants), 0) > %(own)s::int
           FROM experiments_lane l JOIN experiments_network o ON o.id = l.network_id WHERE o.run_url = '')),
       updated_at
FROM experiments_network n LEFT JOIN experiments_networkbudget b ON b.network_id = n.id
WHERE n.id = ANY(%(ids)s::int[])
""")


def view_networks(network_ids: Iterable[int]) -> dict[int, Limits]:
    """Those that are still there."""
    ids = list(network_ids)
    found = _LIMITS.fetch({"ids": ids, "own": own_runtime_limit(), "brief_s": BRIEF_S}) if ids else []
    return {row[0]: Limits(*row[1:]) for row in found}


@dataclass(frozen=True, slots=True)
class EnteredLane:
    queue_id: UUID
    number: int
    network_id: int


_DUE = f"""
    SELECT q.id, n.number, q.network_id, q.claimed_at,
           least(%(width)s::int, q.concurrency - n.number * %(width)s::int) AS calls
    FROM experiments_queue q JOIN experiments_network w ON w.id = q.network_id
    CROSS JOIN LATERAL generate_series(
        0, (least(q.concurrency, w.max_concurrency, q.queued) - 1) / %(width)s::int) AS n(number)
    WHERE q.status = 'running' AND q.deleted_at IS NULL AND q.queued > 0
      AND (w.held_until IS NULL OR w.held_until <= clock_timestamp())
      AND NOT EXISTS (SELECT 1 FROM experiments_lane l WHERE l.queue_id = q.id AND l.number = n.number)
      AND (EXISTS (
          SELECT 1 FROM experiments_queueitem i
          WHERE i.queue_id = q.id AND i.status = 'queued' AND NOT i.delayed AND i.lost < {SUSPECT_FROM} AND {UNCLAIMED}
          AND i.row_index >= coalesce(q.range_from, 0) AND i.row_index < coalesce(q.range_to, 2147483647))
       OR EXISTS (
          SELECT 1 FROM experiments_queueitem i
          WHERE i.queue_id = q.id AND i.status = 'queued' AND i.delayed AND i.lost < {SUSPECT_FROM} AND {UNCLAIMED}
          AND i.available_at <= now() + interval '0.3 second'))
"""  # noqa: S608
# Queues that take turns at few slots do so best in one process: there a slot goes from one to the next at once.
_NOT_ELSEWHERE = """
      AND (w.max_concurrency > %(width)s::int OR NOT EXISTS (
          SELECT 1 FROM experiments_lane l
          WHERE l.network_id = q.network_id AND l.number >= 0 AND l.lease_id <> %(lease)s))
"""
_ENTER = Statement(f"""
WITH gate AS MATERIALIZED (
    -- Under a lease that somebody has ended nothing may be entered.
    SELECT EXISTS (SELECT 1 FROM experiments_workerlease WHERE id = %(lease)s)
           AND pg_try_advisory_xact_lock(%(key)s) AS is_mine
),
due AS MATERIALIZED ({_DUE}{_NOT_ELSEWHERE}),
in_turn AS (
    SELECT due.*, sum(calls) OVER (ORDER BY number, claimed_at NULLS FIRST, id) AS calls_so_far FROM due
), processes AS (
    SELECT greatest(count(*), 1) AS n FROM experiments_workerprocess
    WHERE role = 'worker' AND beat_at > clock_timestamp() - %(beat)s * interval '1 second'
), held AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE lease_id = %(lease)s) AS mine
    FROM experiments_lane WHERE number >= 0
)
INSERT INTO experiments_lane (queue_id, number, network_id, lease_id, wants, seen_orders, entered_at)
SELECT id, number, network_id, %(lease)s, 0, 0, clock_timestamp() FROM in_turn, gate
WHERE gate.is_mine AND calls_so_far - calls < %(room)s::bigint
ORDER BY number, claimed_at NULLS FIRST, id
LIMIT (SELECT CASE WHEN %(all)s THEN count(*)
                   ELSE greatest(ceil((count(*) + h.n)::float8 / p.n)::bigint - h.mine, 0) END
       FROM due RIGHT JOIN held h ON TRUE CROSS JOIN processes p GROUP BY h.n, h.mine, p.n)
ON CONFLICT (queue_id, number) DO NOTHING
RETURNING queue_id, number, network_id
""")  # noqa: S608


def enter_lanes(lease_id: UUID, *, room: int, all_of_them: bool) -> list[EnteredLane]:
    """Takes lanes that nobody has, those first whose turn it is, for `room` more calls at most.

    So many that this process has its even part of all lanes. `all_of_them`: they have waited, so nobody else comes.
    """
    values: dict[str, Any] = {"key": ENTERING, "lease": lease_id, "room": room, "all": all_of_them}
    values |= {"width": settings.LANE_WIDTH, "beat": settings.WORKER_BEAT_S * 3}
    return [EnteredLane(*row) for row in _ENTER.fetch(values)]


_ENTER_APART = Statement(f"""
INSERT INTO experiments_lane (queue_id, number, network_id, lease_id, wants, seen_orders, entered_at)
SELECT q.id, {APART}, q.network_id, %(lease)s, 0, 0, clock_timestamp()
FROM experiments_queue q
WHERE q.status = 'running' AND q.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM experiments_workerlease WHERE id = %(lease)s) AND EXISTS (
    SELECT 1 FROM experiments_queueitem i WHERE i.queue_id = q.id AND i.status = 'queued'
    AND i.lost >= {SUSPECT_FROM} AND {UNCLAIMED})
ORDER BY q.claimed_at NULLS FIRST LIMIT 1
ON CONFLICT (queue_id, number) DO NOTHING
RETURNING queue_id, number, network_id
""")  # noqa: S608


def enter_apart(lease_id: UUID) -> list[EnteredLane]:
    """Takes one queue that has suspect rows."""
    return [EnteredLane(*row) for row in _ENTER_APART.fetch({"lease": lease_id})]


_SEEN = """
UPDATE experiments_lane l SET seen_orders = g.orders
FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS g(queue_id, number, orders)
WHERE l.queue_id = g.queue_id AND l.number = g.number AND l.lease_id = %s AND l.seen_orders < g.orders
"""


def tell_seen(lease_id: UUID, lanes: Sequence[tuple[UUID, int, int]]) -> None:
    """`lanes`: queue, number, and the queue's `orders` that the lane follows by now."""
    queue_ids, numbers, orders = zip(*lanes, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, [list(queue_ids), list(numbers), list(orders), lease_id])


_LEAVE = """
DELETE FROM experiments_lane l USING unnest(%s::uuid[], %s::int[]) AS g(queue_id, number)
WHERE l.queue_id = g.queue_id AND l.number = g.number AND l.lease_id = %s
"""


def leave_lanes(lease_id: UUID, lanes: Sequence[tuple[UUID, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, [[queue_id for queue_id, _ in lanes], [number for _, number in lanes], lease_id])


_IS_NEEDED = f"SELECT EXISTS ({_DUE})"
_HAS_SUSPECTS = f"""
SELECT EXISTS (
    SELECT 1 FROM experiments_queue q
    WHERE q.status = 'running' AND q.deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM experiments_lane l WHERE l.queue_id = q.id AND l.number = {APART})
      AND EXISTS (SELECT 1 FROM experiments_queueitem i WHERE i.queue_id = q.id AND i.status = 'queued'
                  AND i.lost >= {SUSPECT_FROM} AND {UNCLAIMED}))
"""  # noqa: S608


def somebody_is_needed() -> bool:
    """Whether a running queue has rows, and a lane that nobody has entered."""
    return _ask(_IS_NEEDED, {"width": settings.LANE_WIDTH})


def has_suspects() -> bool:
    """Whether rows wait that must be called apart, and nobody does that."""
    return _ask(_HAS_SUSPECTS, {})


# The first row that waits is enough: a bitmap would be made of all that do, a million perhaps.
_ROW_BY_ROW = "SELECT set_config('enable_bitmapscan', 'off', TRUE)"


def _ask(sql: str, values: dict[str, Any]) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ROW_BY_ROW)
        cursor.execute(sql, values)
        return bool(cursor.fetchone()[0])
