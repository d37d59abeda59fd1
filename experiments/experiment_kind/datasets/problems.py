"""What is wrong or odd in a data set, with its place."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import count

LISTED = 100
"""Problems of each code that are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` is the physical line, `column` the number of the cell in its row, both from 1; None: about the whole.

    `field` is the column's header. `detail` says what was found, what was expected and what to do; where it begins with
    the place, `reason` is the sentence without it.
    """

    line: int | None
    column: int | None
    field: str | None
    code: str
    detail: str
    reason: str | None = None

    @property
    def place(self) -> str:
        """`line 3, column 2`, to be shown beside `detail`; "" where that says it already."""
        if self.reason or not self.line:
            return ""
        return f"line {count(self.line)}" + (f", column {count(self.column)}" if self.column else "")

    def to_error(self, attr: str | None = None) -> InvalidInput:
        part = Part(name=self.field, line=self.line, column=self.column)
        return InvalidInput(self.detail, code=self.code, attr=attr, part=part, reason=self.reason)

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("line", "column", "field", "code", "detail")}


class ProblemLog:
    """Counts problems and keeps the first of each code."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kept: list[Problem] = []

    def add(self, problem: Problem) -> None:
        self.counts[problem.code] += 1
        if self.counts[problem.code] <= LISTED:
            self._kept.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(problem)

    def __bool__(self) -> bool:
        return bool(self._kept)

    @property
    def total(self) -> int:
        return self.counts.total()

    def listed(self) -> list[Problem]:
        """The kept ones in the order of their lines, then one sentence for each code that has more than are kept."""
        more = [(code, number) for code, number in self.counts.items() if number > LISTED]
        return sorted(self._kept, key=lambda problem: (problem.line or 0, problem.column or 0)) + [
            Problem(None, None, None, code, f"{number:,} lines in all; the first {LISTED} are listed.")
            for code, number in more
        ]
