"""From a claimed row to its outcome: what is sent, and what the answer means.

The plan of a queue is loaded from the database once, by the engine's own thread. Calls read nothing from it: they run
in threads that have no connection, which also render the prompt, judge the answer and write it as JSON.
"""

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
from experiments.core.json_numbers import to_json
from experiments.kinds import Plan, kind_of
from experiments.models import Network, Queue
from experiments.models.run_hosts import same_origin
from experiments.run_client import AbortHandle, FailureReason, RunReply, RunTarget, post_run
from experiments.run_client.config_api import version_of
from experiments.run_client.failures import where
from experiments.run_client.retry_policy import Verdict, decide
from experiments.run_client.same_words import same_words
from experiments.services.remote_schema import config_target
from experiments.services.run_credentials import signed_credential
from experiments.services.run_values import NO_PRICES, cost_of_reply, run_values
from experiments.worker import spans
from experiments.worker.claim import ClaimedRow
from experiments.worker.record import GIVEN_BACK, Outcome, Refusal, failure_on_our_side
from experiments.worker.remote_runs import Look, RemoteRuns, has_unknown_end, refuse_other_version
from experiments.worker.reuse import NO_VERSION, fingerprint_of, version_of_network

logger = logging.getLogger(__name__)

OWN_RUNTIME = "This site's runtime"
FOUND_AT_NETWORK = "The network had finished this call: its answer was looked up, nothing called again."
STILL_UNDER_WAY = "The network still works on this call: it is asked again for its answer."
NOT_THERE_YET = "The network has no answer to this call yet: it is asked once more."
NOT_LOOKED_UP = "How the last call ended could not be looked up: {problem}"
UNANSWERED = {
    RowError.TIMEOUT: "No complete answer came in time.",
    RowError.CONNECTION: "The connection broke before an answer came.",
    RowError.BAD_RESPONSE: "The answer came incomplete or damaged.",
    RowError.SERVER_ERROR: "A server on the way gave up waiting for the answer.",
}
"""Of a row's last attempt, by the error that it ended with."""
NO_ANSWER = "No answer came."
LOOK_AGAIN_S = (1.0, 5.0, 15.0, 30.0, 60.0)
"""So long the network has for an answer before each time that it is asked for it, while it says that it works on it."""
LAST_LOOKS = 2
"""So often it is asked before a row without attempts left fails."""


@dataclass(frozen=True, slots=True)
class Prepared:
    row: ClaimedRow
    body: dict[str, Any]
    idempotency_key: str


class RowCaller:
    """Everything about a queue that its calls need, read once for a lane and used by all its threads.

    `changed_at`: when its network was changed last, as far as this knows. `pinned`: the version of the network that
    answers; the engine sets it as soon as there is one. `is_own`: our own runtime answers.

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
        self._network = queue.network
        self._is_reused = queue.reuse != Reuse.NONE
        self._version: tuple[int | None, str] | None = None
        self._common = _common_body(queue, self._plan)
        schema = self._plan.schema
        self._tolerate = response_schema.tolerance(schema) if queue.tolerant and schema else None
        target = config_target(queue.network)
        self._remote = RemoteRuns(target, queue.pk) if target else None
        self.pinned = queue.pinned_version
        self.changed_at = queue.network.updated_at
        self.is_own = not queue.network.run_url and not settings.RUN_URL

    @property
    def version(self) -> str:
        """What answers of one queue must have in common to be given to another; it changes when there is a pin."""
        if not self._is_reused:
            return NO_VERSION
        if self._version is None or self._version[0] != self.pinned:
            self._version = self.pinned, version_of_network(self._network, self.pinned)
        return self._version[1]

    @property
    def answers(self) -> int | None:
        """The version that is pinned; before there is one, that which the network is asked for."""
        return self._network.version if self.pinned is None else self.pinned

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
            if self.pinned is not None:
                body["version"] = self.pinned
        return Prepared(row, body, idempotency_key(self._queue, row))

    def fingerprint(self, row: ClaimedRow) -> bytes | None:
        """Of what the row asks; None where that cannot be said. Then it is called, which says what is wrong with it."""
        try:
            prepared = self.prepare(row)
        except Exception:
            logger.exception("fingerprint of row %s", row.row_index)
            return None
        return None if isinstance(prepared, Outcome) else fingerprint_of(self._network.pk, prepared.body)

    def call(
        self, row: ClaimedRow, abort: AbortHandle, on_answered: Callable[[bool], None] = lambda is_answer: None
    ) -> tuple[Outcome, Verdict]:
        """Prepares the row and calls `/run` once, unless the remote has the answer to an earlier call.

        `on_answered` is called as soon as nothing is under way any more, before the answer is judged, with whether one
        came.
        """
        prepared = self.prepare(row)
        if isinstance(prepared, Outcome):
            on_answered(False)
            return prepared, Verdict("fail")
        begun = time.monotonic()
        look = self._looked_up(row, abort)
        if look.reply is None:
            ended = self._without_call(row, look, abort)
            if ended is not None:
                on_answered(False)
                return replace(ended, begun=begun), Verdict("retry" if ended.status == RowStatus.QUEUED else "fail")
            reply = self._posted(prepared, abort, on_answered)
            pinned = self.pinned
            reply = refuse_other_version(reply, pinned)
        else:
            reply, pinned = look.reply, self.pinned
            on_answered(True)
        reply = checked_reply(reply, self._plan.check, self._tolerate)
        verdict = decide(
            reply,
            attempts=row.attempt,
            max_attempts=self._max_attempts,
            waited_for_rate_limit_s=row.limited_s,
            held_back_s=row.held_back_s,
            jitter=random.random,
        )
        is_open = self._remote is not None and look.reply is None and has_unknown_end(reply)
        if is_open and verdict.fails_row:
            # Its last attempt: before it fails the network is asked for the answer.
            verdict = replace(verdict, action="retry", delay_s=LOOK_AGAIN_S[0])
        # A call that was refused says nothing of the one before it; an answer that was found says how that ended.
        before = row.unknown_end if verdict.tries_again and look.reply is None else ""
        outcome = replace(
            outcome_of(prepared, reply, verdict, self._prices, host=self._host),
            begun=begun,
            pinned=pinned,
            unknown_end=reply.error_code or "" if is_open else before,
        )
        if look.reply is not None:
            message = outcome.message or FOUND_AT_NETWORK
            return replace(outcome, message=message, counted=False, called=False), verdict
        if look.problem:
            note = NOT_LOOKED_UP.format(problem=look.problem)
            return replace(outcome, message=f"{outcome.message} {note}".strip()), verdict
        return outcome, verdict

    def _posted(self, prepared: Prepared, abort: AbortHandle, on_answered: Callable[[bool], None]) -> RunReply:
        row = prepared.row
        ids = {"queue": self._queue.pk, "item": row.id, "row": row.row_index, "attempt": row.attempt}
        with spans.call_span(**ids, network=self._network.pk) as span:
            reply = post_run(
                self._target(),
                body=prepared.body,
                idempotency_key=prepared.idempotency_key,
                abort=abort,
                on_answered=on_answered,
                headers=span.headers,
            )
            outcome = GIVEN_BACK if reply.reason == FailureReason.ABORTED else reply.error_code or RowStatus.SUCCEEDED
            span.ended(outcome, http_status=reply.http_status, trace_id=reply.trace_id)
        return reply

    def _looked_up(self, row: ClaimedRow, abort: AbortHandle) -> Look:
        """What the network says of the row's last call, where the end of that is unknown."""
        if self._remote is None or not (row.lost or row.unknown_end):
            return Look()
        return self._remote.look_up(row, pinned=self.pinned, abort=abort)

    def _without_call(self, row: ClaimedRow, look: Look, abort: AbortHandle) -> Outcome | None:
        """The outcome of a row that has no answer and is not called now; None for one that is to be called."""
        # One that was lost with its worker has other attempts: see `leases`.
        was_last = row.unknown_end not in ("", RowError.CRASHED) and row.attempt > self._max_attempts
        looks = row.looks + 1
        waits = Outcome(
            row,
            RowStatus.QUEUED,
            "looked_up",
            counted=False,
            called=False,
            neutral=True,
            unknown_end=row.unknown_end or RowError.CRASHED,
            looks=looks,
        )
        if (was_last or look.is_under_way) and abort.aborted:
            return replace(waits, name=GIVEN_BACK, looks=row.looks)
        if look.is_under_way and looks < len(LOOK_AGAIN_S):
            return replace(waits, message=STILL_UNDER_WAY, delay_s=LOOK_AGAIN_S[looks])
        if not was_last:
            return None
        if looks < LAST_LOOKS:
            message = NOT_LOOKED_UP.format(problem=look.problem) if look.problem else NOT_THERE_YET
            return replace(waits, message=message, delay_s=LOOK_AGAIN_S[looks])
        code = RowError(row.unknown_end)
        known = "The network was asked for it and has none."
        if look.problem:
            known = NOT_LOOKED_UP.format(problem=look.problem)
        elif look.is_under_way:
            known = "The network still works on it."
        return replace(
            waits,
            status=RowStatus.FAILED,
            name=code,
            error_code=code,
            message=f"{UNANSWERED.get(code, NO_ANSWER)} {known}",
            unknown_end="",
            looks=0,
        )


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


def outcome_of(
    prepared: Prepared, reply: RunReply, verdict: Verdict, prices: Prices = NO_PRICES, *, host: str = "The network"
) -> Outcome:
    status = {"succeed": RowStatus.SUCCEEDED, "retry": RowStatus.QUEUED, "fail": RowStatus.FAILED}[verdict.action]
    aborted = reply.reason == FailureReason.ABORTED
    is_kept = reply.payload is not None and status != RowStatus.QUEUED
    cost = cost_of_reply(reply, prices)
    run = run_columns(prepared.body, reply, cost)
    return Outcome(
        prepared.row,
        status,
        name=GIVEN_BACK if aborted else reply.error_code or RowStatus.SUCCEEDED,
        message=reply.message,
        unread=reply.unread,
        error_code=(reply.error_code or "") if status == RowStatus.FAILED else "",
        counted=verdict.counted,
        delay_s=verdict.delay_s,
        limited=verdict.refused,
        http_status=reply.http_status,
        payload=to_json(reply.payload, ensure_ascii=True) if is_kept else None,
        changes=to_json(reply.changes, ensure_ascii=True) if is_kept and reply.changes else None,
        elapsed_ms=reply.elapsed_ms,
        tokens=reply.tokens,
        tokens_used=reply.tokens_used,
        cost=cost,
        breaker=verdict.breaker,
        says=same_words(reply.message, prepared.row.payload) if verdict.breaker and verdict.breaker.by_words else (),
        host=host,
        neutral=aborted or verdict.refused,
        refusal=Refusal(host, reply.message, reply.retry_after_s, reply.quota) if verdict.refused else None,
        allowance=reply.allowance,
        run=to_json(run, ensure_ascii=True) if run is not None else None,
        trace_id=reply.trace_id,
        version=version_of(reply.graph_version_id),
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
        "network": name_at_runtime(network),
        "agent_key": queue.agent_key or None,
        "debug": queue.debug,
        "experiment_id": str(queue.pk),
        **network_limits(network),
    }
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


def name_at_runtime(network: Network) -> str:
    """What the runtime that is called calls the network; this site knows its own by their names."""
    _, ours = run_address(network)
    return network.name if ours else network.remote_name or network.name


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
