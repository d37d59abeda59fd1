"""A network that refuses calls is held, for all its queues, lanes and processes, and where that takes long they pause.

Whoever is refused stops its own calls at once and writes the hold down; the others see it at their next look. It lasts
as long as the network asks for, else a second, twice that after each further refusal, a minute at most. What was in
flight when it began says nothing new: only a call that began after the last hold makes the next one longer. How it
goes on is in `worker.budget`.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from experiments.core.choices import PauseReason
from experiments.run_client.retry_policy import LONGEST_WAIT_S
from experiments.services.queue_pause import queue_pause_at_network
from experiments.worker.learned import STALE_S, Curve, untold_wait_s
from experiments.worker.record import Refusal
from experiments.worker.shares import lock_network

LEAST_HOLD_S = 0.5
"""Until then all processes have seen it, and told how many of their calls were taken before."""
LONGEST_PAUSE_S = 3600.0
ROUNDED_UP_S = 0.5
"""A wait is mostly told in whole seconds, rounded up: so much less, on average, is what it would have had to be."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Refusals that a process has met and not written down yet, as one.

    `age_s`: since the newest of these calls began. `busy_s`: since it began to call the network, a minute at most.
    `passed`: calls that were not refused, and that were not reported yet.
    """

    refusal: Refusal
    age_s: float
    busy_s: float
    passed: int = 0

    def and_also(self, other: "Refused") -> "Refused":
        """Both as one: the longer wait, in the words of who asks for it."""
        asks = max((self, other), key=lambda one: (one.refusal.is_quota, one.refusal.wait_s or 0.0))
        return Refused(asks.refusal, min(self.age_s, other.age_s), max(self.busy_s, other.busy_s))


_OPEN = """
INSERT INTO experiments_networkbudget (network_id, filled_at)
SELECT id, clock_timestamp() FROM experiments_network WHERE id = %s FOR KEY SHARE ON CONFLICT DO NOTHING
"""
_BEGIN = """
UPDATE experiments_networkbudget b
SET refused_since = NULL, refused_until = NULL, refusals = 0, measured_from = NULL
FROM experiments_network n WHERE b.network_id = %(network)s AND n.id = b.network_id AND b.refused_since IS NOT NULL
AND n.held_until < clock_timestamp() - (%(age_s)s::float8 + %(stale_s)s) * interval '1 second'
"""
_COUNT = """
UPDATE experiments_networkbudget SET passed = %(passed)s + CASE WHEN measured_from IS NULL THEN 0 ELSE passed END
WHERE network_id = %(network)s
"""
_READ = """
SELECT n.held_until IS NULL OR n.held_until < clock_timestamp() - %(age_s)s::float8 * interval '1 second',
       b.refusals, coalesce(extract(epoch FROM clock_timestamp() - b.refused_since), 0)::float8,
       b.pace_top, b.pace_low, b.pace_s, extract(epoch FROM clock_timestamp() - b.pace_since)::float8
FROM experiments_network n JOIN experiments_networkbudget b ON b.network_id = n.id WHERE n.id = %(network)s
"""
_HOLD = """
WITH counted AS (
    UPDATE experiments_networkbudget
    SET refusals = %(refusals)s,
        refused_since = CASE WHEN %(is_quota)s THEN refused_since ELSE coalesce(refused_since, clock_timestamp()) END,
        refused_until = greatest(refused_until, clock_timestamp() + %(known_s)s * interval '1 second'),
        measured_from = coalesce(measured_from, clock_timestamp() - %(busy_s)s * interval '1 second'),
        probing = TRUE, probe_at = NULL
    WHERE network_id = %(network)s RETURNING refusals
)
UPDATE experiments_network n
SET held_since = CASE WHEN n.held_since IS NULL OR c.refusals <= 1 THEN clock_timestamp() ELSE n.held_since END,
    held_until = greatest(n.held_until, clock_timestamp() + %(wait_s)s * interval '1 second'),
    hold_reason = %(words)s
FROM counted c WHERE n.id = %(network)s
"""


def write_hold(network_id: int, refused: Refused, *, own: bool) -> None:
    """Holds the network. `own`: our own runtime answers for it."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_network(cursor, network_id, own=own)
        cursor.execute(_OPEN, [network_id])
        # Refusals of long ago, after which nobody called it, are no part of this series.
        cursor.execute(_BEGIN, {"network": network_id, "age_s": refused.age_s, "stale_s": STALE_S})
        cursor.execute(_COUNT, {"network": network_id, "passed": refused.passed})
        cursor.execute(_READ, {"network": network_id, "age_s": refused.age_s})
        row = cursor.fetchone()
        if row is None:
            return
        is_new, refusals, refusing_s, *pace = row
        plan = plan_hold(refused.refusal, is_new=is_new, refusals=refusals, refusing_s=refusing_s, pace=_pace(pace))
        if plan is None:
            return
        values: dict[str, Any] = {"network": network_id, "words": said(refused.refusal), "busy_s": refused.busy_s}
        # That a balance is used up says nothing of a pace.
        values |= {"is_quota": refused.refusal.is_quota}
        values |= {"refusals": plan.refusals, "wait_s": plan.wait_s, "known_s": plan.known_s}
        cursor.execute(_HOLD, values)
        if plan.pause is not None:
            detail = said(refused.refusal) + SENTENCES.get((plan.pause, plan.pause_s is None), "")
            queue_pause_at_network(network_id, reason=plan.pause, detail=detail, until_s=plan.pause_s)


@dataclass(frozen=True, slots=True)
class Plan:
    """`wait_s`: the hold from now; for `known_s` of it the network surely takes nothing. `pause`: its queues stop, for
    `pause_s`, or until a person acts."""

    refusals: int
    wait_s: float
    known_s: float
    pause: PauseReason | None = None
    pause_s: float | None = None


def plan_hold(refusal: Refusal, *, is_new: bool, refusals: int, refusing_s: float, pace: float | None) -> Plan | None:
    """What follows from a refusal; None: nothing. `is_new`: the call began after the last hold. `refusals`: holds in a
    row before it; `refusing_s`: since the first of them. `pace`: calls a second that were learned."""
    told_s = refusal.wait_s
    if not is_new and told_s is None and not refusal.is_quota:
        return None
    refusals += is_new
    wait_s = max(LEAST_HOLD_S, told_s if told_s is not None else untold_wait_s(refusals, pace))
    known_s = max(0.0, (told_s or 0.0) - ROUNDED_UP_S)
    if refusal.is_quota:
        return Plan(refusals, wait_s, known_s, PauseReason.QUOTA, told_s)
    if wait_s > LONGEST_WAIT_S:
        return Plan(refusals, wait_s, known_s, PauseReason.RATE_LIMITED, wait_s)
    if is_new and refusing_s >= LONGEST_WAIT_S:
        # As long again as it has refused: 2 minutes, 4, 8 …
        wait_s = max(wait_s, min(LONGEST_PAUSE_S, refusing_s))
        return Plan(refusals, wait_s, known_s, PauseReason.RATE_LIMITED, wait_s)
    return Plan(refusals, wait_s, known_s)


SENTENCES = {
    (PauseReason.QUOTA, False): " A quota or a balance is used up.",
    (PauseReason.QUOTA, True): " A quota or a balance is used up. Raise it or pay, then resume.",
}
"""What a person must know, by the reason and whether there is no time at which it goes on."""


def said(refusal: Refusal) -> str:
    return f"{refusal.host} takes no calls: {refusal.words}"


def _pace(values: list[Any]) -> float | None:
    top, low, rise_s, age_s = values
    return None if top is None else Curve(top, low, rise_s).at(age_s)
