"""The difference between a network's response schema and a proposed one, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from experiments.core.formatting import as_text, clipped, count

CONTEXT = 3
LONGEST_LINE = 2000
TITLES = {
    "respond_payload_schema": "Schema",
    "respond_payload_guidance": "Guidance",
    "respond_payload_example": "Example",
}


@dataclass(frozen=True, slots=True)
class DiffLine:
    """`change` is added, removed, kept or skipped; the text of a skipped one says how many lines are left out."""

    change: str
    text: str

    @property
    def sign(self) -> str:
        return {"added": "+", "removed": "−"}.get(self.change, " ")


@dataclass(frozen=True, slots=True)
class DiffPart:
    title: str
    lines: tuple[DiffLine, ...]


def diff_parts(existing: Mapping[str, Any], proposed: Mapping[str, Any]) -> tuple[DiffPart, ...]:
    """The values that differ. Of a value that is only there before, all lines are removed; only after, added."""

    def text_of(value: Any) -> str:
        return "" if value is None else as_text(value)

    return tuple(
        DiffPart(TITLES.get(key, key), tuple(diff_lines(text_of(existing.get(key)), text_of(after))))
        for key, after in proposed.items()
        if existing.get(key) != after
    )


def diff_lines(before: str, after: str) -> Iterator[DiffLine]:
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    end = 0
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT):
        yield from _skipped(group[0][1] - end)
        for change, old_start, old_end, new_start, new_end in group:
            if change == "equal":
                yield from _lines("kept", old[old_start:old_end])
                continue
            yield from _lines("removed", old[old_start:old_end])
            yield from _lines("added", new[new_start:new_end])
        end = group[-1][2]
    yield from _skipped(len(old) - end)


def _skipped(number: int) -> Iterator[DiffLine]:
    if number:
        yield DiffLine("skipped", "1 line is the same" if number == 1 else f"{count(number)} lines are the same")


def _lines(change: str, texts: list[str]) -> Iterator[DiffLine]:
    return (DiffLine(change, clipped(text, LONGEST_LINE)) for text in texts)
