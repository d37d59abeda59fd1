"""What of a network's response schema would become another, line by line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from experiments.core.formatting import clipped

CONTEXT = 3
LONGEST_LINE = 2000
TITLES = {
    "respond_payload_schema": "Schema",
    "respond_payload_guidance": "Guidance",
    "respond_payload_example": "Example",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`change` is added, removed, kept or skipped; `text` of a skipped one says how many lines are left out."""

    change: str
    text: str

    @property
    def sign(self) -> str:
        return {"added": "+", "removed": "−"}.get(self.change, " ")


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    lines: tuple[Line, ...]


def parts(existing: Mapping[str, Any], proposed: Mapping[str, Any]) -> tuple[Part, ...]:
    """The keys of which the two differ; lines that are there before only are removed, after only added."""
    return tuple(
        Part(TITLES.get(key, key), tuple(lines(_text(existing.get(key)), _text(after))))
        for key, after in proposed.items()
        if existing.get(key) != after
    )


def lines(before: str, after: str) -> Iterator[Line]:
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    groups = SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT)
    end = 0
    for group in groups:
        yield from _skipped(group[0][1] - end)
        for change, old_start, old_end, new_start, new_end in group:
            if change == "equal":
                yield from (_line("kept", text) for text in old[old_start:old_end])
                continue
            yield from (_line("removed", text) for text in old[old_start:old_end])
            yield from (_line("added", text) for text in new[new_start:new_end])
        end = group[-1][2]
    yield from _skipped(len(old) - end)


def _skipped(number: int) -> Iterator[Line]:
    if number:
        yield Line("skipped", "1 line is the same" if number == 1 else f"{number:,} lines are the same")


def _line(change: str, text: str) -> Line:
    return Line(change, clipped(text, LONGEST_LINE))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
