"""Which column of a data set is for what, told by its header; case and space around it make no difference."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.system_params import KeyTree
from experiments.experiment_kind.choices import ColumnRole, DatasetWarning
from experiments.experiment_kind.datasets.problems import Problem
from experiments.experiment_kind.datasets.roles import ROLE_TRAITS
from experiments.ingest import Column
from experiments.prompts.columns import ModeTraits

ROLE_OF_HEADER = {
    "user_message": ColumnRole.MESSAGE,
    "run_input": ColumnRole.MESSAGE,
    "expected": ColumnRole.EXPECTED,
    "correct_answer": ColumnRole.EXPECTED,
    "iterations": ColumnRole.ITERATIONS,
    "label": ColumnRole.LABEL,
    "system_params": ColumnRole.SYSTEM_PARAMS,
}
SEVERAL = (ColumnRole.SYSTEM_PARAM, ColumnRole.METADATA)
"""Roles of which a data set may have more than one column."""
DOTTED, UNDERSCORED = "system_params.", "system_params__"
HEADERS_IN_WORDS = {
    ColumnRole.MESSAGE: "user_message or run_input",
    ColumnRole.EXPECTED: "expected or correct_answer",
}
"""Of the roles that have two."""


@dataclass(frozen=True, slots=True)
class DatasetColumn:
    """`name` is unique, `header` the file's text, `key` the path of a system param (dots nest), "" for other roles."""

    name: str
    header: str
    role: ColumnRole
    key: str = ""

    @classmethod
    def from_table(cls, column: Column) -> "DatasetColumn":
        """With the role that its header tells."""
        text = column.header.strip()
        plain = text.casefold()
        if plain in ROLE_OF_HEADER:
            return cls(column.name, column.header, ROLE_OF_HEADER[plain])
        if plain.startswith(DOTTED):
            return cls(column.name, column.header, ColumnRole.SYSTEM_PARAM, text[len(DOTTED) :])
        if plain.startswith(UNDERSCORED):
            key = text[len(UNDERSCORED) :].replace("__", ".")
            return cls(column.name, column.header, ColumnRole.SYSTEM_PARAM, key)
        return cls(column.name, column.header, ColumnRole.METADATA)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "DatasetColumn":
        return cls(stored["name"], stored["header"], ColumnRole(stored["role"]), stored["key"])

    @property
    def mode(self) -> str:
        return self.role.value

    @property
    def traits(self) -> ModeTraits:
        return ROLE_TRAITS[self.role]

    def has_place_of(self, other: "DatasetColumn") -> bool:
        """Whether both are one column of a data set: the one with this role, or of params and metadata this name."""
        if self.role in SEVERAL:
            return self.name == other.name
        return self.role == other.role

    def to_json(self) -> dict[str, str]:
        return {**asdict(self), "role": str(self.role)}


def recognise(
    columns: Sequence[Column], *, line: int | None = 1, needs_message: bool = True
) -> tuple[list[DatasetColumn], list[Problem]]:
    """The columns with their roles, and what keeps them from being a data set. `line` is that of the header.

    `needs_message`: no person will say later which column has the message.
    """
    found = [DatasetColumn.from_table(column) for column in columns]
    problems = []
    if needs_message and not any(column.role == ColumnRole.MESSAGE for column in found):
        headers = HEADERS_IN_WORDS[ColumnRole.MESSAGE]
        detail = f"There is no column {headers}. Name the column with the message one of these."
        problems.append(Problem(line, None, None, ErrorCode.NO_MESSAGE_COLUMN, detail))
    return found, [*problems, *_repeated_roles(found, line), *_bad_keys(found, line)]


def near_misses(columns: Iterable[DatasetColumn], *, line: int | None = 1) -> list[Problem]:
    """Metadata columns whose headers look like a role's."""
    found = []
    for number, column in enumerate(columns, start=1):
        meant = get_close_matches(column.header.strip().casefold(), ROLE_OF_HEADER, n=1, cutoff=0.8)
        if column.role == ColumnRole.METADATA and meant:
            detail = (
                f"Column {number} (“{column.header}”) is kept as metadata. If it is meant to be {meant[0]}, rename it."
            )
            found.append(Problem(line, number, column.header, DatasetWarning.NEAR_MISS, detail))
    return found


def _repeated_roles(columns: Sequence[DatasetColumn], line: int | None) -> list[Problem]:
    first: dict[str, int] = {}
    found = []
    for number, column in enumerate(columns, start=1):
        if column.role in SEVERAL:
            continue
        before = first.setdefault(column.role, number)
        if before != number:
            what = HEADERS_IN_WORDS.get(column.role, column.role)
            other = columns[before - 1].header
            detail = (
                f"Columns {before} (“{other}”) and {number} (“{column.header}”) are both {what}. Rename one of them."
            )
            found.append(Problem(line, number, column.header, ErrorCode.ROLE_TWICE, detail))
    return found


def _bad_keys(columns: Sequence[DatasetColumn], line: int | None) -> list[Problem]:
    tree = KeyTree()
    found = []
    for number, column in enumerate(columns, start=1):
        if column.role != ColumnRole.SYSTEM_PARAM:
            continue
        try:
            tree.add(number=number - 1, name=column.name, key=column.key)
        except InvalidInput as error:
            found.append(Problem(line, number, column.header, error.code, error.detail))
    return found
