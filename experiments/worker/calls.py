"""From a claimed row to its outcome: what is sent, and what the answer means.

The plan of a queue is loaded from the database once, by the engine's own thread. Calls read nothing from it: they run
in threads that have no connection, which also render the prompt, judge the answer and write it as JSON.
"""

import json
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.conf import settings

from experiments import response_schema
from experiments.core.choices import ErrorCode, Reuse, RowError, RowStatus
from experiments.core.cost import Prices
from experiments.core.errors import WorkbenchError
from experiments.kinds import Plan, kind_of
from experiments.models import Network, Queue
from experiments.models.run_hosts import same_origin
from experiments.run_client import AbortHandle, FailureReason, RunReply, RunTarget, post_run
from experiments.run_client.failures import where
from experiments.run_client.retry_policy import Verdict, decide
from experiments.run_client.same_words import same_words
from experiments.services.remote_schema import config_target
from experiments.services.run_credentials import signed_credential
from experiments.services.run_values import NO_PRICES, cost_of_reply, run_values
from experiments.worker.claim import ClaimedRow
from experiments.worker.record import Outcome, failure_on_our_side
from experiments.worker.remote_runs import RemoteRuns, refuse_other_version
from experiments.worker.reuse import NO_VERSION, fingerprint_of, version_of_network

logger = logging.getLogger(__name__)

OWN_RUNTIME = "This site's runtime"
FOUND_AT_NETWORK = (
    "The network had finished this call when the worker was lost: its answer was looked up, nothing called again."
)


@dataclass(frozen=True, slots=True)
class Prepared:
    row: ClaimedRow
    body: dict[str, Any]
    idempotency_key: str


class RowCaller:
    """Everything about a queue that its calls need, read once for a lane and used by all its threads.

    `WorkbenchError`, `LookupError` or `ValueError` where the queue cannot be called as it is set up.
    """

    def __init__(self, queue: Queue) -> None:
        if queue.network is None:
            raise WorkbenchError(
                f"The network of this {kind_of(queue).nouns.one} is gone.", code=ErrorCode.UNKNOWN_NETWORK
            )
        self._plan = kind_of(queue).plan(queue.pk)
        self._queue = queue
        self._max_attempts = queue.max_attempts
        self._target = run_target(queue.network, lambda: signed_credential(queue))
        self._host = host_of(queue.network)
        self._prices = queue.network.prices
        is_reused = queue.reuse != Reuse.NONE
        self.version = version_of_network(queue.network, queue.pinned_version) if is_reused else NO_VERSION
        self._network_id = queue.network.pk
        self._common = _common_body(queue, self._plan)
        schema = self._plan.schema
        self._tolerate = response_schema.tolerance(schema) if queue.tolerant and schema else None
        target = config_target(queue.network)
        self._remote = RemoteRuns(target, queue.pk, queue.pinned_version) if target else None

    def prepare(self, row: ClaimedRow) -> Prepared | Outcome:
        """The request of a row; an outcome at once where its template cannot be rendered."""
        try:
            message, params = self._plan.request(row.payload)
        except WorkbenchError as error:
            return failure_on_our_side(row, RowError.TEMPLATE_ERROR, error.detail)
        body = {
            **self._common,
            "user_message": message,
            "system_params": params,
            "experiment_item_index": row.row_index,
        }
        if self._remote:
            # Its record of the run then says which of a person's retries it answers.
            body["experiment_iteration"] = row.generation
        return Prepared(row, body, idempotency_key(self._queue, row))

    def fingerprint(self, row: ClaimedRow) -> bytes | None:
        """Of what the row asks; None where that cannot be said. Then it is called, which says what is wrong with it."""
        try:
            prepared = self.prepare(row)
        except Exception:
            logger.exception("fingerprint of row %s", row.row_index)
            return None
        return None if isinstance(prepared, Outcome) else fingerprint_of(self._network_id, prepared.body)

    def call(
        self, row: ClaimedRow, abort: AbortHandle, on_answered: Callable[[bool], None] = lambda is_answer: None
    ) -> tuple[Outcome, Verdict]:
        """Prepares the row and calls `/run` once, unless the remote has the answer to a call that was lost.

        `on_answered` is called as soon as nothing is under way any more, before the answer is judged, with whether one
        came.
        """
        prepared = self.prepare(row)
        if isinstance(prepared, Outcome):
            on_answered(False)
            return prepared, Verdict("fail")
        begun = time.monotonic()
        reply = self._remote.recorded_answer(row, abort) if self._remote and row.lost else None
        found = reply is not None
        if reply is None:
            key = prepared.idempotency_key
            reply = post_run(
                self._target(), body=prepared.body, idempotency_key=key, abort=abort, on_answered=on_answered
            )
            reply = refuse_other_version(reply, self._queue.pinned_version)
        else:
            on_answered(True)
        reply = checked_reply(reply, self._plan.check, self._tolerate)
        verdict = decide(
            reply,
            attempts=row.attempt,
            max_attempts=self._max_attempts,
            waited_for_rate_limit_s=row.limited_s,
            jitter=random.random,
        )
        outcome = replace(outcome_of(prepared, reply, verdict, self._prices), begun=begun, host=self._host)
        return (replace(outcome, message=outcome.message or FOUND_AT_NETWORK) if found else outcome), verdict


def idempotency_key(queue: Queue, row: ClaimedRow) -> str:
    """The same for every attempt at one answer; a person's retry, and each trial, asks for a new one."""
    if queue.parent_id is not None:
        return f"{queue.parent_id}-try{queue.trial}-{row.row_index}"
    return f"{queue.pk}-{row.row_index}-{row.generation}"


def checked_reply(
    reply: RunReply,
    check: Callable[[dict[str, Any]], str | None],
    tolerate: response_schema.Tolerate | None = None,
) -> RunReply:
    """The reply, or a schema mismatch in its place. `check` says what is wrong with an answer, None for nothing.

    With `tolerate` the payload is what was meant, if that will do; a payload that breaks the schema stays as it came.
    """
    if reply.error_code is not None or reply.payload is None:
        return reply
    payload, changes = tolerate(reply.payload) if tolerate else (reply.payload, [])
    problem = check(payload)
    if problem is None:
        return replace(reply, payload=payload, changes=[*changes]) if changes else reply
    return replace(reply, error_code=RowError.SCHEMA_MISMATCH, message=problem, transient=False)


def outcome_of(prepared: Prepared, reply: RunReply, verdict: Verdict, prices: Prices = NO_PRICES) -> Outcome:
    status = {"succeed": RowStatus.SUCCEEDED, "retry": RowStatus.QUEUED, "fail": RowStatus.FAILED}[verdict.action]
    aborted = reply.reason == FailureReason.ABORTED
    cost = cost_of_reply(reply, prices)
    run = run_columns(prepared.body, reply, cost)
    return Outcome(
        prepared.row,
        status,
        name="given_back" if aborted else reply.error_code or RowStatus.SUCCEEDED,
        message=reply.message,
        unread=reply.unread,
        error_code=(reply.error_code or "") if status == RowStatus.FAILED else "",
        counted=verdict.counted,
        delay_s=verdict.delay_s,
        limited=reply.error_code == RowError.RATE_LIMITED,
        http_status=reply.http_status,
        payload=json.dumps(reply.payload) if reply.payload is not None and status != RowStatus.QUEUED else None,
        changes=json.dumps(reply.changes) if reply.changes and status != RowStatus.QUEUED else None,
        elapsed_ms=reply.elapsed_ms,
        tokens=reply.tokens,
        tokens_used=reply.tokens_used,
        cost=cost,
        breaker=verdict.breaker,
        says=same_words(reply.message, prepared.row.payload) if verdict.breaker and verdict.breaker.by_words else (),
        neutral=aborted or reply.error_code == RowError.RATE_LIMITED,
        pause_until_s=verdict.pause_until_s,
        run=json.dumps(run, default=str) if run is not None else None,
        trace_id=reply.trace_id,
        held=reply.held,
    )


def run_columns(body: dict[str, Any], reply: RunReply, cost: Decimal | None) -> dict[str, Any] | None:
    """What a `Run` keeps of a call; None where nothing came back that is worth one."""
    if not (reply.final or reply.execution_log or reply.trace_id):
        return None
    return run_values(body, reply, status=reply.error_code or "ok", cost=cost)


def _common_body(queue: Queue, plan: Plan) -> dict[str, Any]:
    network = queue.network
    assert network is not None
    body: dict[str, Any] = {
        "network": network.name,
        "agent_key": queue.agent_key or None,
        "debug": queue.debug,
        "experiment_id": str(queue.pk),
        **network_limits(network),
    }
    if queue.pinned_version is not None:
        body["version"] = queue.pinned_version
    if plan.schema is not None:
        body["respond_payload_schema"] = plan.schema
        body["respond_payload_guidance"] = plan.guidance
        body["respond_payload_example"] = plan.example
    if queue.repair:
        body["repair"] = True
        if queue.tolerant:
            body["tolerant"] = True
    return body


def network_limits(network: Network) -> dict[str, Any]:
    """The parts of a request that are there only where the network sets them."""
    limits = {"version": network.version, "max_steps": network.max_steps}
    return {name: value for name, value in limits.items() if value is not None}


def run_target(network: Network, credential: Callable[[], str]) -> Callable[[], RunTarget]:
    """Makes the target of one call: our own credential lives for minutes, so each call gets a fresh one."""
    url, ours = run_address(network)
    timeout_s = float(min(network.timeout_s, settings.RUN_TIMEOUT_MAX))
    token = network.run_token if network.run_url else settings.RUN_TOKEN

    def target() -> RunTarget:
        bearer = credential() if ours else token
        return RunTarget(
            url=url,
            authorization=f"Bearer {bearer}" if bearer else None,
            timeout_s=timeout_s,
            transient_400=network.tries_400_again,
            is_own=ours,
        )

    return target


def run_address(network: Network) -> tuple[str, bool]:
    """Where its runs go, and whether that is this very site."""
    own = own_run_url()
    url = network.run_url or settings.RUN_URL or own
    return url, not network.run_url and same_origin(url, own)


def host_of(network: Network) -> str:
    """Who answers its runs, for a sentence: scheme, host and port."""
    url, ours = run_address(network)
    return OWN_RUNTIME if ours else where(url)


def own_run_url() -> str:
    return f"{settings.SITE_URL}/run"
