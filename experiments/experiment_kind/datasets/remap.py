"""Columns whose roles a person changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Part
from experiments.core.formatting import quoted
from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.datasets.columns import DatasetColumn
from experiments.experiment_kind.datasets.roles import CHOSEN
from experiments.prompts.columns import key_tree
from experiments.prompts.param_keys import slug

ONE = {ColumnRole.EXPECTED: "has the expected answers", ColumnRole.LABEL: "has the labels"}
"""Roles that one column can have, and what is said of it."""


def changed_columns(columns: Sequence[DatasetColumn], changes: Sequence[Mapping[str, Any]]) -> list[DatasetColumn]:
    """All columns after changes `{name, mode, key}`; `InvalidInput` (attr `columns`) names the column."""
    by_name = {change["name"]: change for change in changes}
    unknown = by_name.keys() - {column.name for column in columns}
    if unknown:
        raise _invalid(f"There is no column {quoted(min(unknown))}.", min(unknown), ErrorCode.UNKNOWN_COLUMN)
    changed = [_changed(column, by_name[column.name]) if column.name in by_name else column for column in columns]
    key_tree(changed)
    for role, words in ONE.items():
        having = [column.name for column in changed if column.role == role]
        if len(having) > 1:
            kept = next((name for name in having if name not in by_name), having[0])
            sentence = f"{quoted(kept)} {words}. Set it to Ignore first."
            raise _invalid(sentence, having[1] if kept == having[0] else having[0], ErrorCode.ROLE_TWICE)
    return changed


def _changed(column: DatasetColumn, change: Mapping[str, Any]) -> DatasetColumn:
    if change["mode"] not in CHOSEN or column.role not in CHOSEN:
        raise _invalid("Choose how the column is used.", column.name, ErrorCode.INVALID_MODE)
    role = ColumnRole(change["mode"])
    key = (change["key"].strip() or slug(column.name)) if CHOSEN[role].has_key else ""
    return replace(column, role=role, key=key)


def _invalid(detail: str, name: str, code: str) -> InvalidInput:
    return InvalidInput(detail, code=code, attr="columns", part=Part(name=name))
