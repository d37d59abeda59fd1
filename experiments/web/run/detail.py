"""A stored run as its page shows it. A remote sent it, so any part may be missing or have an unexpected type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from experiments.core.cost import in_words
from experiments.core.formatting import counted, milliseconds
from experiments.models import Run
from experiments.web.run.trace import Step, agent_path, steps_of_log

Pairs = tuple[tuple[str, Any], ...]
SHORT_ID = 12


@dataclass(frozen=True)
class ShownRun:
    trace_id: str
    network: str
    network_id: int
    agent_key: str
    status: str
    ok: bool
    error: str
    unread: str
    """The beginning of an answer of a model that could not be read."""
    repaired: str
    """Why an answer was asked for once more; "" where none was."""
    unread_before: str
    """The beginning of the answer that was asked for once more, where it could not be read."""
    model: str
    duration_ms: int | None
    version: int | None
    """Of the network."""
    created_at: datetime
    message: str
    system_params: Any
    answer: Pairs
    """Name and value; a value is a text, number, boolean, None, or JSON."""
    raw_answer: Any
    """The answer where it is no object; else None."""
    steps: tuple[Step, ...]
    path: tuple[str, ...]
    """The agents in the order in which they got the message; empty where there was only one."""
    usage: Pairs
    cost: str
    debug: Any

    @property
    def in_short(self) -> str:
        """`5.4 s, 3 steps, 1,241 tokens`, without what is not known."""
        tokens = dict(self.usage).get("total_tokens")
        parts = (
            milliseconds(self.duration_ms) if self.duration_ms is not None else "",
            counted(len(self.steps), "step") if self.steps else "",
            counted(tokens, "token") if isinstance(tokens, int) and not isinstance(tokens, bool) else "",
        )
        return ", ".join(filter(None, parts))

    @property
    def short_id(self) -> str:
        """Both ends of a long trace id: `08c5e1…9a`."""
        return self.trace_id if len(self.trace_id) <= SHORT_ID else f"{self.trace_id[:6]}…{self.trace_id[-2:]}"


def shown_run_of(run: Run, fields: Sequence[str] = ()) -> ShownRun:
    """`fields`: names of the response schema, in its order."""
    request, final = _mapping(run.request), _mapping(run.final)
    steps = steps_of_log(run.execution_log)
    payload = final.get("response_payload", final.get("response"))
    error = final.get("error")
    repaired = _mapping(final.get("repaired"))
    return ShownRun(
        trace_id=run.trace_id,
        network=run.network.name,
        network_id=run.network_id,
        agent_key=run.agent_key,
        status=run.status,
        ok=run.status == "ok",
        error=error if isinstance(error, str) else "" if error is None else str(error),
        unread=_text(final.get("unread")),
        repaired=_text(repaired.get("problem")),
        unread_before=_text(repaired.get("unread")),
        model=str(request.get("model") or ""),
        duration_ms=run.duration_ms,
        version=run.version,
        created_at=run.created_at,
        message=request["user_message"] if isinstance(request.get("user_message"), str) else "",
        system_params=request.get("system_params") or None,
        answer=pairs_of(payload, fields),
        raw_answer=None if isinstance(payload, Mapping) else payload,
        steps=steps,
        path=agent_path(steps),
        usage=pairs_of(run.usage),
        cost="" if run.cost is None else in_words(run.cost, run.network.currency),
        debug=run.debug or None,
    )


def pairs_of(value: Any, first: Sequence[str] = ()) -> Pairs:
    """Name and value of an object's members, those in `first` before the others: jsonb keeps no order."""
    if not isinstance(value, Mapping):
        return ()
    names = [*(name for name in first if name in value), *(name for name in value if name not in first)]
    return tuple((str(name), value[name]) for name in names)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
