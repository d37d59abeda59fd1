"""The numbers that monitoring asks for, in six statements that read counters: of queues, lanes, networks, totals and
processes, and for each running queue the first and the last row that waits. None of them counts rows of files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from experiments.core.choices import QueueStatus, RowStatus
from experiments.selectors.health import MISSING_S

_QUEUES = """
SELECT kind, status, count(*), coalesce(sum(queued), 0), coalesce(sum(running), 0), coalesce(sum(succeeded), 0),
       coalesce(sum(failed), 0), coalesce(sum(skipped), 0), coalesce(sum(ceil(concurrency / %s::float8)), 0)::bigint
FROM experiments_queue WHERE parent_id IS NULL AND deleted_at IS NULL GROUP BY kind, status
"""
_LANES = """
SELECT q.kind, count(*) FROM experiments_lane l JOIN experiments_queue q ON q.id = l.queue_id GROUP BY q.kind
"""
_NETWORKS = """
SELECT n.name, greatest(coalesce(extract(epoch FROM n.held_until - clock_timestamp()), 0), 0)::float8,
       coalesce(s.slots, 0), n.max_concurrency
FROM experiments_network n
LEFT JOIN (SELECT network_id, sum(slots) AS slots FROM experiments_networkshare GROUP BY network_id) s
    ON s.network_id = n.id
WHERE s.slots > 0 OR n.held_until > clock_timestamp()
ORDER BY n.id
"""
_TOTALS = """
SELECT t.kind, n.name, t.outcome, t.status, t.recorded, t.calls, t.seconds, t.buckets, t.tokens, t.input_tokens,
       t.output_tokens, t.cost, n.currency
FROM experiments_calltotal t JOIN experiments_network n ON n.id = t.network_id
ORDER BY t.kind, n.id, t.outcome, t.status
"""
# Rows that nobody has retried wait since their queue began. They are called in order: where there is one, the last is.
# Before it only retried ones may have waited longer, and the first is among those.
_OLDEST = """
SELECT q.kind, max(extract(epoch FROM clock_timestamp() - coalesce(i.queued_at, q.started_at, q.created_at)))::float8
FROM experiments_queue q CROSS JOIN LATERAL (
    (SELECT queued_at FROM experiments_queueitem
     WHERE queue_id = q.id AND status = 'queued' ORDER BY row_index LIMIT 1)
    UNION ALL
    (SELECT queued_at FROM experiments_queueitem
     WHERE queue_id = q.id AND status = 'queued' ORDER BY row_index DESC LIMIT 1)
) i
WHERE q.status = 'running' AND q.deleted_at IS NULL AND q.queued > 0
GROUP BY q.kind
"""
_PROCESSES = """
SELECT role, count(*), min(extract(epoch FROM clock_timestamp() - beat_at))::float8
FROM experiments_workerprocess WHERE beat_at > clock_timestamp() - %s * interval '1 second' GROUP BY role
"""


@dataclass(frozen=True, slots=True)
class QueueNumbers:
    """Of all queues of one kind and status that are no trials. `lanes`: as many as they may have."""

    kind: str
    status: QueueStatus
    queues: int
    rows: Mapping[RowStatus, int]
    lanes: int


@dataclass(frozen=True, slots=True)
class NetworkNumbers:
    """Of one that is called or held. `hold_s`: until its hold ends; `slots`: calls that worker processes may have."""

    name: str
    hold_s: float
    slots: int
    most: int


@dataclass(frozen=True, slots=True)
class TotalNumbers:
    """As `models.CallTotal`."""

    kind: str
    network: str
    outcome: str
    status: RowStatus
    recorded: int
    calls: int
    seconds: float
    buckets: Sequence[int]
    tokens: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """`oldest_s`: how long the oldest row waits that may be called, by kind. `processes`: alive, by what they are for.
    `heartbeat_s`: since any worker was heard of; None where none is alive."""

    queues: Sequence[QueueNumbers]
    lanes: Mapping[str, int]
    networks: Sequence[NetworkNumbers]
    totals: Sequence[TotalNumbers]
    oldest_s: Mapping[str, float]
    processes: Mapping[str, int]
    heartbeat_s: float | None


def current_numbers() -> Numbers:
    processes = _rows(_PROCESSES, [MISSING_S])
    return Numbers(
        queues=[_queue_numbers(row) for row in _rows(_QUEUES, [settings.LANE_WIDTH])],
        lanes=dict(_rows(_LANES)),
        networks=[NetworkNumbers(*row) for row in _rows(_NETWORKS)],
        totals=[_total_numbers(*row) for row in _rows(_TOTALS)],
        oldest_s=dict(_rows(_OLDEST)),
        processes={role: count for role, count, _ in processes},
        heartbeat_s=min((age_s for *_, age_s in processes), default=None),
    )


def _total_numbers(kind: str, network: str, outcome: str, status: str, *numbers: Any) -> TotalNumbers:
    return TotalNumbers(kind, network, outcome, RowStatus(status), *numbers)


def _queue_numbers(row: tuple[Any, ...]) -> QueueNumbers:
    kind, status, queues, queued, running, succeeded, failed, skipped, lanes = row
    rows = {
        RowStatus.QUEUED: queued,
        RowStatus.RUNNING: running,
        RowStatus.SUCCEEDED: succeeded,
        RowStatus.FAILED: failed,
        RowStatus.SKIPPED: skipped,
    }
    return QueueNumbers(kind, QueueStatus(status), queues, rows, lanes)


def _rows(sql: str, values: Sequence[float] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()
