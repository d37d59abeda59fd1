"""Whether the rows of a table are items that can be run: errors and warnings per line, before anything is stored."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from experiments.experiment_kind.datasets.columns import (
    EXPECTED,
    ITERATIONS,
    MESSAGE,
    SYSTEM_PARAMS,
    DatasetColumn,
    near_misses,
    recognise,
)
from experiments.experiment_kind.datasets.items import BadParams, Layout
from experiments.experiment_kind.datasets.problems import Problem, ProblemLog
from experiments.ingest import Table

MOST_ITERATIONS = 100
"""Of one item."""
WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class Checked:
    """A table read to its end: `items` of it run `runs` times in all. With an error nothing of it is to be stored."""

    columns: list[DatasetColumn]
    items: int
    runs: int
    errors: ProblemLog
    warnings: ProblemLog


def check(table: Table, *, most_runs: int) -> Checked:
    """Reads every row. Raises `RejectedFile` where the file itself is refused."""
    columns, problems = recognise(table.columns, line=table.header_line)
    looked = _Look(columns, most_runs)
    for problem in problems:
        looked.errors.add(problem)
    for problem in near_misses(columns, line=table.header_line):
        looked.warnings.add(problem)
    if not problems:
        looked.at_rows(table)
    return Checked(columns, looked.items, looked.runs, looked.errors, looked.warnings)


def iterations_of(text: str) -> int | None:
    """How often an item is run: once where nothing is written; None where it is no number that is taken."""
    stripped = text.strip()
    if not stripped:
        return 1
    number = int(stripped) if WHOLE_NUMBER.fullmatch(stripped) else 0
    return number if 1 <= number <= MOST_ITERATIONS else None


class _Look:
    """Goes through the rows once."""

    def __init__(self, columns: list[DatasetColumn], most_runs: int) -> None:
        self._columns = columns
        self._most_runs = most_runs
        self.items = self.runs = 0
        self.errors = ProblemLog()
        self.warnings = ProblemLog()

    def at_rows(self, table: Table) -> None:
        layout = Layout(self._columns)
        with closing(table.rows()) as rows:
            for cells in rows:
                for problem in self._of_row(layout, cells, table.line):
                    self.errors.add(problem)
        for warning in table.warnings:
            self.warnings.add(Problem(warning.line, None, None, warning.code, warning.detail))
        if layout.position(EXPECTED) is None:
            detail = "There is no column expected or correct_answer: the items run, and nothing is scored."
            self.warnings.add(Problem(None, None, None, "no_expected_column", detail))
        if self.runs > self._most_runs:
            detail = f"The items run {self.runs:,} times in all; at most {self._most_runs:,} are taken."
            self.errors.add(Problem(None, None, None, "too_many_runs", detail))

    def _of_row(self, layout: Layout, cells: list[str], line: int) -> Iterator[Problem]:
        self.items += 1
        if not layout.message(cells).strip():
            yield self._problem(
                layout, MESSAGE, line, "empty_message", "there is no message. Write one, or remove the row."
            )
        count = iterations_of(layout.iterations(cells))
        self.runs += count or 0
        if count is None:
            found = layout.iterations(cells)[:40]
            advice = (
                f"“{found}” is not a whole number from 1 to {MOST_ITERATIONS}. Correct it, or leave the cell empty."
            )
            yield self._problem(layout, ITERATIONS, line, "invalid_iterations", advice)
        try:
            layout.system_params(cells)
        except BadParams as error:
            advice = f"the cell {error}. Give a JSON object, or leave the cell empty."
            yield self._problem(layout, SYSTEM_PARAMS, line, "invalid_system_params", advice)
        if layout.position(EXPECTED) is not None and not layout.expected(cells).strip():
            advice = "nothing is expected: the item runs and is not scored."
            self.warnings.add(self._problem(layout, EXPECTED, line, "no_expected", advice))

    def _problem(self, layout: Layout, role: str, line: int, code: str, advice: str) -> Problem:
        position = layout.position(role)
        assert position is not None
        header = self._columns[position].header
        detail = f"Line {line}, column {position + 1} ({header}): {advice}"
        return Problem(line, position + 1, header, code, detail)
