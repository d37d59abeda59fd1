"""Recording outcomes: all that are pending in one statement a table, guarded by the id of the lease.

A row that somebody else has leased by now is left alone, so that a result is recorded once.
"""

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.db import connection

from experiments.core.choices import RowError, RowStatus
from experiments.models import Run
from experiments.models.queues import RATE_DECAY_S
from experiments.run_client.retry_policy import Breaker
from experiments.services import run_values
from experiments.services.queue_pause import queue_pause_by_breaker, queue_pause_for
from experiments.worker.claim import ClaimedRow, LockedQueue

NO_ROW = -1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended, as it will be stored. `status` is the row's next one: succeeded, failed or queued."""

    row: ClaimedRow
    status: RowStatus
    name: str
    """For the ledger: `succeeded`, an error code, or `given_back`."""
    message: str = ""
    error_code: str = ""
    counted: bool = True
    delay_s: float = 0.0
    limited: bool = False
    http_status: int | None = None
    payload: dict[str, Any] | None = None
    elapsed_ms: int | None = None
    tokens: int = 0
    breaker: Breaker | None = None
    neutral: bool = False
    """Says nothing about the runtime: neither starts nor ends a streak of failures."""
    pause_until_s: float | None = None
    run: dict[str, Any] | None = None
    """Columns of the `Run`; None where nothing came back that is worth one."""
    trace_id: str | None = None


def failure_on_our_side(row: ClaimedRow, code: RowError, message: str) -> Outcome:
    """A row that failed before or beside its call, which says nothing about the runtime."""
    return Outcome(row, RowStatus.FAILED, code, error_code=code, message=message, neutral=True)


_ITEMS = """
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(outcomes)s::jsonb) AS g(
        id bigint, lease_id uuid, status text, counted boolean, delay_s float8, limited boolean, error_code text,
        message text, payload jsonb, trace_id text, elapsed_ms int, http_status smallint, name text)
), written AS (
    UPDATE experiments_queueitem i
    SET status = g.status, lease_id = NULL, lease_until = NULL, lost = 0,
        attempts = i.attempts - CASE WHEN g.counted THEN 0 ELSE 1 END,
        available_at = CASE WHEN g.status = 'queued' THEN clock_timestamp() + g.delay_s * interval '1 second'
                            ELSE i.available_at END,
        limited_since = CASE WHEN g.limited THEN coalesce(i.limited_since, clock_timestamp()) END,
        error_code = g.error_code, error_message = CASE WHEN g.status = 'failed' THEN g.message ELSE '' END,
        result_payload = g.payload, run_trace_id = g.trace_id, elapsed_ms = g.elapsed_ms,
        completed_at = CASE WHEN g.status = 'queued' THEN NULL ELSE clock_timestamp() END
    FROM given g WHERE i.id = g.id AND i.lease_id = g.lease_id AND i.status = 'running'
    RETURNING i.id, i.generation, i.started_at, g.name, g.message, g.http_status
), noted AS (
    INSERT INTO experiments_attempt (item_id, generation, attempt, started_at, http_status, outcome, detail)
    SELECT w.id, w.generation, a.attempt, w.started_at, w.http_status, w.name, w.message
    FROM written w JOIN jsonb_to_recordset(%(outcomes)s::jsonb) AS a(id bigint, attempt smallint) ON a.id = w.id
)
SELECT id FROM written
"""


def record_outcomes(queue: LockedQueue, outcomes: list[Outcome]) -> list[Outcome]:
    """Stores the outcomes of rows that are still leased to us, and updates or pauses the queue; those outcomes.

    The transaction must have locked the queue. `DataError` where a value cannot be stored: record them one by one then.
    """
    outcomes = _with_own_trace_ids(queue, outcomes)
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, {"outcomes": json.dumps([_item(outcome) for outcome in outcomes])})
        written = {row[0] for row in cursor.fetchall()}
    accepted = [outcome for outcome in outcomes if outcome.row.id in written]
    if accepted:
        _store_runs(queue, accepted)
        _update_queue(queue, accepted)
    return accepted


def _item(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.row.id,
        "attempt": outcome.row.attempt,
        "lease_id": str(outcome.row.lease_id),
        "status": outcome.status,
        "counted": outcome.counted,
        "delay_s": outcome.delay_s,
        "limited": outcome.limited,
        "error_code": outcome.error_code,
        "message": outcome.message,
        "payload": outcome.payload,
        "trace_id": outcome.trace_id,
        "elapsed_ms": outcome.elapsed_ms,
        "http_status": outcome.http_status,
        "name": outcome.name,
    }


def _with_own_trace_ids(queue: LockedQueue, outcomes: list[Outcome]) -> list[Outcome]:
    """Every run gets a trace id of its own: a remote may send none, or one that another row's run has already."""
    wanted = [outcome.trace_id for outcome in outcomes if outcome.run is not None and outcome.trace_id]
    taken = _rows_of_runs(queue, wanted, outcomes)
    own = []
    for outcome in outcomes:
        if outcome.run is not None:
            outcome = replace(outcome, trace_id=_free_trace_id(outcome, taken))
            taken[str(outcome.trace_id)] = outcome.row.id
        own.append(outcome)
    return own


def _rows_of_runs(queue: LockedQueue, trace_ids: list[str], outcomes: list[Outcome]) -> dict[str, int]:
    """For the trace ids that a run has already: whose it is, `NO_ROW` where no row asked for it."""
    # Our own runtime, called as if it were another's, does not know the row; the request that it kept says which it is.
    asked = {(queue.owner_id, str(queue.id), outcome.row.row_index): outcome.row.id for outcome in outcomes}
    request = ("request__experiment_id", "request__experiment_item_index")
    known = Run.objects.filter(network_id=queue.network_id, trace_id__in=trace_ids)
    rows = {}
    for trace_id, item_id, *origin in known.values_list("trace_id", "item_id", "owner_id", *request):
        rows[trace_id] = asked.get(tuple(origin), NO_ROW) if item_id is None else item_id
    return rows


def _free_trace_id(outcome: Outcome, taken: dict[str, int]) -> str:
    wanted = outcome.trace_id
    if not wanted:
        return uuid4().hex
    if taken.get(wanted) in (None, outcome.row.id):
        return wanted
    return f"{wanted}~{uuid4().hex[:12]}"


def _store_runs(queue: LockedQueue, outcomes: list[Outcome]) -> None:
    runs = [
        Run(
            trace_id=str(outcome.trace_id),
            network_id=queue.network_id,
            owner_id=queue.owner_id,
            item_id=outcome.row.id,
            **outcome.run,
        )
        for outcome in outcomes
        if outcome.run is not None
    ]
    Run.objects.bulk_create(
        runs,
        update_conflicts=True,
        unique_fields=["network", "trace_id"],
        update_fields=["item", *run_values.COLUMNS],
    )


_QUEUE = """
UPDATE experiments_queue q
SET running = q.running - %(n)s, queued = q.queued + %(queued)s, succeeded = q.succeeded + %(succeeded)s,
    failed = q.failed + %(failed)s, tokens = q.tokens + %(tokens)s, calls = greatest(q.calls - %(uncalled)s, 0),
    rate = coalesce(q.rate * exp(-least(extract(epoch FROM clock_timestamp() - q.rate_at)::float8 / %(decay)s, 50)), 0)
           + %(succeeded)s + %(failed)s,
    rate_at = clock_timestamp(), streak = %(streak)s, streak_group = %(group)s, probing = %(probing)s
WHERE q.id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Streak:
    """Failures of one group in a row, and whether they are enough to pause."""

    length: int
    group: str
    probing: bool
    tripped: Breaker | None = None


def streak_after(streak: Streak, outcomes: list[Outcome]) -> Streak:
    """The streak after these outcomes, in the order in which they came back."""
    for outcome in outcomes:
        if outcome.neutral:
            continue
        if outcome.breaker is None:
            streak = replace(streak, length=0, group="", probing=False)
            continue
        group = outcome.breaker.group
        length = streak.length + 1 if group == streak.group else 1
        # After a pause one row goes first: if it fails in such a way again, that is enough.
        enough = length >= outcome.breaker.threshold or streak.probing
        streak = replace(streak, length=length, group=group, tripped=outcome.breaker if enough else streak.tripped)
    return streak


def _is_from_before(queue: LockedQueue, outcome: Outcome) -> bool:
    """Whether it was called before the pause after which one row goes first: it does not say how things are now."""
    since = queue.running_since
    return queue.probing and (since is None or outcome.row.started_at < since)


def _update_queue(queue: LockedQueue, outcomes: list[Outcome]) -> None:
    judged = [outcome for outcome in outcomes if not _is_from_before(queue, outcome)]
    streak = streak_after(Streak(queue.streak, queue.streak_group, queue.probing), judged)
    next_statuses = (RowStatus.QUEUED, RowStatus.SUCCEEDED, RowStatus.FAILED)
    counts = {status.value: sum(outcome.status == status for outcome in outcomes) for status in next_statuses}
    tokens = sum(outcome.tokens for outcome in outcomes)
    uncalled = sum(outcome.name == RowError.TEMPLATE_ERROR for outcome in outcomes)
    values: dict[str, Any] = {**counts, "id": queue.id, "n": len(outcomes), "tokens": tokens, "decay": RATE_DECAY_S}
    values["uncalled"] = uncalled
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, {**values, "streak": streak.length, "group": streak.group, "probing": streak.probing})
    if streak.tripped is not None:
        queue_pause_by_breaker(queue.id, streak.tripped)
    waits = [outcome.pause_until_s for outcome in outcomes if outcome.pause_until_s is not None]
    if waits:
        queue_pause_for(queue.id, max(waits))
