"""Lanes in memory, with rows and outcomes that came from nowhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from experiments.core.choices import QueueStatus, RowStatus
from experiments.worker.calls import RowCaller
from experiments.worker.claim import ClaimedRow
from experiments.worker.flight import Flight
from experiments.worker.lane import Lane
from experiments.worker.lookout import APART, QueueView
from experiments.worker.record import Outcome
from experiments.worker.round import LaneKeys, RoundOrder, RoundResult

NOW = 1_000.0
SINCE = datetime(2026, 1, 1, 12, tzinfo=UTC)
BEFORE = SINCE - timedelta(hours=1)
"""Since when the queue ran before it was paused."""

VIEW = QueueView(
    status=QueueStatus.RUNNING,
    concurrency=4,
    queued=1_000,
    running=0,
    probing=False,
    running_since=SINCE,
    abort_calls=False,
    orders=0,
    is_capped=False,
    has_apart=False,
    apart_may_call=False,
)


def lane(number: int = 0, **view: Any) -> Lane:
    keys = LaneKeys(UUID(int=1), 7, 3, UUID(int=2), suspects=number == APART)
    made = Lane(keys, number, cast(RowCaller, object()), replace(VIEW, **view))
    # Not the machine's own clock, which begins when it is started.
    made.pace._since = NOW
    return made


def row(index: int, *, running_since: datetime = SINCE) -> ClaimedRow:
    return ClaimedRow(
        id=index,
        row_index=index,
        payload=["x"],
        attempt=1,
        generation=1,
        lease_id=UUID(int=2),
        lost=0,
        queued_at=SINCE,
        limited_s=0.0,
        running_since=running_since,
    )


def claimed(lane: Lane, *indexes: int, running_since: datetime = SINCE) -> Lane:
    lane.ready.extend(row(index, running_since=running_since) for index in indexes)
    return lane


def answered(lane: Lane, flight: Flight, *, now: float = NOW, **values: Any) -> Outcome:
    """Its call has ended, and was judged."""
    outcome = Outcome(flight.row, RowStatus.SUCCEEDED, "succeeded", begun=flight.begun, **values)
    lane.end(flight, frees=False)
    lane.saw([outcome], now)
    return outcome


def result(
    claimed: Sequence[int] = (), *, next_due_s: float | None = None, found: int | None = None, **values: Any
) -> RoundResult:
    given = {"status": VIEW.status, "queued": 1_000, "running": 0, "probing": False, "running_since": SINCE} | values
    rows = [row(index) for index in claimed]
    return RoundResult(
        **given, recorded=0, next_due_s=next_due_s, found=len(rows) if found is None else found, claimed=rows
    )


def recorded(lane: Lane, order: RoundOrder | None = None) -> int:
    """Records what is pending; how many slots that has freed."""
    order = order or lane.begin_round(0, NOW)
    return lane.end_round(order, result(), NOW)
