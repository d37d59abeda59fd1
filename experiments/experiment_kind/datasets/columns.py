"""Which column of a data set is for what, told by its header; case and space around it make no difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from experiments.core.errors import InvalidInput
from experiments.core.system_params import KeyTree
from experiments.experiment_kind.datasets.problems import Problem
from experiments.ingest import Column

MESSAGE, EXPECTED, ITERATIONS, LABEL = "message", "expected", "iterations", "label"
SYSTEM_PARAM, SYSTEM_PARAMS, METADATA = "system_param", "system_params", "metadata"

NAMES = {
    "user_message": MESSAGE,
    "run_input": MESSAGE,
    "expected": EXPECTED,
    "correct_answer": EXPECTED,
    "iterations": ITERATIONS,
    "label": LABEL,
    "system_params": SYSTEM_PARAMS,
}
DOTTED, UNDERSCORED = "system_params.", "system_params__"
ONE_OF = {MESSAGE: "user_message or run_input", EXPECTED: "expected or correct_answer"}


@dataclass(frozen=True, slots=True)
class DatasetColumn:
    """`name` is unique, `header` the file's text, `key` the path of a system param (dots nest), "" for other roles."""

    name: str
    header: str
    role: str
    key: str = ""


def recognise(columns: Sequence[Column], *, line: int | None = 1) -> tuple[list[DatasetColumn], list[Problem]]:
    """The columns with their roles, and what keeps them from being a data set. `line` is that of the header."""
    made = [_of(column) for column in columns]
    return made, [*_missing(made, line), *_twice(made, line), *_bad_keys(made, line)]


def near_misses(columns: Iterable[DatasetColumn], *, line: int | None = 1) -> list[Problem]:
    """Metadata columns whose headers look like a role's."""
    found = []
    for number, column in enumerate(columns, start=1):
        meant = get_close_matches(column.header.strip().casefold(), NAMES, n=1, cutoff=0.8)
        if column.role == METADATA and meant:
            detail = (
                f"Column {number} (“{column.header}”) is kept as metadata. If it is meant to be {meant[0]}, rename it."
            )
            found.append(Problem(line, number, column.header, "near_miss", detail))
    return found


def _of(column: Column) -> DatasetColumn:
    text = column.header.strip()
    plain = text.casefold()
    if plain in NAMES:
        return DatasetColumn(column.name, column.header, NAMES[plain])
    if plain.startswith(DOTTED):
        return DatasetColumn(column.name, column.header, SYSTEM_PARAM, text[len(DOTTED) :])
    if plain.startswith(UNDERSCORED):
        key = text[len(UNDERSCORED) :].replace("__", ".")
        return DatasetColumn(column.name, column.header, SYSTEM_PARAM, key)
    return DatasetColumn(column.name, column.header, METADATA)


def _missing(columns: Sequence[DatasetColumn], line: int | None) -> list[Problem]:
    if any(column.role == MESSAGE for column in columns):
        return []
    detail = f"There is no column {ONE_OF[MESSAGE]}. Name the column with the message one of these."
    return [Problem(line, None, None, "no_message_column", detail)]


def _twice(columns: Sequence[DatasetColumn], line: int | None) -> list[Problem]:
    """Two columns for what there is one of."""
    first: dict[str, int] = {}
    found = []
    for number, column in enumerate(columns, start=1):
        if column.role in (SYSTEM_PARAM, METADATA):
            continue
        before = first.setdefault(column.role, number)
        if before != number:
            what = ONE_OF.get(column.role, column.role)
            other = columns[before - 1].header
            detail = (
                f"Columns {before} (“{other}”) and {number} (“{column.header}”) are both {what}. Rename one of them."
            )
            found.append(Problem(line, number, column.header, "role_twice", detail))
    return found


def _bad_keys(columns: Sequence[DatasetColumn], line: int | None) -> list[Problem]:
    tree = KeyTree()
    found = []
    for number, column in enumerate(columns, start=1):
        if column.role != SYSTEM_PARAM:
            continue
        try:
            tree.add(number=number - 1, name=column.name, key=column.key)
        except InvalidInput as error:
            found.append(Problem(line, number, column.header, error.code, error.detail))
    return found
