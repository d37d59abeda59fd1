"""Calling a network once because a person wants to try or to test it.

The call is made by a worker, never inside a web request: a slow network would hold a thread of the site for minutes,
and our own `/run`, which those threads serve, could starve. It is no item of a hidden queue, as a batch's trials are:
a queue would repeat what failed, wait where it is told to, and keep nothing of the raw answer, while this is one call,
never repeated, with everything that came back. It counts towards no network's `max_concurrency`.

A task carries an id only; the table is the truth. A call whose task was lost waits and is sent again; a call whose
worker died while it was under way is over, because it may have reached the network.
"""

import random
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django_q.tasks import async_task

from experiments import response_schema
from experiments.errors import Conflict, InvalidInput
from experiments.models import Network, NetworkCall, Run
from experiments.retry import decide
from experiments.run_client import AbortHandle, RunReply, Seen, post_run_seen
from experiments.services.networks import SCHEMA_KEYS, check_addresses
from experiments.worker import stop
from experiments.worker.calls import NOT_STORED, network_limits, owners_credential, run_target

State = NetworkCall.State
TASK = "experiments.tasks.call_network"

MOST_OPEN = 3
"""Calls of one person that may wait or be under way at a time."""
KEPT_BODY = 64 * 1024
"""Characters of a body that are kept."""
KEPT_FOR = timedelta(days=7)
BEAT_S = 2.0
MATTERS = (
    *("content-type", "content-length", "content-encoding", "server", "date", "location", "retry-after"),
    *("www-authenticate", "x-request-id", "via", "cf-ray"),
)
TEST_MESSAGE = "This is a test of the connection. Answer briefly."


def ask(
    *,
    network: Network,
    user: Any,
    user_message: str,
    system_params: Mapping[str, Any] | None = None,
    agent_key: str = "",
    debug: bool = False,
) -> NetworkCall:
    """Has a worker call the network. `Conflict` while too many calls of this person are not answered yet."""
    if "network" in (system_params or {}):
        raise InvalidInput("The key network is reserved.", code="invalid", attr="system_params")
    check_addresses(network)
    agents = [agent.key for agent in network.agents.all()]
    if agent_key and agents and agent_key not in agents:
        sentence = f"The network {network.name} has no agent “{agent_key}”."
        raise InvalidInput(sentence, code="does_not_exist", attr="agent_key")
    if NetworkCall.objects.filter(owner=user).exclude(state=State.DONE).count() >= MOST_OPEN:
        raise Conflict("Your last calls are not answered yet. Wait for one of them.", code="too_many")
    with transaction.atomic():
        call: NetworkCall = NetworkCall.objects.create(
            network=network,
            owner=user,
            user_message=user_message,
            system_params=system_params or {},
            agent_key=agent_key,
            debug=debug,
        )
        _send(call.pk)
    return call


def _send(call_id: UUID) -> None:
    def enqueue() -> None:
        async_task(TASK, str(call_id), q_options={"save": False})

    if settings.Q_CLUSTER.get("orm"):
        # The broker's table is in this database: the task is there exactly when the call is.
        enqueue()
    else:
        transaction.on_commit(enqueue)


# -- in a worker


def perform(call_id: UUID) -> None:
    """Makes the call, unless another delivery of its task did or does."""
    token = uuid4()
    claimed = NetworkCall.objects.filter(pk=call_id, state=State.WAITING).update(
        state=State.CALLING, token=token, beat=Now()
    )
    if not claimed:
        return
    call = NetworkCall.objects.select_related("network").get(pk=call_id)
    mine = NetworkCall.objects.filter(pk=call_id, token=token, state=State.CALLING)
    reply, seen = _called(call, mine)
    if reply.reason == "aborted":
        # The worker stops. Nothing can be said about the network: another worker asks anew.
        with transaction.atomic():
            if mine.update(state=State.WAITING, token=None, beat=None, enqueued_at=Now()):
                _send(call_id)
        return
    with transaction.atomic():
        if mine.select_for_update().first() is None:
            return
        reply = _checked(call.network, reply)
        trace_id = _stored_run(call, reply)
        mine.update(state=State.DONE, ended_at=timezone.now(), trace_id=trace_id, **_columns(call.network, reply, seen))


def _called(call: NetworkCall, mine: Any) -> tuple[RunReply, Seen | None]:
    """Waits for the answer in a thread's stead: this one says that it is alive, and ends the call when it must stop."""
    target = run_target(call.network, lambda: owners_credential(call.owner_id))()
    abort, stopping_since = AbortHandle(), None
    with ThreadPoolExecutor(1) as pool:
        answer: Future[tuple[RunReply, Seen | None]] = pool.submit(
            post_run_seen, target, body=body_of(call), idempotency_key=f"call-{call.pk}", abort=abort
        )
        beat_at = monotonic() + BEAT_S
        while True:
            try:
                return answer.result(timeout=0.2)
            except NotYet:
                now = monotonic()
            if stop.stopping():
                stopping_since = stopping_since or now
                if now - stopping_since > settings.WORKER_GRACE_S:
                    abort.abort()
            if now >= beat_at:
                beat_at = now + BEAT_S
                mine.update(beat=Now())


def body_of(call: NetworkCall) -> dict[str, Any]:
    """The request: as a row's, with the network's own schema where it has one."""
    network = call.network
    data = network.additional_data
    schema = {key: data[key] for key in SCHEMA_KEYS if data.get(key)} if data.get(SCHEMA_KEYS[0]) else {}
    return {
        "network": network.name,
        "agent_key": call.agent_key or None,
        "user_message": call.user_message,
        "system_params": call.system_params,
        "debug": call.debug,
        **network_limits(network),
        **schema,
    }


def _columns(network: Network, reply: RunReply, seen: Seen | None) -> dict[str, Any]:
    headers = [] if seen is None else [list(pair) for pair in seen.headers if pair[0].lower() in MATTERS]
    return {
        "error_code": reply.error_code or "",
        "understood": in_words(network, reply, seen),
        "http_status": reply.http_status,
        "headers": headers,
        "body": "" if seen is None else seen.body[:KEPT_BODY],
        "body_bytes": 0 if seen is None else seen.body_bytes,
        "elapsed_ms": reply.elapsed_ms,
    }


def _checked(network: Network, reply: RunReply) -> RunReply:
    """The reply after a look at the network's schema."""
    schema = network.additional_data.get(SCHEMA_KEYS[0])
    if reply.payload is None or not schema:
        return reply
    problem = response_schema.validator(schema)(reply.payload)
    return replace(reply, error_code="schema_mismatch", message=problem, transient=False) if problem else reply


def in_words(network: Network, reply: RunReply, seen: Seen | None) -> list[str]:
    """What the worker makes of the answer, a sentence each: the outcome first, then what a batch would do."""
    if seen is None:
        said = ["No HTTP answer came."]
    else:
        cut = ", and more than is read" if seen.is_cut else ""
        said = [f"The answer has the status {seen.status} and {seen.body_bytes:,} bytes{cut}."]
    if reply.error_code is not None:
        return [*said, reply.message, *_consequences(reply)]
    fits = " and satisfies the network's schema" if network.additional_data.get(SCHEMA_KEYS[0]) else ""
    fields = ", ".join(list(reply.payload or {})[:20])
    said.append(f"The run succeeded: its answer is an object ({fields or 'without a field'}){fits}.")
    if reply.final.get("response_payload") is None:
        said.append("The answer stands in “final.response”; there is no “final.response_payload”.")
    said.append(f"{reply.tokens:,} tokens were used." if reply.tokens else "It does not say how many tokens it used.")
    if not reply.trace_id:
        said.append("It sent no trace id that can be used, so the run got one here.")
    if not (reply.execution_log or reply.step_events):
        said.append("It sent no steps.")
    return said


def _consequences(reply: RunReply) -> list[str]:
    verdict = decide(reply, attempts=1, max_attempts=4, waited_for_rate_limit_s=0, jitter=random.random)
    acts = {"retry": "A batch would call this row again later.", "fail": "A batch would fail this row at once."}
    said = [acts[verdict.action]]
    if verdict.breaker:
        said.append(f"After {verdict.breaker.threshold} such failures in a row it would pause.")
    return said


def _stored_run(call: NetworkCall, reply: RunReply) -> str:
    """The trace id of the call's run: the one that our own `/run` recorded, or one that is stored now; "" for none."""
    if not (reply.final or reply.execution_log or reply.trace_id):
        return ""
    same = Run.objects.filter(network=call.network, trace_id=reply.trace_id) if reply.trace_id else Run.objects.none()
    if same.filter(owner=call.owner_id, item__isnull=True, created_at__gte=call.created_at).exists():
        return str(reply.trace_id)
    trace_id = reply.trace_id or uuid4().hex
    # A remote may send one that another run has already.
    trace_id = f"{trace_id}~{uuid4().hex[:12]}" if same.exists() else trace_id
    Run.objects.create(
        trace_id=trace_id,
        network=call.network,
        owner_id=call.owner_id,
        agent_key=call.agent_key,
        status=reply.error_code or "ok",
        request={key: value for key, value in body_of(call).items() if key not in NOT_STORED},
        final=reply.final,
        execution_log=reply.execution_log or reply.step_events,
        debug=reply.debug,
        usage=reply.usage,
        duration_ms=reply.run_duration_ms if reply.run_duration_ms is not None else reply.elapsed_ms,
    )
    return trace_id


# -- in the sweeper


def sweep() -> None:
    """Ends calls whose worker died, sends those again whose task may be lost. By the clock of the database: those of
    two workers may differ."""
    silent = NetworkCall.objects.filter(state=State.CALLING, beat__lt=Now() - timedelta(seconds=settings.LEASE_S))
    sentence = "The worker that made the call ended before the answer came. It is not repeated: try again."
    silent.update(state=State.DONE, ended_at=Now(), error_code="crashed", understood=[sentence])
    waiting = NetworkCall.objects.filter(
        state=State.WAITING, enqueued_at__lt=Now() - timedelta(seconds=settings.LANE_RESEND_S)
    )
    for call_id in waiting.values_list("pk", flat=True):
        with transaction.atomic():
            if waiting.filter(pk=call_id).update(enqueued_at=Now()):
                _send(call_id)


def tidy() -> None:
    """Forgets what came back a week ago; its run stays."""
    NetworkCall.objects.filter(state=State.DONE, ended_at__lt=timezone.now() - KEPT_FOR).delete()
