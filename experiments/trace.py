"""An execution log as a timeline.

Remote runtimes add fields, leave any out, and send types nobody knows. Nothing here fails: what is not understood is
shown as it came. The fields that are understood are those of `POST /run`: a list of objects with `type` (`agent`,
`tool`, `system`, `task_group`), `duration_ms`, and more by type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from experiments.units import as_text

WHOLE = 1000
LEAST = 6
LONGEST_NAME = 120
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
IN_THE_HEADING = {"type", "step", "agent_display_name", "tool_key", "duration_ms"}


@dataclass(frozen=True)
class Step:
    """One card. `left` and `width` are thousandths of the timeline; `details` are (label, text), the longest last."""

    number: str
    type: str
    known: bool
    name: str
    does: str
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
    return tuple(
        _step(position, entry, place)
        for position, (entry, place) in enumerate(zip(entries, _places(durations), strict=True), start=1)
    )


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


def _step(position: int, entry: Any, place: tuple[int, int]) -> Step:
    fields = entry if isinstance(entry, Mapping) else {"value": entry}
    kind = _name(fields, "type") or "step"
    return Step(
        number=_name(fields, "step") or str(position),
        type=kind.replace("_", " "),
        known=kind in KNOWN,
        name=_title(fields, kind),
        does=_does(fields),
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
    """A short text or number under `key`, "" for anything else."""
    value = fields.get(key) if isinstance(fields, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = " ".join(str(value)[: 4 * LONGEST_NAME].split())
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"


def _number(fields: Any, key: str) -> float | None:
    value = fields.get(key) if isinstance(fields, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # A whole number of JSON can be larger than any float.
    return float(value) if -1e15 < value < 1e15 and isfinite(value) and value >= 0 else None
