"""A call of a network as its page shows it: what came back, raw and understood."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from experiments.core.choices import CallState
from experiments.core.formatting import as_text
from experiments.core.labels import reason_in_words
from experiments.models import NetworkCall, Run
from experiments.selectors import health
from experiments.web.page_part import PagePart
from experiments.web.run.detail import ShownRun, shown_run_of

QUIET_WAIT = timedelta(seconds=15)
"""How long a call may wait before the page says something about the workers."""


@dataclass(frozen=True)
class ShownCall(PagePart):
    """`label` is what came of it, or its state until then; `run` the stored run, None where none came back."""

    id: str
    network_id: int
    label: str
    severity: str
    sentence: str
    polls: bool
    message: str
    system_params: str
    http_status: int | None
    headers: tuple[tuple[str, str], ...]
    body: str
    body_bytes: int
    elapsed_ms: int | None
    understood: tuple[str, ...]
    run: ShownRun | None


def shown_call_of(call: NetworkCall) -> ShownCall:
    is_done = call.state == CallState.DONE
    outcome = (reason_in_words(call.error_code), "bad") if call.error_code else ("Answered", "ok")
    label, severity = outcome if is_done else (call.state, "run")
    return ShownCall(
        key="call",
        id=str(call.pk),
        network_id=call.network.pk,
        label=label,
        severity=severity,
        sentence=_sentence(call),
        polls=not is_done,
        message=call.user_message,
        system_params=as_text(call.system_params) if call.system_params else "",
        http_status=call.http_status,
        headers=tuple((str(name), str(value)) for name, value in call.headers),
        body=call.body,
        body_bytes=call.body_bytes,
        elapsed_ms=call.elapsed_ms,
        understood=tuple(call.understood),
        run=_run_of_call(call),
    )


def _sentence(call: NetworkCall) -> str:
    if call.state == CallState.CALLING:
        return f"The network has been called and has {call.network.timeout_s} s to answer."
    if call.state != CallState.WAITING:
        return ""
    now = timezone.now()
    if call.enqueued_at > now - QUIET_WAIT:
        return "The call waits for a worker."
    age_s = health.newest_heartbeat_age_s()
    if age_s is not None and age_s < health.MISSING_S:
        return "The workers are busy with other work; this call comes next."
    return f"No worker is running. Start one: `{settings.PROGRAM} qcluster`"


def _run_of_call(call: NetworkCall) -> ShownRun | None:
    if not call.trace_id:
        return None
    run = Run.objects.filter(network=call.network, trace_id=call.trace_id).select_related("network").first()
    return shown_run_of(run) if run else None
