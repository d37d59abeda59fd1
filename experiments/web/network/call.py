"""A call of a network as its page shows it: what came back, raw and understood."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from experiments.core.choices import CallState
from experiments.core.formatting import as_text
from experiments.models import NetworkCall, Run
from experiments.selectors import health
from experiments.web.queue.summary import Shown
from experiments.web.run import detail
from experiments.web.run.detail import ShownRun

SILENCE = timedelta(seconds=15)
"""How long a call may wait before something is said about the worker."""


@dataclass(frozen=True)
class ShownCall(Shown):
    """`run`: the run that was stored, None where none came back."""

    id: str
    network_id: int
    word: str
    severity: str
    sentence: str
    moves: bool
    message: str
    system_params: str
    http_status: int | None
    headers: tuple[tuple[str, str], ...]
    body: str
    body_bytes: int
    elapsed_ms: int | None
    understood: tuple[str, ...]
    run: ShownRun | None


def shown(call: NetworkCall) -> ShownCall:
    word, severity = _state(call)
    return ShownCall(
        key="call",
        id=str(call.pk),
        network_id=call.network.pk,
        word=word,
        severity=severity,
        sentence=_sentence(call),
        moves=call.state != CallState.DONE,
        message=call.user_message,
        system_params=as_text(call.system_params) if call.system_params else "",
        http_status=call.http_status,
        headers=tuple((str(name), str(value)) for name, value in call.headers),
        body=call.body,
        body_bytes=call.body_bytes,
        elapsed_ms=call.elapsed_ms,
        understood=tuple(call.understood),
        run=_run(call),
    )


def _state(call: NetworkCall) -> tuple[str, str]:
    if call.state == CallState.DONE:
        return (call.error_code, "bad") if call.error_code else ("ok", "ok")
    return call.state, "run"


def _sentence(call: NetworkCall) -> str:
    if call.state == CallState.CALLING:
        return f"The network has been called and has {call.network.timeout_s} s to answer."
    if call.state != CallState.WAITING:
        return ""
    now = timezone.now()
    if call.enqueued_at > now - SILENCE:
        return "The call waits for a worker."
    age_s = health.newest_heartbeat_age_s()
    if age_s is not None and age_s < health.MISSING_S:
        return "The workers are busy with other work; this call comes next."
    return "No worker takes the call: it seems that none is running. Start one with “manage.py qcluster”."


def _run(call: NetworkCall) -> ShownRun | None:
    if not call.trace_id:
        return None
    run = Run.objects.filter(network=call.network, trace_id=call.trace_id).select_related("network").first()
    return detail.shown(run) if run else None
