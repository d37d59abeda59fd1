"""A round that may pause the queue: the queue is locked first, and what must be exact is counted under that lock.

Limits on calls are kept exactly so, and failures in a row are counted in the order in which they came. The first answer
that tells its version pins the queue to it: what another version answered at the same time is not recorded.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection, transaction

from experiments.core import limits
from experiments.core.choices import QueueStatus, RowStatus
from experiments.models import Queue
from experiments.services.queue_pause import FailedInARow, queue_pause_at_limit, queue_pause_by_breaker
from experiments.worker.claim import LockedQueue, lock_queue
from experiments.worker.record import Outcome, Streaks, Trip, by_version, is_from_before
from experiments.worker.round import LaneKeys, RoundOrder, RoundResult, run_round

_STILL_OURS = "SELECT item_id FROM experiments_claim WHERE item_id = ANY(%s) AND lease_id = %s"

_AHEAD_ELSEWHERE = """
SELECT count(*) FROM experiments_claim c JOIN experiments_queueitem i ON i.id = c.item_id
WHERE c.queue_id = %(queue)s AND c.lease_id <> %(lease)s AND i.status = 'queued'
"""


def run_in_steps(keys: LaneKeys, order: RoundOrder) -> RoundResult | None:
    """As `run_round`, in a transaction that pauses the queue where that is due. None: the queue is gone."""
    with transaction.atomic():
        queue = lock_queue(keys.queue_id)
        if queue is None:
            return None
        accepted = _still_ours(order.outcomes, keys.lease_id)
        pinned = queue.pinned_version or _pin(queue.id, accepted)
        accepted = [by_version(one, pinned) for one in accepted]
        judged = [
            one for one in accepted if not is_from_before(one, probing=queue.probing, running_since=queue.running_since)
        ]
        streaks = Streaks(queue.streaks, queue.probing).after(judged)
        outcomes = [by_version(one, pinned) for one in order.outcomes]
        result = run_round(keys, replace(order, outcomes=outcomes, streaks=streaks, want=_want(queue, order)))
        if streaks.trip is not None:
            _pause(keys.queue_id, streaks.trip)
        after = lock_queue(keys.queue_id)
        if after is None or result is None:
            return result
        result = replace(result, pinned=pinned)
        unsent = order.unsent + len(result.claimed) + _claimed_by_others(keys)
        # What is claimed ahead is counted as a call before it is one.
        made = replace(after, calls=after.calls - unsent)
        if after.status == QueueStatus.RUNNING and queue_pause_at_limit(made):
            return replace(result, status=QueueStatus.PAUSED)
        return replace(result, status=after.status)


def _pause(queue_id: UUID, trip: Trip) -> None:
    last = trip.outcome
    queue_pause_by_breaker(
        queue_id, trip.breaker, FailedInARow(last.host, last.message, error_code=last.name, count=trip.count)
    )


def _pin(queue_id: UUID, outcomes: Sequence[Outcome]) -> int | None:
    """The version of the first answer that is recorded, which all others of the queue must be by from now on."""
    results = (one.version for one in outcomes if one.status != RowStatus.QUEUED)
    version = next((version for version in results if version is not None), None)
    if version is not None:
        Queue.objects.filter(pk=queue_id).update(pinned_version=version)
    return version


def _claimed_by_others(keys: LaneKeys) -> int:
    """Rows that other processes have claimed and, as far as it is written down, not sent."""
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD_ELSEWHERE, {"queue": keys.queue_id, "lease": keys.lease_id})
        return int(cursor.fetchone()[0])


def _want(queue: LockedQueue, order: RoundOrder) -> int:
    left = limits.calls_left(queue)
    return order.want if left is None else min(order.want, left)


def _still_ours(outcomes: Sequence[Outcome], lease_id: UUID) -> list[Outcome]:
    if not outcomes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_STILL_OURS, [[one.row.id for one in outcomes], lease_id])
        ours = {row[0] for row in cursor.fetchall()}
    return [one for one in outcomes if one.row.id in ours]
