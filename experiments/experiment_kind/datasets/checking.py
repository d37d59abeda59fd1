"""Whether the rows of a table are items that can be run: errors and warnings per line, before anything is stored."""

import re
from contextlib import closing
from dataclasses import dataclass, field

from experiments.core.choices import ErrorCode
from experiments.core.formatting import in_one_line, quoted
from experiments.experiment_kind.choices import ColumnRole, DatasetWarning
from experiments.experiment_kind.datasets.columns import DatasetColumn, near_misses, recognise
from experiments.experiment_kind.datasets.layout import BadParams, DatasetLayout
from experiments.experiment_kind.datasets.problems import Problem, ProblemLog
from experiments.ingest import Reject, Table

MAX_ITERATIONS = 100
"""Of one item."""
SHOWN_CHARS = 200
"""Of an unreadable row."""
WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")


@dataclass
class CheckedDataset:
    """What was found in a table: `items` of it run `runs` times in all. With an error nothing of it is to be stored."""

    columns: list[DatasetColumn]
    items: int = 0
    runs: int = 0
    errors: ProblemLog = field(default_factory=ProblemLog)
    warnings: ProblemLog = field(default_factory=ProblemLog)

    def add_row(self, layout: DatasetLayout, cells: list[str], line: int) -> None:
        """Counts it, and notes what is wrong or odd about it."""
        self.items += 1
        if layout.position(ColumnRole.MESSAGE) is not None and not layout.message(cells).strip():
            reason = "there is no message. Write one, or remove the row."
            self.errors.add(_problem_in_cell(layout, ColumnRole.MESSAGE, line, ErrorCode.EMPTY_MESSAGE, reason))
        written = layout.cell(ColumnRole.ITERATIONS, cells)
        iterations = iterations_of(written)
        self.runs += iterations or 0
        if iterations is None:
            expected = f"a whole number from 1 to {MAX_ITERATIONS}"
            reason = f"“{written[:40]}” is not {expected}. Correct it, or leave the cell empty."
            self.errors.add(_problem_in_cell(layout, ColumnRole.ITERATIONS, line, ErrorCode.INVALID_ITERATIONS, reason))
        try:
            layout.system_params(cells)
        except BadParams as error:
            reason = f"the cell {error}. Give a JSON object, or leave the cell empty."
            code = ErrorCode.INVALID_SYSTEM_PARAMS
            self.errors.add(_problem_in_cell(layout, ColumnRole.SYSTEM_PARAMS, line, code, reason))
        if layout.position(ColumnRole.EXPECTED) is not None and not layout.cell(ColumnRole.EXPECTED, cells).strip():
            reason = "nothing is expected: the item runs and is not scored."
            self.warnings.add(_problem_in_cell(layout, ColumnRole.EXPECTED, line, DatasetWarning.NO_EXPECTED, reason))

    def add_reject(self, reject: Reject) -> None:
        """A row that the reader left out because a person chose that."""
        detail = f"Line {reject.line} was left out. {reject.reason} {quoted(in_one_line(reject.text, SHOWN_CHARS))}"
        self.warnings.add(Problem(reject.line, None, None, DatasetWarning.UNREADABLE_ROW, detail, reject.reason))


def check(table: Table, *, most_runs: int, needs_message: bool = True) -> CheckedDataset:
    """Reads every row. Raises `RejectedFile` where the file itself is refused."""
    columns, problems = recognise(table.columns, line=table.header_line, needs_message=needs_message)
    found = CheckedDataset(columns)
    found.errors.extend(problems)
    found.warnings.extend(near_misses(columns, line=table.header_line))
    if problems:
        return found
    layout = DatasetLayout(columns)
    table.on_reject = found.add_reject
    with closing(table.rows()) as rows:
        for cells in rows:
            found.add_row(layout, cells, table.line)
    # They are read once more when they are stored.
    table.on_reject = None
    found.warnings.extend(Problem(odd.line, None, None, odd.code, odd.detail) for odd in table.warnings)
    if layout.position(ColumnRole.EXPECTED) is None:
        detail = "There is no column expected or correct_answer: the items run, and nothing is scored."
        found.warnings.add(Problem(None, None, None, DatasetWarning.NO_EXPECTED_COLUMN, detail))
    if found.runs > most_runs:
        detail = f"The items run {found.runs:,} times in all. The limit is {most_runs:,}."
        found.errors.add(Problem(None, None, None, ErrorCode.TOO_MANY_RUNS, detail))
    return found


def iterations_of(text: str) -> int | None:
    """How often an item is run: once where nothing is written; None where it is not a number in bounds."""
    stripped = text.strip()
    if not stripped:
        return 1
    number = int(stripped) if WHOLE_NUMBER.fullmatch(stripped) else 0
    return number if 1 <= number <= MAX_ITERATIONS else None


def _problem_in_cell(layout: DatasetLayout, role: ColumnRole, line: int, code: str, reason: str) -> Problem:
    position = layout.position(role)
    assert position is not None
    header = layout.columns[position].header
    detail = f"Line {line}, column {position + 1} ({header}): {reason}"
    return Problem(line, position + 1, header, code, detail, reason)
