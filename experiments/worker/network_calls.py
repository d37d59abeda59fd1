"""The call of a network that a person asked for, made by a worker: see `services.network_calls`."""

import random
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from experiments import response_schema
from experiments.core import log_ids
from experiments.core.choices import CallState, RowStatus
from experiments.models import Network, NetworkCall, Run
from experiments.run_client import AbortHandle, FailureReason, RawResponse, RunReply, RunTarget, post_run_raw
from experiments.run_client.retry_policy import decide
from experiments.services.network_calls import send
from experiments.services.networks import SCHEMA_KEYS
from experiments.services.run_credentials import owners_credential
from experiments.services.run_values import cost_of_reply
from experiments.worker import shutdown, spans
from experiments.worker.calls import checked_reply, name_at_runtime, network_limits, run_columns, run_target

KEPT_BODY = 64 * 1024
"""Characters of a body that are kept."""
BEAT_S = 2.0
KEPT_HEADERS = (
    *("content-type", "content-length", "content-encoding", "server", "date", "location", "retry-after"),
    *("www-authenticate", "x-request-id", "via", "cf-ray"),
)


def perform(call_id: UUID) -> None:
    """Makes the call, unless another delivery of its task did or does."""
    lease_id = uuid4()
    claimed = NetworkCall.objects.filter(pk=call_id, state=CallState.WAITING).update(
        state=CallState.CALLING, lease_id=lease_id, beat=Now()
    )
    if not claimed:
        return
    log_ids.add(call=call_id)
    call = NetworkCall.objects.select_related("network").get(pk=call_id)
    leased = NetworkCall.objects.filter(pk=call_id, lease_id=lease_id, state=CallState.CALLING)
    reply, raw = _await_answer(call, leased)
    if reply.reason == FailureReason.ABORTED:
        # The worker stops. Nothing can be said about the network: another worker asks anew.
        with transaction.atomic():
            if leased.update(state=CallState.WAITING, lease_id=None, beat=None, enqueued_at=Now()):
                send(call_id)
        return
    with transaction.atomic():
        if leased.select_for_update().first() is None:
            return
        schema = call.network.additional_data.get(SCHEMA_KEYS[0])
        reply = checked_reply(reply, response_schema.validator(schema)) if schema else reply
        trace_id = _store_run(call, reply)
        leased.update(
            state=CallState.DONE, ended_at=timezone.now(), trace_id=trace_id, **_columns(call.network, reply, raw)
        )


def _await_answer(call: NetworkCall, leased: Any) -> tuple[RunReply, RawResponse | None]:
    """Calls in a thread. Meanwhile this one renews the call's heartbeat, and aborts it when the worker must stop."""
    target = run_target(call.network, lambda: owners_credential(call.owner_id))()
    abort, stopping_since = AbortHandle(), None
    with ThreadPoolExecutor(1) as pool:
        answer: Future[tuple[RunReply, RawResponse | None]] = pool.submit(_posted, call, target, body_of(call), abort)
        beat_at = monotonic() + BEAT_S
        while True:
            try:
                return answer.result(timeout=0.2)
            except NotYet:
                now = monotonic()
            if shutdown.stopping():
                stopping_since = stopping_since or now
                if now - stopping_since > settings.WORKER_GRACE_S:
                    abort.abort()
            if now >= beat_at:
                beat_at = now + BEAT_S
                leased.update(beat=Now())


def _posted(
    call: NetworkCall, target: RunTarget, body: dict[str, Any], abort: AbortHandle
) -> tuple[RunReply, RawResponse | None]:
    with spans.call_span(call=call.pk, network=call.network_id) as span:
        reply, raw = post_run_raw(
            target, body=body, idempotency_key=f"call-{call.pk}", abort=abort, headers=span.headers
        )
        span.ended(reply.error_code or RowStatus.SUCCEEDED, http_status=reply.http_status, trace_id=reply.trace_id)
    return reply, raw


def body_of(call: NetworkCall) -> dict[str, Any]:
    """The request: as a row's, with the network's own schema where it has one."""
    network = call.network
    data = network.additional_data
    schema = {key: data[key] for key in SCHEMA_KEYS if data.get(key)} if data.get(SCHEMA_KEYS[0]) else {}
    return {
        "network": name_at_runtime(network),
        "agent_key": call.agent_key or None,
        "user_message": call.user_message,
        "system_params": call.system_params,
        "debug": call.debug,
        **network_limits(network),
        **schema,
    }


def _columns(network: Network, reply: RunReply, raw: RawResponse | None) -> dict[str, Any]:
    headers = [] if raw is None else [list(pair) for pair in raw.headers if pair[0].lower() in KEPT_HEADERS]
    return {
        "error_code": reply.error_code or "",
        "understood": explain_reply(network, reply, raw),
        "http_status": reply.http_status,
        "headers": headers,
        "body": "" if raw is None else raw.body[:KEPT_BODY],
        "body_bytes": 0 if raw is None else raw.body_bytes,
        "elapsed_ms": reply.elapsed_ms,
    }


def explain_reply(network: Network, reply: RunReply, raw: RawResponse | None) -> list[str]:
    """For the person who asked, a sentence each: the outcome first, then what a batch would do."""
    if raw is None:
        sentences = ["No HTTP answer came."]
    else:
        cut = ", and more than is read" if raw.is_cut else ""
        sentences = [f"The answer has the status {raw.status} and {raw.body_bytes:,} bytes{cut}."]
    if reply.error_code is not None:
        return [*sentences, reply.message, *_consequences(reply)]
    fits = " and satisfies the network's schema" if network.additional_data.get(SCHEMA_KEYS[0]) else ""
    fields = ", ".join(list(reply.payload or {})[:20])
    sentences.append(f"The run succeeded: its answer is an object ({fields or 'without a field'}){fits}.")
    if reply.final.get("response_payload") is None:
        sentences.append("The answer is in “final.response”; there is no “final.response_payload”.")
    sentences.append(
        f"{reply.tokens:,} tokens were used." if reply.tokens else "It does not say how many tokens it used."
    )
    if not reply.trace_id:
        sentences.append("It sent no trace id that can be used, so the run got one here.")
    if not (reply.execution_log or reply.step_events):
        sentences.append("It sent no steps.")
    return sentences


def _consequences(reply: RunReply) -> list[str]:
    verdict = decide(reply, attempts=1, max_attempts=4, waited_for_rate_limit_s=0, held_back_s=0, jitter=random.random)
    acts = {"retry": "A batch would call this row again later.", "fail": "A batch would fail this row at once."}
    sentences = [
        "A batch would hold the network, then call this row again." if verdict.refused else acts[verdict.action]
    ]
    if verdict.breaker:
        sentences.append(f"After {verdict.breaker.threshold} such failures in a row it would pause.")
    return sentences


def _store_run(call: NetworkCall, reply: RunReply) -> str:
    """The trace id of the call's run: the one that our own `/run` recorded, or one that is stored now; "" for none."""
    columns = run_columns(body_of(call), reply, cost_of_reply(reply, call.network.prices))
    if columns is None:
        return ""
    same = Run.objects.filter(network=call.network, trace_id=reply.trace_id) if reply.trace_id else Run.objects.none()
    if same.filter(owner=call.owner_id, item__isnull=True, created_at__gte=call.created_at).exists():
        return str(reply.trace_id)
    trace_id = reply.trace_id or uuid4().hex
    # A remote may send one that another run has already.
    trace_id = f"{trace_id}~{uuid4().hex[:12]}" if same.exists() else trace_id
    Run.objects.create(trace_id=trace_id, network=call.network, owner_id=call.owner_id, **columns)
    return trace_id
