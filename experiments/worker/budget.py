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

Limits that nobody has set are kept by the same permits: a pace that was learned from refusals (`worker.learned`), and
what the headers of answers say is left (`worker.windows`). After a hold one call goes first, over all processes. The
others follow when it has come back and was taken; one that is under way for `PROBE_S` was taken, too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor
from typing import Any
from uuid import UUID

from experiments.run_client import Allowance
from experiments.worker.learned import (
    IN_VAIN_SURE,
    MOST_IN_VAIN,
    STALE_S,
    UNPACED_S,
    Curve,
    Measured,
    curve_after,
    in_vain_after,
)
from experiments.worker.pace import MEASURED_S
from experiments.worker.windows import Windows

BURST_S = 1.0
"""What so many seconds bring may be used at once, so that nothing is lost between two looks."""
HOLD_S = 1.0
"""So long a permit may be used."""
FILLS = (60 - BURST_S) / (60 + HOLD_S) / 60
"""How much of a minute's limit a second brings."""
LEARNS = 0.1
"""How much one call changes the average of tokens."""
PROBE_S = 5.0
"""Refusals come at once: a call that is not refused within so long was taken."""
TOLD_S = 0.75
"""A hold that ends no later than so long after the time at which calls were surely refused was told by the network."""
LOOK_AGAIN_S = 0.2
"""Who waits for another's call looks so often."""


@dataclass(slots=True)
class Report:
    """What a process has done since it took its last block.

    `unused`: permits that it gives back, each for a call of `unit` tokens. `calls` that have ended took `tokens` in
    all; `expected` had been put aside for them. `typical`: tokens of a call, where nothing else is known.

    `in_flight`: its calls just now. `passed`: calls more that were not refused. `probe_passed`: the one
    that went first after a hold was taken. `allowance`: what the last answers said is left, as of `told_at`.
    """

    unused: int = 0
    unit: float = 0.0
    calls: int = 0
    tokens: int = 0
    expected: float = 0.0
    typical: float | None = None
    in_flight: int = 0
    passed: int = 0
    probe_passed: bool = False
    allowance: Allowance | None = None
    told_at: float = 0.0

    @property
    def is_news(self) -> bool:
        """Whether others should know soon."""
        return bool(self.unused or self.calls or self.tokens or self.probe_passed or self.allowance)

    def was_told(self, allowance: Allowance, now: float) -> None:
        """By an answer, `now` as `time.monotonic` tells it."""
        before = self.allowance_at(now)
        self.allowance = allowance if before is None else before.then(allowance)
        self.told_at = now

    def allowance_at(self, now: float) -> Allowance | None:
        return self.allowance and self.allowance.after(now - self.told_at)

    def saw(self, tokens: int, expected: float, *, is_typical: bool) -> None:
        """A call has ended. `is_typical`: others may take as much."""
        self.calls += is_typical
        self.tokens += tokens
        self.expected += expected


@dataclass(frozen=True, slots=True)
class Block:
    """So many calls may begin, each taken to use `unit` tokens. `due_s`: until there may be another permit.

    `is_probe`: it is the one that goes first after a hold.
    """

    calls: int
    unit: float
    due_s: float
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """`limit`: a minute's. `unit`: what one call takes. `level` may be below 0."""

    limit: float
    unit: float
    level: float

    @classmethod
    def filled(cls, limit: float, unit: float, level: float | None, *, seconds: float, held: int) -> "Bucket":
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
SELECT n.requests_per_minute, n.tokens_per_minute, n.max_concurrency,
       coalesce(greatest(extract(epoch FROM n.held_until - clock_timestamp()), 0), 0)::float8 AS held_s,
       b.network_id IS NULL AS is_new, b.requests, b.tokens, b.tokens_per_call,
       greatest(extract(epoch FROM clock_timestamp() - b.filled_at), 0)::float8 AS seconds,
       s.mine, s.others, s.others_in_flight,
       b.pace_top, b.pace_low, b.pace_s, extract(epoch FROM clock_timestamp() - b.pace_since)::float8 AS pace_age_s,
       extract(epoch FROM b.refused_since - b.pace_since)::float8 AS refused_age_s,
       coalesce(b.probing, FALSE) AS probing, extract(epoch FROM clock_timestamp() - b.probe_at)::float8 AS probe_age_s,
       extract(epoch FROM b.refused_until - b.measured_from)::float8 AS least_s,
       extract(epoch FROM b.probe_at - b.measured_from)::float8 AS most_s,
       coalesce(n.held_until < b.refused_until + %(told_s)s * interval '1 second', FALSE) AS is_told,
       coalesce(b.probe_at > n.held_until + %(stale_s)s * interval '1 second', FALSE) AS is_stale,
       extract(epoch FROM clock_timestamp() - b.measured_from)::float8 AS measured_s,
       coalesce(b.passed, 0) AS passed, b.refused_since IS NOT NULL AS refusing, b.windows,
       coalesce(b.in_vain, 0) AS in_vain, coalesce(b.unpaced_until > clock_timestamp(), FALSE) AS is_unpaced,
       extract(epoch FROM clock_timestamp())::float8 AS now_s
FROM experiments_network n LEFT JOIN experiments_networkbudget b ON b.network_id = n.id CROSS JOIN (
    SELECT coalesce(sum(permits) FILTER (WHERE lease_id = %(lease)s AND is_held), 0)::int AS mine,
           coalesce(sum(permits) FILTER (WHERE lease_id <> %(lease)s AND is_held), 0)::int AS others,
           coalesce(sum(in_flight) FILTER (WHERE lease_id <> %(lease)s), 0)::int AS others_in_flight
    FROM (SELECT *, coalesce(permits_until > clock_timestamp(), FALSE) AS is_held
          FROM experiments_networkshare WHERE network_id = %(network)s) o) s
WHERE n.id = %(network)s
"""
_WRITE = """
WITH kept AS (
    UPDATE experiments_networkbudget
    SET requests = %(requests)s, tokens = %(tokens)s, tokens_per_call = %(tokens_per_call)s,
        filled_at = clock_timestamp(), windows = %(windows)s::jsonb, passed = %(passed)s,
        measured_from = CASE WHEN %(measured_s)s::float8 IS NOT NULL
                        THEN clock_timestamp() - %(measured_s)s::float8 * interval '1 second' END
    WHERE network_id = %(network)s
)
INSERT INTO experiments_networkshare (network_id, lease_id, slots, permits, permits_until, in_flight)
VALUES (%(network)s, %(lease)s, 0, %(permits)s, clock_timestamp() + %(hold_s)s * interval '1 second',
        %(in_flight)s)
ON CONFLICT (network_id, lease_id) DO UPDATE
SET permits = excluded.permits, permits_until = excluded.permits_until, in_flight = excluded.in_flight
"""
_PROBE = "UPDATE experiments_networkbudget SET probe_at = clock_timestamp() WHERE network_id = %s"
_NO_PROBE = "UPDATE experiments_networkbudget SET probe_at = NULL WHERE network_id = %s"
_PASSED = """
UPDATE experiments_networkbudget
SET pace_top = %(top)s, pace_low = %(low)s, pace_s = %(rise_s)s, pace_since = clock_timestamp(),
    probing = FALSE, probe_at = NULL, in_vain = %(in_vain)s,
    unpaced_until = CASE WHEN %(unpaced_s)s::float8 IS NULL THEN unpaced_until
                    ELSE clock_timestamp() + %(unpaced_s)s::float8 * interval '1 second' END,
    refused_since = NULL, refused_until = NULL, refusals = 0
WHERE network_id = %(network)s
"""
_FORGET = """
UPDATE experiments_networkbudget SET pace_top = NULL, pace_low = NULL, pace_s = NULL, pace_since = NULL
WHERE network_id = %s
"""


def take_block(
    cursor: Any, network_id: int, lease_id: UUID, report: Report, part_of: Callable[[int], int]
) -> Block | None:
    """Gives back what `report` says and takes `part_of` the calls that there are now; None: there is no limit.

    Within a transaction that has the lock of the network.
    """
    row = _read(cursor, network_id, lease_id)
    if row is None or not (row.is_limited or report.allowance):
        return None
    if row.is_new:
        cursor.execute(_OPEN, [network_id])
    # What was held for too long is lost; so is a block that was taken by a statement whose answer never came.
    back = min(report.unused, row.mine)
    row.passed += report.passed
    takes_probe = False
    if row.probing and back and not report.probe_passed:
        # It had the permit to go first and did not use it.
        cursor.execute(_NO_PROBE, [network_id])
        row.probe_age_s = None
    if not row.probing:
        _forget_what_is_over(cursor, network_id, row)
    elif row.probe_is_over(report):
        _learn(cursor, network_id, row)
        back = 0
    else:
        takes_probe = row.probe_age_s is None and not row.held_s and bool(part_of(MANY))
        if takes_probe:
            cursor.execute(_PROBE, [network_id])

    tokens_per_call = average(row.tokens_per_call, report)
    buckets = row.buckets(report, back, tokens_per_call)
    unit = max(1.0, tokens_per_call or report.typical or 1.0)
    windows = Windows.after(
        row.told,
        report.allowance,
        back=back,
        unit=unit,
        in_flight=report.in_flight + row.others_in_flight + row.others,
        most=row.max_concurrency,
        now_s=row.now_s,
    )
    taken = int(takes_probe)
    if not row.probing and not row.held_s:
        there = [bucket.calls for bucket in buckets.values()] + ([windows.calls(unit)] if windows else [])
        taken = part_of(min(there, default=MANY))
    after = {name: bucket.without(taken) for name, bucket in buckets.items()}
    windows = windows.without(taken, unit) if windows else None
    is_limited = bool(buckets or windows or row.probing)
    row.measure(report, is_limited=is_limited)
    values: dict[str, Any] = {"network": network_id, "lease": lease_id, "permits": taken, "hold_s": HOLD_S}
    values |= {name: after[name].level if name in after else None for name in ("requests", "tokens")}
    values |= {"windows": windows.as_json() if windows else None, "tokens_per_call": tokens_per_call}
    values |= {"in_flight": report.in_flight, "passed": row.passed, "measured_s": row.measured_s}
    cursor.execute(_WRITE, values)
    if not is_limited:
        return None
    due = [bucket.due_s for bucket in after.values()]
    due += [windows.due_s(unit, row.now_s)] if windows else []
    due += [max(row.held_s, LOOK_AGAIN_S)] if row.probing or row.held_s else []
    expected = after["tokens"].unit if "tokens" in after else 0.0
    return Block(taken, expected, max(due, default=0.0), is_probe=takes_probe)


def _read(cursor: Any, network_id: int, lease_id: UUID) -> "Row | None":
    cursor.execute(_READ, {"network": network_id, "lease": lease_id, "told_s": TOLD_S, "stale_s": STALE_S})
    found = cursor.fetchone()
    return (
        None if found is None else Row(**dict(zip((column.name for column in cursor.description), found, strict=True)))
    )


def _learn(cursor: Any, network_id: int, row: "Row") -> None:
    """The call that went first was taken: the others follow, at the pace that the refusals taught."""
    curve, in_vain = row.learned()
    unpaced_s = None
    if in_vain >= MOST_IN_VAIN:
        # After that time one more refusal of the kind is enough.
        curve, in_vain, unpaced_s = None, MOST_IN_VAIN - IN_VAIN_SURE, UNPACED_S
    cursor.execute(_PASSED, {"network": network_id, **_values(curve), "in_vain": in_vain, "unpaced_s": unpaced_s})
    if not row.is_told:
        # It waited for longer than it had to, and that is no measure of what comes.
        row.passed, row.measured_s = 1, row.probe_age_s or 0.0
    # What went before the hold is no help: nothing has gathered since.
    row.requests, row.probing, row.pace_age_s, row.curve = 0.0, False, 0.0, curve


def _forget_what_is_over(cursor: Any, network_id: int, row: "Row") -> None:
    if row.curve is not None and row.curve.is_over(row.pace_age_s):
        cursor.execute(_FORGET, [network_id])
        row.curve = None


MANY = 10**6


@dataclass(slots=True)
class Row:
    """What `_READ` gives. Times are ages in seconds, by the clock of the database."""

    requests_per_minute: int | None
    tokens_per_minute: int | None
    max_concurrency: int
    held_s: float
    is_new: bool
    requests: float | None
    tokens: float | None
    tokens_per_call: float | None
    seconds: float
    mine: int
    others: int
    others_in_flight: int
    pace_top: float | None
    pace_low: float | None
    pace_s: float | None
    pace_age_s: float
    refused_age_s: float | None
    probing: bool
    probe_age_s: float | None
    least_s: float | None
    most_s: float | None
    is_told: bool
    is_stale: bool
    measured_s: float | None
    passed: float
    refusing: bool
    windows: Any
    in_vain: int
    is_unpaced: bool
    now_s: float
    curve: Curve | None = field(init=False)
    """The pace that was learned."""
    told: Windows | None = field(init=False)

    def __post_init__(self) -> None:
        self.curve = None
        if self.pace_top is not None and self.pace_low is not None and self.pace_s is not None:
            self.curve = Curve(self.pace_top, self.pace_low, self.pace_s)
        self.told = Windows.of(self.windows)

    @property
    def is_limited(self) -> bool:
        limits = (self.requests_per_minute, self.tokens_per_minute, self.curve, self.told)
        return self.probing or any(one is not None for one in limits)

    def probe_is_over(self, report: Report) -> bool:
        return report.probe_passed or (self.probe_age_s is not None and self.probe_age_s > PROBE_S)

    def learned(self) -> tuple[Curve | None, int]:
        """The curve after a hold, and how much speaks for having none.

        Among the calls that passed is the one that went first.
        """
        before = self.curve
        if self.is_stale or self.is_unpaced or not self.refusing:
            return before, self.in_vain
        if before is None and self.passed <= 1:
            # It refused all that came and takes calls again: that says nothing of a pace.
            return None, self.in_vain
        in_vain = in_vain_after(self.in_vain, before, self.refused_age_s)
        refused_pace = before.at(self.refused_age_s) if before and self.refused_age_s is not None else None
        most_s = self.most_s if self.most_s is not None else self.measured_s or 0.0
        least_s = min(self.least_s, most_s) if self.least_s is not None else most_s
        if self.is_told:
            most_s = least_s
        return curve_after(Measured(self.passed - 1, least_s, most_s), refused_pace), in_vain

    @property
    def a_minute(self) -> float | None:
        """The limit on requests: the one that is set, the one that was learned, or the lower of both."""
        # As it was measured: what was learned is no promise that must be kept in every minute.
        learned = None if self.curve is None else self.curve.at(self.pace_age_s) / FILLS
        return min((one for one in (self.requests_per_minute, learned) if one is not None), default=None)

    def buckets(self, report: Report, back: int, tokens_per_call: float | None) -> dict[str, Bucket]:
        """Of requests and of tokens, where these are limited, as they are now. `back`: permits that are given back."""
        found: dict[str, Bucket] = {}
        if self.a_minute is not None:
            level = None if self.requests is None else self.requests + back
            found["requests"] = Bucket.filled(self.a_minute, 1.0, level, seconds=self.seconds, held=self.others)
        if self.tokens_per_minute is not None:
            level = None if self.tokens is None else self.tokens + back * report.unit + report.expected - report.tokens
            unit = float(self.tokens_per_minute) if tokens_per_call is None else max(1.0, tokens_per_call)
            found["tokens"] = Bucket.filled(self.tokens_per_minute, unit, level, seconds=self.seconds, held=self.others)
        return found

    def measure(self, report: Report, *, is_limited: bool) -> None:
        """How many calls passed in how long, a minute at most; while it refuses, from the first call on."""
        if not is_limited:
            self.measured_s = None
        elif self.measured_s is None:
            self.passed, self.measured_s = report.passed, 0.0
        elif self.measured_s > MEASURED_S and not self.refusing:
            self.passed, self.measured_s = self.passed * MEASURED_S / self.measured_s, MEASURED_S


def _values(curve: Curve | None) -> dict[str, float | None]:
    if curve is None:
        return {"top": None, "low": None, "rise_s": None}
    return {"top": curve.top, "low": curve.low, "rise_s": curve.rise_s}
