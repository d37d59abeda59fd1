"""One round of a lane: what came back is recorded, what runs is marked, the next rows are claimed, in one statement.

It is the hot path: one trip to the database. The statement takes away the claims of the rows that it records, writes
the rows, then at its end the queue's row, whose counters it changes by as much as it has really written. Where the
claim is gone or somebody else's by now the row is left alone, so that a result is recorded once.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from experiments.core.choices import Reuse, RowError
from experiments.models.queues import RATE_DECAY_S, SUSPECT_FROM
from experiments.worker.claim import ClaimedRow
from experiments.worker.record import Outcome, Streaks
from experiments.worker.statements import Statement
from experiments.worker.totals import totals

UNCLAIMED = "(SELECT c.item_id FROM experiments_claim c WHERE c.item_id = i.id) IS NULL"
"""Of an item `i`. Looked up for each: as NOT EXISTS it is a join, which may go through all claims for each item."""

_ROUND = f"""
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(outcomes)s::jsonb) AS g(
        id bigint, lease_id uuid, attempt int, status text, counted bool, delay_s float8, limited bool,
        error_code text, message text, unread text, payload jsonb, changes jsonb,
        trace_id text, elapsed_ms int, http_status int, name text, age_s float8,
        tokens bigint, input_tokens bigint, output_tokens bigint, cost numeric, run jsonb, spare text,
        called bool, version int, unknown_end text, looks smallint)
), fenced AS (
    DELETE FROM experiments_claim c USING given g WHERE c.item_id = g.id AND c.lease_id = g.lease_id
    RETURNING c.item_id
), named AS MATERIALIZED (
    -- Every run gets a trace id of its own: a remote may send one that another row's run has already. Our own runtime,
    -- called as if it were another's, does not know the row; the request that it kept says which it is. With + 0 no
    -- index is taken that begins with the network: a plan that is made while there are no runs could take any.
    SELECT g.*, o.status = 'running' AS was_running, CASE WHEN g.run IS NOT NULL AND (
        SELECT r.item_id IS DISTINCT FROM g.id AND NOT coalesce(
            r.item_id IS NULL AND r.owner_id = %(owner)s AND r.request->>'experiment_id' = %(queue)s::text
            AND r.request->>'experiment_item_index' = o.row_index::text, FALSE)
        FROM experiments_run r WHERE r.trace_id = g.trace_id AND r.network_id + 0 = %(network)s
    ) THEN g.trace_id || '~' || g.spare ELSE g.trace_id END AS trace
    FROM fenced f JOIN given g ON g.id = f.item_id JOIN experiments_queueitem o ON o.id = g.id
), written AS (
    UPDATE experiments_queueitem i
    SET status = g.status, lost = CASE WHEN g.called OR g.status <> 'queued' THEN 0 ELSE i.lost END,
        unknown_end = g.unknown_end, looks = g.looks, version = g.version,
        attempts = i.attempts + (i.status = 'queued')::int - (NOT g.counted)::int,
        delayed = g.status = 'queued' AND g.delay_s > 0,
        available_at = CASE WHEN g.status = 'queued' THEN clock_timestamp() + g.delay_s * interval '1 second'
                            ELSE i.available_at END,
        limited_since = CASE WHEN g.limited THEN coalesce(i.limited_since, clock_timestamp()) END,
        error_code = g.error_code, error_message = CASE WHEN g.status = 'failed' THEN g.message ELSE '' END,
        result_payload = g.payload, changes = g.changes, run_trace_id = g.trace, elapsed_ms = g.elapsed_ms,
        input_tokens = CASE WHEN g.input_tokens IS NULL THEN i.input_tokens
                            ELSE coalesce(i.input_tokens, 0) + g.input_tokens END,
        output_tokens = CASE WHEN g.output_tokens IS NULL THEN i.output_tokens
                             ELSE coalesce(i.output_tokens, 0) + g.output_tokens END,
        cost = CASE WHEN g.cost IS NULL THEN i.cost ELSE coalesce(i.cost, 0) + g.cost END,
        started_at = CASE WHEN i.status = 'queued' THEN clock_timestamp() - g.age_s * interval '1 second'
                          ELSE i.started_at END,
        completed_at = CASE WHEN g.status = 'queued' THEN NULL ELSE clock_timestamp() END
    FROM named g WHERE i.id = g.id
    RETURNING i.id, i.generation, i.started_at, g.was_running, g.attempt, g.http_status, g.name, g.message, g.status,
              g.unread, g.tokens, g.input_tokens, g.output_tokens, g.cost, g.trace, g.run, g.called, g.limited,
              i.corrected_payload IS NOT NULL AS corrected
), noted AS (
    INSERT INTO experiments_attempt (item_id, generation, attempt, started_at, http_status, outcome, detail, unread)
    SELECT id, generation, attempt, started_at, http_status, name, message, unread FROM written
), kept AS (
    INSERT INTO experiments_run (trace_id, network_id, owner_id, item_id, agent_key, status, request, final,
                                 execution_log, debug, usage, duration_ms, input_tokens, output_tokens, cost, version,
                                 created_at)
    SELECT trace, %(network)s, %(owner)s, id, run->>'agent_key', run->>'status', run->'request', run->'final',
           run->'execution_log', nullif(run->'debug', 'null'), run->'usage', (run->>'duration_ms')::int,
           input_tokens, output_tokens, cost, (run->>'version')::int, clock_timestamp()
    FROM written WHERE run IS NOT NULL
    ON CONFLICT (network_id, trace_id) DO UPDATE
    SET item_id = excluded.item_id, agent_key = excluded.agent_key, status = excluded.status,
        request = excluded.request, final = excluded.final, execution_log = excluded.execution_log,
        debug = excluded.debug, usage = excluded.usage, duration_ms = excluded.duration_ms,
        input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, cost = excluded.cost,
        version = excluded.version
), held AS MATERIALIZED (
    -- Locked: a claim that is taken away just now is gone when the row comes to be marked.
    SELECT m.id, m.age_s FROM unnest(%(marked_id)s::bigint[], %(marked_age_s)s::float8[]) AS m(id, age_s)
    JOIN experiments_claim c ON c.item_id = m.id AND c.lease_id = %(lease)s FOR KEY SHARE OF c
), marked AS (
    UPDATE experiments_queueitem i
    SET status = 'running', attempts = i.attempts + 1, completed_at = NULL, elapsed_ms = NULL,
        started_at = clock_timestamp() - m.age_s * interval '1 second'
    FROM held m WHERE i.id = m.id AND i.status = 'queued'
    RETURNING i.id
), wanted AS (
    SELECT CASE WHEN status = 'running' AND deleted_at IS NULL THEN %(want)s::int ELSE 0 END AS n,
           coalesce(range_from, 0) AS first, coalesce(range_to, 2147483647) AS after_last
    FROM experiments_queue WHERE id = %(queue)s
), picked AS (
    -- Locked, so that what it gives is the newest of a row, and the row may still be claimed.
    SELECT * FROM (
        {{sources}}
    ) found ORDER BY row_index LIMIT (SELECT n FROM wanted)
), claimed AS (
    -- Another lane may have claimed it since this statement began, and let go of the lock.
    INSERT INTO experiments_claim (item_id, queue_id, lease_id) SELECT id, %(queue)s, %(lease)s FROM picked
    ON CONFLICT (item_id) DO NOTHING
    RETURNING item_id
), sums AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE was_running) AS was_running,
           count(*) FILTER (WHERE status = 'queued') AS requeued,
           count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE status = 'failed' AND corrected) AS failed_corrected,
           coalesce(sum(tokens), 0) AS tokens,
           coalesce(sum(input_tokens), 0) AS input_tokens, coalesce(sum(output_tokens), 0) AS output_tokens,
           sum(cost) AS cost, count(*) FILTER (WHERE limited) AS refused,
           count(*) FILTER (WHERE name = %(uncalled)s OR NOT called) AS uncalled,
           (SELECT count(*) FROM marked) AS marked, (SELECT count(*) FROM claimed) AS claimed
    FROM written
), counted AS (
    UPDATE experiments_queue q
    SET running = q.running - s.was_running + s.marked,
        queued = q.queued - (s.n - s.was_running) - s.marked + s.requeued,
        succeeded = q.succeeded + s.succeeded, failed = q.failed + s.failed,
        failed_corrected = q.failed_corrected + s.failed_corrected, tokens = q.tokens + s.tokens,
        input_tokens = q.input_tokens + s.input_tokens, output_tokens = q.output_tokens + s.output_tokens,
        cost = CASE WHEN s.cost IS NULL THEN q.cost ELSE coalesce(q.cost, 0) + s.cost END,
        calls = greatest(q.calls - s.uncalled - s.refused, 0) + s.claimed,
        refused_calls = q.refused_calls + s.refused,
        claimed_at = CASE WHEN s.claimed > 0 THEN clock_timestamp() ELSE q.claimed_at END,
        rate = CASE WHEN s.n = 0 THEN q.rate ELSE
               coalesce(q.rate * exp(-least(extract(epoch FROM clock_timestamp() - q.rate_at)::float8
                                            / {RATE_DECAY_S}, 50)), 0) + s.succeeded + s.failed END,
        rate_at = CASE WHEN s.n = 0 THEN q.rate_at ELSE clock_timestamp() END,
        streaks = coalesce(%(streaks)s::jsonb, CASE WHEN %(streaks_end)s AND NOT q.probing THEN '{{{{}}}}'::jsonb
                                                    ELSE q.streaks END),
        reach_tries = CASE WHEN q.probing AND NOT coalesce(%(probing)s::bool, TRUE) THEN 0 ELSE q.reach_tries END,
        probing = coalesce(%(probing)s::bool, q.probing)
    FROM sums s WHERE q.id = %(queue)s AND (s.n > 0 OR s.marked > 0 OR s.claimed > 0)
    RETURNING q.queued, q.running, q.probing
)
SELECT q.status, coalesce(c.queued, q.queued), coalesce(c.running, q.running), coalesce(c.probing, q.probing),
       extract(epoch FROM q.running_since)::float8, s.n, (
       SELECT extract(epoch FROM i.available_at - statement_timestamp())::float8 FROM experiments_queueitem i
       WHERE i.queue_id = %(queue)s AND i.status = 'queued' AND i.delayed AND i.lost < {SUSPECT_FROM} AND {UNCLAIMED}
       ORDER BY i.available_at LIMIT 1),
       (SELECT count(*) FROM picked),
       r.id, r.row_index, r.payload, r.attempts, r.generation, r.lost, r.queued_s, r.limited_s, r.held_back_s,
       r.unknown_end, r.looks
FROM experiments_queue q CROSS JOIN sums s LEFT JOIN counted c ON TRUE
LEFT JOIN (SELECT p.* FROM claimed l JOIN picked p ON p.id = l.item_id) r ON TRUE
WHERE q.id = %(queue)s AND q.deleted_at IS NULL
ORDER BY r.row_index
"""  # noqa: S608

_MAY_BE_CLAIMED = """
SELECT i.id, i.row_index, i.payload, i.attempts, i.generation, i.lost,
       extract(epoch FROM i.queued_at)::float8 AS queued_s,
       coalesce(extract(epoch FROM clock_timestamp() - i.limited_since), 0)::float8 AS limited_s,
       coalesce(extract(epoch FROM i.available_at - i.limited_since), 0)::float8 AS held_back_s, i.unknown_end, i.looks
FROM experiments_queueitem i
WHERE i.queue_id = %(queue)s AND i.status = 'queued' AND {which} AND {unclaimed}
  AND i.row_index >= (SELECT first FROM wanted) AND i.row_index < (SELECT after_last FROM wanted)
ORDER BY {order} LIMIT (SELECT n FROM wanted) FOR NO KEY UPDATE OF i SKIP LOCKED
"""


def _source(which: str, order: str) -> str:
    return _MAY_BE_CLAIMED.format(which=which, order=order, unclaimed=UNCLAIMED)


_NEW = _source(f"NOT i.delayed AND i.lost < {SUSPECT_FROM} AND i.row_index >= %(from_row)s::int", "i.row_index")
_DUE = _source(f"i.delayed AND i.available_at <= statement_timestamp() AND i.lost < {SUSPECT_FROM}", "i.available_at")
_SUSPECT = _source(
    f"i.lost >= {SUSPECT_FROM} AND coalesce(i.available_at, '-infinity') <= statement_timestamp()", "i.row_index"
)
_ORDINARY_ROUND = Statement(_ROUND.format(sources=f"(SELECT * FROM ({_NEW}) a) UNION ALL (SELECT * FROM ({_DUE}) b)"))  # noqa: S608
_SUSPECT_ROUND = Statement(_ROUND.format(sources=f"SELECT * FROM ({_SUSPECT}) a"))  # noqa: S608


@dataclass(frozen=True, slots=True)
class LaneKeys:
    """Whose round it is. `suspects`: it claims the rows that are called apart, and no others. `reuse`: whether
    identical rows are called once, see `worker.reuse`."""

    queue_id: UUID
    network_id: int
    owner_id: int
    lease_id: UUID
    suspects: bool = False
    reuse: Reuse = Reuse.NONE
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RoundOrder:
    """What one round does. `marked`: item id and seconds of calls that run for some time already. `from_row`: where
    to look for rows that were never called. `unsent`: rows of the queue that this process has claimed and not sent."""

    outcomes: Sequence[Outcome] = ()
    marked: Sequence[tuple[int, float]] = ()
    want: int = 0
    from_row: int = 0
    unsent: int = 0
    streaks: Streaks | None = None
    """Those with the outcomes; None where none of them can have begun or lengthened one."""


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The queue after a round.

    `running_since`: Unix time, another one after each start and resume. `next_due_s`: until the next row that waits for
    its time; None where none does. `found`: rows that could be claimed, up to as many as were wanted; another lane may
    have been faster with some.
    """

    status: str
    queued: int
    running: int
    probing: bool
    running_since: float | None
    recorded: int
    next_due_s: float | None
    found: int
    claimed: list[ClaimedRow] = field(default_factory=list)
    freed: int = 0
    pinned: int | None = None
    """The version that answers are compared with, where the round has looked."""


def run_round(keys: LaneKeys, order: RoundOrder) -> RoundResult | None:
    """Does what `order` says; None where the queue is gone. `DataError` where a value cannot be stored."""
    values = {"outcomes": _as_json(order.outcomes), **_values_of_streaks(order)}
    values["marked_id"] = [item_id for item_id, _ in order.marked]
    values["marked_age_s"] = [age_s for _, age_s in order.marked]
    values |= {"queue": keys.queue_id, "network": keys.network_id, "owner": keys.owner_id, "lease": keys.lease_id}
    values |= {"want": order.want, "from_row": order.from_row, "uncalled": RowError.TEMPLATE_ERROR.value}
    rows = (_SUSPECT_ROUND if keys.suspects else _ORDINARY_ROUND).fetch(values)
    if not rows:
        return None
    claimed = [_claimed_row(row, keys.lease_id) for row in rows if row[8] is not None]
    status, queued, running, probing, running_since, recorded, next_due_s, found = rows[0][:8]
    # Fewer where somebody has taken their claims away meanwhile; which, does not matter to a sum.
    totals.saw(keys.kind, keys.network_id, order.outcomes[:recorded])
    return RoundResult(status, queued, running, probing, running_since, recorded, next_due_s, found, claimed)


def _claimed_row(row: tuple[Any, ...], lease_id: UUID) -> ClaimedRow:
    item_id, row_index, payload, attempts, generation, lost, queued_s, limited_s, held_back_s, *ends = row[8:]
    unknown_end, looks = ends
    return ClaimedRow(
        id=item_id,
        row_index=row_index,
        # Django leaves the jsonb of raw queries as text.
        payload=json.loads(payload) if isinstance(payload, str) else payload,
        attempt=attempts + 1,
        generation=generation,
        lease_id=lease_id,
        lost=lost,
        queued_at=None if queued_s is None else datetime.fromtimestamp(queued_s, UTC),
        limited_s=limited_s,
        held_back_s=held_back_s,
        running_since=row[4],
        unknown_end=unknown_end,
        looks=looks,
    )


def _as_json(outcomes: Sequence[Outcome]) -> str:
    """An object for each row of `given`. Answers and runs are JSON already, and put in as they are."""
    now = time.monotonic()
    pairs = zip(outcomes, _trace_ids(outcomes), strict=True)
    return "[" + ",".join(_object(one, trace_id, now) for one, trace_id in pairs) + "]"


def _object(one: Outcome, trace_id: str | None, now: float) -> str:
    plain = {
        "id": one.row.id,
        "lease_id": str(one.row.lease_id),
        "attempt": one.row.attempt,
        "status": one.status.value,
        "counted": one.counted,
        "delay_s": one.delay_s,
        "limited": one.limited,
        "error_code": str(one.error_code),
        "message": one.message,
        "unread": one.unread,
        "trace_id": trace_id,
        "elapsed_ms": one.elapsed_ms,
        "http_status": one.http_status,
        "name": str(one.name),
        "age_s": now - one.begun if one.begun is not None else 0.0,
        "tokens": one.tokens,
        "input_tokens": one.tokens_used.input,
        "output_tokens": one.tokens_used.output,
        "cost": None if one.cost is None else str(one.cost),
        "spare": os.urandom(6).hex(),
        "called": one.called,
        "version": one.version,
        "unknown_end": str(one.unknown_end),
        "looks": one.looks,
    }
    parts = (("payload", one.payload), ("changes", one.changes), ("run", one.run))
    nested = "".join(f',"{name}":{text}' for name, text in parts if text)
    return json.dumps(plain)[:-1] + nested + "}"


def _trace_ids(outcomes: Sequence[Outcome]) -> list[str | None]:
    """No two runs of one round get the same; one without gets one."""
    taken: set[str] = set()
    ids: list[str | None] = []
    for outcome in outcomes:
        trace_id = outcome.trace_id
        if outcome.run is not None:
            trace_id = trace_id or uuid4().hex
            if trace_id in taken:
                trace_id = f"{trace_id}~{uuid4().hex[:12]}"
            taken.add(trace_id)
        ids.append(trace_id)
    return ids


def _values_of_streaks(order: RoundOrder) -> dict[str, Any]:
    streaks = order.streaks
    return {
        "streaks": json.dumps(streaks.counts) if streaks else None,
        "probing": streaks.probing if streaks else None,
        "streaks_end": any(not one.neutral and one.breaker is None for one in order.outcomes),
    }
