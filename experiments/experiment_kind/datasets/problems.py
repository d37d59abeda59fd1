"""What is wrong or odd in a data set, with its place."""

from collections import Counter
from dataclasses import dataclass

LISTED = 100
"""So many problems of each code are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` is the physical line, `column` the number of the cell in its row, both from 1; None: about the whole.

    `field` is the column's header. `detail` says what was found, what was expected and what to do.
    """

    line: int | None
    column: int | None
    field: str | None
    code: str
    detail: str


class ProblemLog:
    """Counts problems and keeps the first of each code."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kept: list[Problem] = []

    def add(self, problem: Problem) -> None:
        self.counts[problem.code] += 1
        if self.counts[problem.code] <= LISTED:
            self._kept.append(problem)

    def __bool__(self) -> bool:
        return bool(self._kept)

    @property
    def total(self) -> int:
        return self.counts.total()

    def listed(self) -> list[Problem]:
        """The kept ones in the order of their lines, then one sentence for each code that has more than are kept."""
        more = [(code, count) for code, count in self.counts.items() if count > LISTED]
        return sorted(self._kept, key=lambda problem: (problem.line or 0, problem.column or 0)) + [
            Problem(None, None, None, code, f"{count:,} lines in all; the first {LISTED} are listed.")
            for code, count in more
        ]
