"""An execution log as a timeline.

Remote runtimes add fields, leave any out, and send types nobody knows. Nothing here fails: what is not understood is
shown as it came. The fields that are understood are those of `POST /run`: a list of objects with `type` (`agent`,
`tool`, `system`, `task_group`), `duration_ms`, and more by type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from experiments.core.formatting import as_text

WHOLE = 1000
LEAST = 6
LONGEST_NAME = 120
LONGEST_REASON = 400
LONGEST_PATH = 12
KNOWN = ("agent", "tool", "system", "task_group")
WORDS = {"RESPOND": "responds", "ROUTE_TO_AGENT": "hands over", "USE_TOOL": "uses a tool"}
DETAILS = (
    ("error", "Error"),
    ("message", "Message"),
    ("prompt", "Prompt"),
    ("raw_response", "Raw answer"),
    ("decision_full", "Decision"),
    ("request_payload", "Request"),
    ("request_preview", "Request, shortened"),
    ("response_payload", "Response"),
    ("response_preview", "Response, shortened"),
    ("llm_usage", "Tokens"),
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


def timeline(log: Any) -> tuple[Step, ...]:
    """The steps in the order in which they came, each with its bar."""
    entries = log if isinstance(log, list) else [] if log in (None, {}, "") else [log]
    durations = [_number(entry, "duration_ms") for entry in entries]
    names = {_name(entry, "agent_key"): _title(entry, "agent") for entry in entries if isinstance(entry, Mapping)}
    return tuple(
        _step(position, entry, place, names)
        for position, (entry, place) in enumerate(zip(entries, _places(durations), strict=True), start=1)
    )


def path(steps: Sequence[Step]) -> tuple[str, ...]:
    """The agents in the order in which the message went through their hands; empty where only one had it."""
    agents = [step for step in steps if step.type == "agent"]
    if not any(step.to for step in agents):
        return ()
    names = [step.name for step in agents] + [step.to for step in agents[-1:] if step.to]
    return tuple(names if len(names) <= LONGEST_PATH else ["…", *names[-LONGEST_PATH:]])


def _places(durations: Sequence[float | None]) -> list[tuple[int, int]]:
    """One bar after the other; a step without a duration has none."""
    total = sum(duration or 0 for duration in durations)
    places, start = [], 0.0
    for duration in durations:
        left = round(WHOLE * start / total) if total else 0
        width = max(round(WHOLE * (duration or 0) / total), LEAST) if total and duration else 0
        places.append((min(left, WHOLE - width), width))
        start += duration or 0
    return places


def _step(position: int, entry: Any, place: tuple[int, int], names: Mapping[str, str]) -> Step:
    fields = entry if isinstance(entry, Mapping) else {"value": entry}
    kind = _name(fields, "type") or "step"
    return Step(
        number=_name(fields, "step") or str(position),
        type=kind.replace("_", " "),
        known=kind in KNOWN,
        name=_title(fields, kind),
        does=_does(fields),
        to=_target(fields, names),
        says=_text(fields.get("decision_full"), "action_reasoning", LONGEST_REASON),
        failed=_failed(fields),
        duration_ms=_number(fields, "duration_ms"),
        tokens=_tokens(fields),
        left=place[0],
        width=place[1],
        details=_details(fields),
    )


def _title(fields: Mapping[str, Any], kind: str) -> str:
    keys = ("tool_key", "agent_key") if kind == "tool" else ("agent_display_name", "agent_key", "tool_key", "name")
    return next(filter(None, (_name(fields, key) for key in keys)), kind.replace("_", " "))


def _does(fields: Mapping[str, Any]) -> str:
    full = fields.get("decision_full")
    action = _name(full, "action") if isinstance(full, Mapping) else ""
    action = action or _name(fields, "decision")
    return WORDS.get(action, action) or _name(fields, "status")


def _target(fields: Mapping[str, Any], names: Mapping[str, str]) -> str:
    full = fields.get("decision_full")
    if not isinstance(full, Mapping) or full.get("action") != "ROUTE_TO_AGENT":
        return ""
    key = next(filter(None, (_name(full.get("action_details"), key) for key in TARGETS)), "")
    return names.get(key, key)


def _failed(fields: Mapping[str, Any]) -> bool:
    return bool(fields.get("error")) or _name(fields, "status").lower() in ("error", "failed", "failure", "timeout")


def _tokens(fields: Mapping[str, Any]) -> int | None:
    total = _number(fields.get("llm_usage"), "total_tokens")
    return None if total is None else int(total)


def _details(fields: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = [(label, as_text(fields[key])) for key, label in DETAILS if fields.get(key) not in (None, "", {}, [])]
    shown = {key for key, _ in DETAILS} | IN_THE_HEADING
    rest = {key: value for key, value in fields.items() if key not in shown and value is not None}
    return (*found, ("Other fields", as_text(rest))) if rest else tuple(found)


def _name(fields: Any, key: str) -> str:
    return _text(fields, key, LONGEST_NAME)


def _text(fields: Any, key: str, longest: int) -> str:
    """A text or number under `key` on one line, "" for anything else."""
    value = fields.get(key) if isinstance(fields, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = " ".join(str(value)[: 4 * longest].split())
    return text if len(text) <= longest else f"{text[:longest]}…"


def _number(fields: Any, key: str) -> float | None:
    value = fields.get(key) if isinstance(fields, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # A whole number of JSON can be larger than any float.
    return float(value) if -1e15 < value < 1e15 and isfinite(value) and value >= 0 else None
