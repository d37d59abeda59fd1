"""Identical rows are called once, in queues that ask for it; the others never come here.

The first row that asks something is its lead (`models.Lead`), and is called. One that asks the same gets the lead's
answer; while that is on its way it waits: queued and delayed, with the fingerprint in `waits_for`. When the lead is
recorded, those that wait are answered in the same transaction; when it fails, one of them is let go, and leads. Who
waits is looked at again after `WAIT_S` in any case, so that nothing depends on who ended when.

Each of these transactions first takes the advisory locks of its fingerprints, in order: so a lead cannot end unseen
between the look at it and the wait for it. Rows that ask something else do not meet in them.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction

from experiments.core.choices import Reuse, RowStatus
from experiments.core.json_numbers import to_json
from experiments.models import Network
from experiments.models.queues import RATE_DECAY_S
from experiments.worker.claim import ClaimedRow
from experiments.worker.round import UNCLAIMED, LaneKeys, RoundOrder, RoundResult
from experiments.worker.statements import Statement

WAIT_S = 30
"""After so long a row that waits for another is looked at again, whatever became of that one."""
ANSWERED_AT_ONCE = 500
"""So many that wait are answered in one transaction: meanwhile the queue is locked."""
MOST_PARTS = 20
NAMES_OF_THE_ROW = ("version", "experiment_id", "experiment_item_index", "experiment_iteration")
"""Parts of a request that say which row asks; and the version, which is compared apart."""
NO_VERSION = ""
"""Nobody knows which version will answer: it is taken for the same within a queue, and for none of another queue."""


class Asks(Protocol):
    """What is asked of the caller of a queue's rows."""

    @property
    def version(self) -> str: ...
    @property
    def answers(self) -> int | None:
        """The version of the network that its answers are by, where that is known."""

    def fingerprint(self, row: ClaimedRow) -> bytes | None:
        """None where the row cannot be called."""


def fingerprint_of(network_id: int, body: Mapping[str, Any]) -> bytes:
    """SHA-256 of the request as it is sent, without what says which row it is."""
    asked = {name: value for name, value in body.items() if name not in NAMES_OF_THE_ROW}
    return hashlib.sha256(to_json([network_id, asked], ensure_ascii=True).encode()).digest()


AGENT_COLUMNS = ("key", "display_name", "prompt", "is_default", "allow_respond", "model")
NETWORK_COLUMNS = (
    "run_url",
    "config_url",
    "remote_name",
    "version",
    "max_steps",
    "additional_data",
    "endpoint_settings",
)
OTHER_COLUMNS = frozenset(
    (
        *("id", "name", "description", "sealed_token", "transient_400", "timeout_s", "max_concurrency"),
        *("requests_per_minute", "tokens_per_minute", "price_input", "price_output", "currency", "held_until"),
        *("held_since", "hold_reason", "sealed_endpoint"),
        *("users_may_update_schema", "created_at", "updated_at"),
    )
)
"""Columns of a network that change no answer."""


def version_of_network(network: Network, pinned: int | None) -> str:
    """A digest of all that decides about its answers; `NO_VERSION` for a remote that does not keep to a version."""
    is_own = not network.run_url and not settings.RUN_URL
    version = network.version if pinned is None else pinned
    if not is_own and version is None:
        return NO_VERSION
    parts: dict[str, Any] = {name: getattr(network, name) for name in NETWORK_COLUMNS} | {"version": version}
    if is_own:
        parts["model"] = (settings.OPENAI_BASE_URL, settings.OPENAI_MODEL)
        parts["agents"] = [
            {**{name: getattr(agent, name) for name in AGENT_COLUMNS}, "routes": [to.key for to in agent.routes.all()]}
            for agent in network.agents.prefetch_related("routes")
        ]
    else:
        parts["run_url"] = network.run_url or settings.RUN_URL
    return hashlib.sha256(to_json(parts, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


# -- before the call


@dataclass(frozen=True, slots=True)
class FoundLead:
    """The row that leads; `completed_s`: Unix time of its answer."""

    item_id: int
    version: str
    status: str
    completed_s: float | None


@dataclass
class Sorted:
    """What becomes of claimed rows. `leads`: those that are called and lead from now on, or are answered and lead."""

    to_call: list[ClaimedRow]
    leads: list[tuple[int, bytes]]
    answered: list[tuple[int, int]]
    """Item and the item whose answer it gets."""
    waiting: list[tuple[int, bytes]]


def sort_out(
    asked: Sequence[tuple[ClaimedRow, bytes]],
    leads: Mapping[bytes, FoundLead],
    elsewhere: Mapping[bytes, FoundLead],
    version: str,
) -> Sorted:
    """Pure. A row that a person has retried is answered by nothing that is older than that."""
    now = dict(leads)
    done = Sorted([], [], [], [])
    for row, print_ in sorted(asked, key=lambda one: one[0].row_index):
        lead, other = now.get(print_), elsewhere.get(print_)
        if lead and lead.item_id == row.id:
            done.to_call.append(row)
            if lead.version != version:
                done.leads.append((row.id, print_))
        elif lead and _counts(lead, row, version) and lead.status == RowStatus.SUCCEEDED:
            done.answered.append((row.id, lead.item_id))
        elif lead and _counts(lead, row, version) and lead.status != RowStatus.FAILED:
            done.waiting.append((row.id, print_))
        elif other and _counts(other, row, version):
            done.answered.append((row.id, other.item_id))
            done.leads.append((row.id, print_))
            # It has no answer yet that others could be given.
            now[print_] = replace(other, version=version)
        else:
            done.to_call.append(row)
            done.leads.append((row.id, print_))
            now[print_] = FoundLead(row.id, version, RowStatus.QUEUED, None)
    return done


def _counts(lead: FoundLead, row: ClaimedRow, version: str) -> bool:
    is_same = lead.version == version or NO_VERSION in (lead.version, version)
    is_retried = row.generation > 1 and lead.status == RowStatus.SUCCEEDED
    retried_s = row.queued_at.timestamp() if row.queued_at else 0.0
    return is_same and not (is_retried and (lead.completed_s or 0.0) < retried_s)


_LOCK = Statement("SELECT count(pg_advisory_xact_lock(k)) FROM unnest(%(keys)s::bigint[]) AS k")

_LEADS = Statement("""
SELECT l.fingerprint, l.item_id, l.version, i.status, extract(epoch FROM i.completed_at)::float8
FROM experiments_lead l JOIN experiments_queueitem i ON i.id = l.item_id
WHERE l.queue_id = %(queue)s AND l.fingerprint = ANY(%(prints)s::bytea[])
""")
_ELSEWHERE = Statement("""
SELECT DISTINCT ON (l.fingerprint) l.fingerprint, l.item_id, l.version, i.status,
       extract(epoch FROM i.completed_at)::float8
FROM experiments_lead l JOIN experiments_queueitem i ON i.id = l.item_id
JOIN experiments_queue q ON q.id = l.queue_id
WHERE l.fingerprint = ANY(%(prints)s::bytea[]) AND l.queue_id <> %(queue)s AND l.version = %(version)s
  AND q.created_by_id = %(owner)s AND q.network_id + 0 = %(network)s AND q.deleted_at IS NULL
  AND i.status = 'succeeded' AND i.result_payload IS NOT NULL
  AND (i.version IS NULL OR %(answers)s::int IS NULL OR i.version = %(answers)s)
ORDER BY l.fingerprint, i.completed_at DESC
""")
_UNLEAD = Statement("""
WITH gone AS (
    DELETE FROM experiments_lead
    WHERE item_id = ANY(%(ids)s::bigint[]) OR (queue_id = %(queue)s AND fingerprint = ANY(%(prints)s::bytea[]))
    RETURNING 1
)
SELECT count(*) FROM gone
""")
_LEAD = Statement("""
WITH led AS (
    INSERT INTO experiments_lead (item_id, queue_id, fingerprint, version)
    SELECT g.id, %(queue)s, g.print, %(version)s FROM unnest(%(ids)s::bigint[], %(prints)s::bytea[]) AS g(id, print)
    RETURNING 1
)
SELECT count(*) FROM led
""")
_CALLED = Statement("""
WITH called AS (
    UPDATE experiments_queueitem SET waits_for = NULL WHERE id = ANY(%(ids)s::bigint[]) AND waits_for IS NOT NULL
    RETURNING 1
)
SELECT count(*) FROM called
""")
_WAIT = Statement(f"""
WITH given AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(prints)s::bytea[]) AS g(id, print)
), fenced AS (
    DELETE FROM experiments_claim c USING given g WHERE c.item_id = g.id AND c.lease_id = %(lease)s RETURNING c.item_id
), waits AS (
    UPDATE experiments_queueitem i
    SET waits_for = g.print, delayed = TRUE, available_at = clock_timestamp() + interval '{WAIT_S} second'
    FROM fenced f JOIN given g ON g.id = f.item_id WHERE i.id = f.item_id
    RETURNING 1
)
SELECT count(*) FROM waits
""")  # noqa: S608
_IS_ANSWERED = """
    SET status = 'succeeded', lost = 0, delayed = FALSE, limited_since = NULL, waits_for = NULL,
        result_payload = s.result_payload, run_trace_id = s.run_trace_id, version = s.version,
        unknown_end = '', looks = 0, error_code = '', error_message = '',
        started_at = NULL, completed_at = clock_timestamp(), elapsed_ms = NULL,
        input_tokens = coalesce(i.input_tokens, CASE WHEN s.input_tokens IS NOT NULL THEN 0 END),
        output_tokens = coalesce(i.output_tokens, CASE WHEN s.output_tokens IS NOT NULL THEN 0 END),
        cost = coalesce(i.cost, CASE WHEN s.cost IS NOT NULL THEN 0 END),
        reused_from = coalesce(s.reused_from, jsonb_build_object('queue', s.queue_id, 'row_index', s.row_index))
"""
"""An item `i` from the item `s`, whose tokens and cost are paid already: it costs nothing, where a cost is known."""
_ANSWER = Statement(f"""
WITH given AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(sources)s::bigint[]) AS g(id, source_id)
), fenced AS (
    DELETE FROM experiments_claim c USING given g WHERE c.item_id = g.id AND c.lease_id = %(lease)s RETURNING c.item_id
), answered AS (
    UPDATE experiments_queueitem i {_IS_ANSWERED}
    FROM fenced f JOIN given g ON g.id = f.item_id JOIN experiments_queueitem s ON s.id = g.source_id
    -- A person may have sent the other for a new answer just now: then this row waits to be claimed again.
    WHERE i.id = f.item_id AND s.status = 'succeeded' AND s.result_payload IS NOT NULL
    RETURNING 1
)
SELECT (SELECT count(*) FROM fenced), (SELECT count(*) FROM answered)
""")  # noqa: S608
_COUNT = Statement(f"""
WITH counted AS (
    UPDATE experiments_queue q
    SET queued = q.queued - g.answered, succeeded = q.succeeded + g.answered, reused = q.reused + g.answered,
        calls = greatest(q.calls - g.uncalled, 0),
        rate = coalesce(q.rate * exp(-least(extract(epoch FROM clock_timestamp() - q.rate_at)::float8
                                            / {RATE_DECAY_S}, 50)), 0) + g.answered,
        rate_at = clock_timestamp()
    FROM (SELECT %(answered)s::int AS answered, %(uncalled)s::int AS uncalled) g WHERE q.id = %(queue)s
    RETURNING q.queued
)
SELECT queued FROM counted
""")  # noqa: S608


def only_to_call(keys: LaneKeys, caller: Asks, result: RoundResult) -> RoundResult:
    """The round with those of its claimed rows that are to be called. The others are answered, or wait."""
    prints = [(row, caller.fingerprint(row)) for row in result.claimed]
    asked = [(row, print_) for row, print_ in prints if print_ is not None]
    if not asked:
        return result
    with transaction.atomic():
        known = sorted({print_ for _, print_ in asked})
        _lock(known)
        values = {"queue": keys.queue_id, "prints": known, "version": caller.version}
        leads = _found(_LEADS.fetch({"queue": keys.queue_id, "prints": known}))
        elsewhere: dict[bytes, FoundLead] = {}
        if keys.reuse == Reuse.NETWORK and caller.version != NO_VERSION:
            elsewhere = _found(
                _ELSEWHERE.fetch(
                    {**values, "answers": caller.answers, "owner": keys.owner_id, "network": keys.network_id}
                )
            )
        done = sort_out(asked, leads, elsewhere, caller.version)
        queued = _write(keys, done, caller.version)
    called = {row.id for row in done.to_call} | {row.id for row, print_ in prints if print_ is None}
    claimed = [row for row in result.claimed if row.id in called]
    return replace(result, claimed=claimed, queued=result.queued if queued is None else queued)


def _lock(prints: Iterable[bytes]) -> None:
    """Until the transaction ends, in one order for all."""
    keys = sorted(int.from_bytes(print_[:8], signed=True) for print_ in prints)
    _LOCK.fetch({"keys": keys})


def _found(rows: Iterable[tuple[Any, ...]]) -> dict[bytes, FoundLead]:
    return {bytes(print_): FoundLead(*rest) for print_, *rest in rows}


def _write(keys: LaneKeys, done: Sorted, version: str) -> int | None:
    """How many rows of the queue are queued after it; None where nothing changed that."""
    uncalled = answered = 0
    queue = {"queue": keys.queue_id}
    if done.leads:
        ids, prints = (list(column) for column in zip(*done.leads, strict=True))
        _UNLEAD.fetch({**queue, "ids": ids, "prints": prints})
        _LEAD.fetch({**queue, "ids": ids, "prints": prints, "version": version})
    if done.waiting:
        ids, prints = (list(column) for column in zip(*done.waiting, strict=True))
        ((uncalled,),) = _WAIT.fetch({"lease": keys.lease_id, "ids": ids, "prints": prints})
    if done.answered:
        ids, sources = (list(column) for column in zip(*done.answered, strict=True))
        ((fenced, answered),) = _ANSWER.fetch({"lease": keys.lease_id, "ids": ids, "sources": sources})
        uncalled += fenced
    if done.to_call:
        _CALLED.fetch({"ids": [row.id for row in done.to_call]})
    if not (uncalled or answered):
        return None
    rows = _COUNT.fetch({**queue, "answered": answered, "uncalled": uncalled})
    return rows[0][0] if rows else None


# -- after the call

_LED = Statement("SELECT fingerprint FROM experiments_lead WHERE item_id = ANY(%(ids)s::bigint[])")
_SETTLE = Statement(f"""
WITH ended AS MATERIALIZED (
    SELECT l.fingerprint, l.item_id, i.status = 'succeeded' AND i.result_payload IS NOT NULL AS has_answer
    FROM experiments_lead l JOIN experiments_queueitem i ON i.id = l.item_id
    WHERE l.queue_id = %(queue)s AND l.fingerprint = ANY(%(prints)s::bytea[]) AND i.status IN ('succeeded', 'failed')
      AND (SELECT status FROM experiments_queue WHERE id = %(queue)s) IN ('running', 'paused')
), waiting AS MATERIALIZED (
    SELECT w.id, e.item_id, e.has_answer FROM ended e CROSS JOIN LATERAL (
        -- One that is locked is claimed just now, and looks for itself.
        SELECT i.id FROM experiments_queueitem i
        WHERE i.queue_id = %(queue)s AND i.waits_for = e.fingerprint AND i.status = 'queued' AND {UNCLAIMED}
        ORDER BY i.row_index LIMIT CASE WHEN e.has_answer THEN {ANSWERED_AT_ONCE} ELSE 1 END
        FOR NO KEY UPDATE OF i SKIP LOCKED
    ) w
), answered AS (
    UPDATE experiments_queueitem i {_IS_ANSWERED}
    FROM waiting w JOIN experiments_queueitem s ON s.id = w.item_id WHERE i.id = w.id AND w.has_answer
    RETURNING 1
), freed AS (
    UPDATE experiments_queueitem i SET waits_for = NULL, delayed = FALSE, available_at = clock_timestamp()
    FROM waiting w WHERE i.id = w.id AND NOT w.has_answer
    RETURNING 1
)
SELECT (SELECT count(*) FROM answered), (SELECT count(*) FROM freed)
""")  # noqa: S608

MakeRound = Callable[[LaneKeys, RoundOrder], RoundResult | None]


def round_with_leads(keys: LaneKeys, order: RoundOrder, make_round: MakeRound) -> RoundResult | None:
    """A round, and what becomes of the rows that wait for those that it records, in one transaction."""
    ended = [one.row.id for one in order.outcomes if one.status != RowStatus.QUEUED]
    prints = [bytes(row[0]) for row in _LED.fetch({"ids": ended})] if ended else []
    if not prints:
        return make_round(keys, order)
    with transaction.atomic():
        _lock(prints)
        result = make_round(keys, order)
        if result is None:
            return None
        answered, result = _settle(keys, prints, result)
    for _ in range(MOST_PARTS):
        if answered < ANSWERED_AT_ONCE:
            break
        with transaction.atomic():
            _lock(prints)
            answered, result = _settle(keys, prints, result)
    return result


def _settle(keys: LaneKeys, prints: Sequence[bytes], result: RoundResult) -> tuple[int, RoundResult]:
    """How many were answered, and the round's result with that."""
    ((answered, freed),) = _SETTLE.fetch({"queue": keys.queue_id, "prints": list(prints)})
    if answered:
        ((queued,),) = _COUNT.fetch({"queue": keys.queue_id, "answered": answered, "uncalled": 0})
        result = replace(result, queued=queued)
    return answered, replace(result, freed=result.freed + freed)
