"""A stored run as its viewer shows it. Every part may be missing or of another shape than expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from experiments.models import Run
from experiments.web.run.trace import Step, path, timeline

Pairs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class ShownRun:
    trace_id: str
    network: str
    network_id: int
    agent_key: str
    status: str
    ok: bool
    error: str
    model: str
    duration_ms: int | None
    created_at: datetime
    message: str
    system_params: Any
    answer: Pairs
    """Name and value; a value is a text, number, boolean, None, or JSON."""
    raw_answer: Any
    """What came in place of an object; None where the answer is one."""
    steps: tuple[Step, ...]
    path: tuple[str, ...]
    """Which agents had the message one after the other; empty where it stayed with one."""
    usage: Pairs
    debug: Any


def shown(run: Run) -> ShownRun:
    request, final = _mapping(run.request), _mapping(run.final)
    steps = timeline(run.execution_log)
    payload = final.get("response_payload", final.get("response"))
    error = final.get("error")
    return ShownRun(
        trace_id=run.trace_id,
        network=run.network.name,
        network_id=run.network_id,
        agent_key=run.agent_key,
        status=run.status,
        ok=run.status == "ok",
        error=error if isinstance(error, str) else "" if error is None else str(error),
        model=str(request.get("model") or ""),
        duration_ms=run.duration_ms,
        created_at=run.created_at,
        message=request["user_message"] if isinstance(request.get("user_message"), str) else "",
        system_params=request.get("system_params") or None,
        answer=pairs(payload),
        raw_answer=None if isinstance(payload, Mapping) else payload,
        steps=steps,
        path=path(steps),
        usage=pairs(run.usage),
        debug=run.debug or None,
    )


def pairs(value: Any, first: Sequence[str] = ()) -> Pairs:
    """Name and value of an object's members, those in `first` before the others: the database keeps no order."""
    if not isinstance(value, Mapping):
        return ()
    names = [*(name for name in first if name in value), *(name for name in value if name not in first)]
    return tuple((str(name), value[name]) for name in names)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
