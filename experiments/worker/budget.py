"""What a network's limits a minute leave for now: permits for calls, which processes take in blocks.

Two buckets in the database, of requests and of tokens, fill evenly by its clock, and whoever takes permits has the
lock under which shares change. A process begins calls from its block without asking; what it has not used it gives
back when it takes the next one, or loses after `HOLD_S`, dead or alive.

In no 60 seconds do more calls begin than `requests_per_minute`, over all processes. A bucket, with all that was taken
from it and may still be used, holds one call and what a second brings; what fills it is so much slower than the limit
that 60 seconds, and the one for which a permit holds, bring less than one call more than the limit.

What a call takes in tokens is known when it has ended. Until then it is taken to be the average, and before the first
has ended, all of a minute's: that one goes alone. What was wrong is put right afterwards, so the bucket may be in debt,
and it is on average that `tokens_per_minute` is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import floor
from typing import Any
from uuid import UUID

BURST_S = 1.0
"""What so many seconds bring may be used at once, so that nothing is lost between two looks."""
HOLD_S = 1.0
"""So long a permit may be used."""
FILLS = (60 - BURST_S) / (60 + HOLD_S) / 60
"""How much of a minute's limit a second brings."""
LEARNS = 0.1
"""How much one call changes the average of tokens."""


@dataclass(slots=True)
class Report:
    """What a process has done since it took its last block.

    `unused`: permits that it gives back, each for a call of `unit` tokens. `calls` that have ended took `tokens` in
    all; `expected` had been put aside for them.
    """

    unused: int = 0
    unit: float = 0.0
    calls: int = 0
    tokens: int = 0
    expected: float = 0.0

    def saw(self, tokens: int, expected: float, *, is_typical: bool) -> None:
        """A call has ended. `is_typical`: others may take as much."""
        self.calls += is_typical
        self.tokens += tokens
        self.expected += expected


@dataclass(frozen=True, slots=True)
class Block:
    """So many calls may begin, each taken to use `unit` tokens. `due_s`: until there may be another permit."""

    calls: int
    unit: float
    due_s: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """`limit`: a minute's. `unit`: what one call takes. `level` may be below 0."""

    limit: int
    unit: float
    level: float

    @classmethod
    def filled(cls, limit: int, unit: float, level: float | None, *, seconds: float, held: int) -> "Bucket":
        """A bucket some seconds later, while others hold so many permits of it. `level` None: it is a new one."""
        most = unit + limit * BURST_S / 60 - held * unit
        return cls(limit, unit, most if level is None else min(most, level + seconds * limit * FILLS))

    @property
    def calls(self) -> int:
        return max(0, floor(self.level / self.unit))

    def without(self, calls: int) -> "Bucket":
        return Bucket(self.limit, self.unit, self.level - calls * self.unit)

    @property
    def due_s(self) -> float:
        return max(0.0, (self.unit - self.level) / (self.limit * FILLS))


def average(before: float | None, report: Report) -> float | None:
    """Tokens of a call, after those that were reported."""
    if not report.calls:
        return before
    mean = report.tokens / report.calls
    return mean if before is None else before + (mean - before) * (1 - (1 - LEARNS) ** report.calls)


_OPEN = """
INSERT INTO experiments_networkbudget (network_id, filled_at)
SELECT id, clock_timestamp() FROM experiments_network WHERE id = %s FOR KEY SHARE
"""
_READ = """
SELECT n.requests_per_minute, n.tokens_per_minute, b.requests, b.tokens, b.tokens_per_call,
       greatest(extract(epoch FROM clock_timestamp() - b.filled_at), 0)::float8, s.mine, s.others,
       b.network_id IS NULL
FROM experiments_network n LEFT JOIN experiments_networkbudget b ON b.network_id = n.id CROSS JOIN (
    SELECT coalesce(sum(permits) FILTER (WHERE lease_id = %(lease)s), 0)::int AS mine,
           coalesce(sum(permits) FILTER (WHERE lease_id <> %(lease)s), 0)::int AS others
    FROM experiments_networkshare WHERE network_id = %(network)s AND permits_until > clock_timestamp()) s
WHERE n.id = %(network)s
"""
_WRITE = """
WITH kept AS (
    UPDATE experiments_networkbudget
    SET requests = %(requests)s, tokens = %(tokens)s, tokens_per_call = %(tokens_per_call)s,
        filled_at = clock_timestamp()
    WHERE network_id = %(network)s
)
INSERT INTO experiments_networkshare (network_id, lease_id, slots, permits, permits_until)
VALUES (%(network)s, %(lease)s, 0, %(permits)s, clock_timestamp() + %(hold_s)s * interval '1 second')
ON CONFLICT (network_id, lease_id) DO UPDATE SET permits = excluded.permits, permits_until = excluded.permits_until
"""


def take_block(
    cursor: Any, network_id: int, lease_id: UUID, report: Report, part_of: Callable[[int], int]
) -> Block | None:
    """Gives back what `report` says and takes `part_of` the calls that there are now; None: there is no limit.

    Within a transaction that has the lock of the network.
    """
    cursor.execute(_READ, {"network": network_id, "lease": lease_id})
    row = cursor.fetchone()
    if row is None or row[:2] == (None, None):
        return None
    a_minute, tokens_a_minute, requests, tokens, tokens_per_call, seconds, mine, others, is_new = row
    if is_new:
        cursor.execute(_OPEN, [network_id])
    # What was held for too long is lost; so is a block that was taken by a statement whose answer never came.
    back = min(report.unused, mine)
    tokens_per_call = average(tokens_per_call, report)
    buckets: dict[str, Bucket] = {}
    if a_minute is not None:
        level = None if requests is None else requests + back
        buckets["requests"] = Bucket.filled(a_minute, 1.0, level, seconds=seconds, held=others)
    if tokens_a_minute is not None:
        level = None if tokens is None else tokens + back * report.unit + report.expected - report.tokens
        unit = float(tokens_a_minute) if tokens_per_call is None else max(1.0, tokens_per_call)
        buckets["tokens"] = Bucket.filled(tokens_a_minute, unit, level, seconds=seconds, held=others)
    taken = part_of(min(bucket.calls for bucket in buckets.values()))
    after = {name: bucket.without(taken) for name, bucket in buckets.items()}
    levels = {name: after[name].level if name in after else None for name in ("requests", "tokens")}
    values = {"network": network_id, "lease": lease_id, "permits": taken, "hold_s": HOLD_S}
    cursor.execute(_WRITE, {**levels, "tokens_per_call": tokens_per_call, **values})
    unit = after["tokens"].unit if "tokens" in after else 0.0
    return Block(taken, unit, max(bucket.due_s for bucket in after.values()))
