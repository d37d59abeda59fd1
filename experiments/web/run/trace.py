"""An execution log as a timeline.

A log is a list of objects with `type` (`agent`, `tool`, `system`, `task_group`), `duration_ms`, and more by type, as
`POST /run` returns it. Remote runtimes add fields, leave some out and send other types; nothing here fails, and what is
not known is shown as it came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from experiments.core.formatting import as_text
from experiments.core.json_numbers import is_number

WHOLE = 1000
MIN_WIDTH = 6
MAX_NAME = 120
MAX_REASON = 400
MAX_PATH = 12
KNOWN_TYPES = ("agent", "tool", "system", "task_group")
ACTIONS = {"RESPOND": "responds", "ROUTE_TO_AGENT": "hands over", "USE_TOOL": "uses a tool"}
DETAILS = (
    ("error", "Error"),
    ("repairs", "Asked once more because"),
    ("message", "Message"),
    ("prompt", "Prompt"),
    ("raw_response", "Raw answer"),
    ("thoughts", "Thoughts"),
    ("decision_full", "Decision"),
    ("request_payload", "Request"),
    ("request_preview", "Request, shortened"),
    ("response_payload", "Response"),
    ("response_preview", "Response, shortened"),
    ("llm_usage", "Tokens"),
    ("llm_calls", "Calls of the model"),
    ("timing", "Timing"),
)
TARGETS = ("target_agent", "target_agent_key", "target_agent_name", "agent_key")
IN_THE_HEADING = {"type", "step", "agent_display_name", "tool_key", "duration_ms"}


@dataclass(frozen=True)
class Step:
    """One card. `left` and `width` are thousandths of the timeline; `details` are (label, text), the longest last.

    `to` is who an agent hands over to, "" where it does not; `says` the reason it gave.
    """

    number: str
    type: str
    known: bool
    name: str
    does: str
    to: str
    says: str
    failed: bool
    duration_ms: float | None
    tokens: int | None
    left: int
    width: int
    details: tuple[tuple[str, str], ...]
    repairs: bool = False
    """It asks the same agent once more."""


def steps_of_log(log: Any) -> tuple[Step, ...]:
    """The steps in the order in which they came, each with its bar."""
    entries = log if isinstance(log, list) else [] if log in (None, {}, "") else [log]
    durations = [_number(entry, "duration_ms") for entry in entries]
    names = {_name(entry, "agent_key"): _title(entry, "agent") for entry in entries if isinstance(entry, Mapping)}
    return tuple(
        _step(position, entry, bar, names)
        for position, (entry, bar) in enumerate(zip(entries, _bars(durations), strict=True), start=1)
    )


def agent_path(steps: Sequence[Step]) -> tuple[str, ...]:
    """The agents in the order in which they got the message; empty where there was only one."""
    agents = [step for step in steps if step.type == "agent"]
    if not any(step.to for step in agents):
        return ()
    # One that was asked once more has a step for each time.
    taken = [step for step, after in zip(agents, [*agents[1:], None], strict=True) if not (after and after.repairs)]
    names = [step.name for step in taken] + [step.to for step in agents[-1:] if step.to]
    return tuple(names if len(names) <= MAX_PATH else ["…", *names[-MAX_PATH:]])


def _bars(durations: Sequence[float | None]) -> list[tuple[int, int]]:
    """Where the bar of each step begins, and its width; a step without a duration has no bar."""
    total = sum(duration or 0 for duration in durations)
    bars, start = [], 0.0
    for duration in durations:
        left = round(WHOLE * start / total) if total else 0
        width = max(round(WHOLE * (duration or 0) / total), MIN_WIDTH) if total and duration else 0
        bars.append((min(left, WHOLE - width), width))
        start += duration or 0
    return bars


def _step(position: int, entry: Any, bar: tuple[int, int], names: Mapping[str, str]) -> Step:
    fields = entry if isinstance(entry, Mapping) else {"value": entry}
    kind = _name(fields, "type") or "step"
    decision = fields.get("decision_full")
    tokens = _number(fields.get("llm_usage"), "total_tokens")
    status = _name(fields, "status")
    action = _name(decision, "action") or _name(fields, "decision")
    return Step(
        number=_name(fields, "step") or str(position),
        type=kind.replace("_", " "),
        known=kind in KNOWN_TYPES,
        name=_title(fields, kind),
        does=ACTIONS.get(action, action) or status,
        to=_target(decision, names),
        says=_text(decision, "action_reasoning", MAX_REASON),
        failed=bool(fields.get("error")) or status.lower() in ("error", "failed", "failure", "timeout"),
        duration_ms=_number(fields, "duration_ms"),
        tokens=None if tokens is None else int(tokens),
        left=bar[0],
        width=bar[1],
        details=_details_of_step(fields),
        repairs=bool(fields.get("repairs")),
    )


def _title(fields: Mapping[str, Any], kind: str) -> str:
    keys = ("tool_key", "agent_key") if kind == "tool" else ("agent_display_name", "agent_key", "tool_key", "name")
    return next(filter(None, (_name(fields, key) for key in keys)), kind.replace("_", " "))


def _target(decision: Any, names: Mapping[str, str]) -> str:
    """Who an agent hands over to, by its name where the log has it; "" for any other decision."""
    if not isinstance(decision, Mapping) or decision.get("action") != "ROUTE_TO_AGENT":
        return ""
    key = next(filter(None, (_name(decision.get("action_details"), key) for key in TARGETS)), "")
    return names.get(key, key)


def _details_of_step(fields: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [(label, as_text(fields[key])) for key, label in DETAILS if fields.get(key) not in (None, "", {}, [])]
    shown = {key for key, _ in DETAILS} | IN_THE_HEADING
    rest = {key: value for key, value in fields.items() if key not in shown and value is not None}
    return (*found, ("Other fields", as_text(rest))) if rest else tuple(found)


def _name(fields: Any, key: str) -> str:
    return _text(fields, key, MAX_NAME)


def _text(fields: Any, key: str, longest: int) -> str:
    """A text or whole number under `key` on one line; "" for anything else."""
    value = fields.get(key) if isinstance(fields, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = " ".join(str(value)[: 4 * longest].split())
    return text if len(text) <= longest else f"{text[:longest]}…"


def _number(fields: Any, key: str) -> float | None:
    value = fields.get(key) if isinstance(fields, Mapping) else None
    if not is_number(value):
        return None
    # A whole number in JSON can be larger than any float.
    return float(value) if -1e15 < value < 1e15 and isfinite(value) and value >= 0 else None
