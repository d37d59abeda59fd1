"""Where a row of a data set has its message, expected answer, label, system params and number of iterations."""

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.core.json_numbers import to_json
from experiments.core.json_text import BadPayload, parse, strict
from experiments.core.system_params import RESERVED, KeyTree
from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.datasets.columns import DatasetColumn
from experiments.prompts.columns import MessageColumns

ITEM_NUMBER, ITERATION = -2, -1
"""Behind its cells a stored row has the item's number in the data set, from 0, and the iteration, from 1, as texts."""


class BadParams(Exception):
    """Why the cell `system_params` cannot be sent, as the end of a sentence."""


class DatasetLayout:
    """The columns of a data set, compiled once. Cells are a row's texts in column order; further ones are ignored.

    An empty cell of a column `system_params.…` sends no such param, and so does one of `system_params`.
    """

    __slots__ = ("_positions", "_tree", "columns", "prompt")

    def __init__(self, columns: Sequence[DatasetColumn]) -> None:
        self.columns = columns
        self._positions: dict[str, int] = {}
        self._tree = KeyTree()
        self.prompt = MessageColumns(columns, bare_alone=True)
        for number, column in enumerate(columns):
            if column.role == ColumnRole.SYSTEM_PARAM:
                self._tree.add(number=number, name=column.name, key=column.key)
            else:
                self._positions.setdefault(column.role, number)

    @classmethod
    def from_json(cls, stored: Sequence[Mapping[str, Any]]) -> "DatasetLayout":
        """From the columns of an experiment."""
        return cls([DatasetColumn.from_json(column) for column in stored])

    def position(self, role: ColumnRole) -> int | None:
        """Which cell has this role, from 0, the first of several; None where the data set has no such column."""
        return self._positions.get(role)

    def cell(self, role: ColumnRole, cells: Sequence[str]) -> str:
        """Its text; "" where the data set has no such column."""
        position = self._positions.get(role)
        return "" if position is None else cells[position]

    def message(self, cells: Sequence[str]) -> str:
        """The cell of the prompt column, or `Name: value` lines of several; "" where there is none."""
        return self.prompt.columns_text(cells)

    def system_params(self, cells: Sequence[str]) -> dict[str, Any]:
        """The object of the cell `system_params`, and the params of columns of their own in it; `BadParams`."""
        given = params_from_text(self.cell(ColumnRole.SYSTEM_PARAMS, cells))
        return _merged(given, _without_empty(self._tree.filled(cells)))


def params_from_text(text: str) -> dict[str, Any]:
    """What a cell `system_params` holds. `BadParams` where that is no object that can be sent."""
    if not text.strip():
        return {}
    try:
        value = strict(parse(text), "the object")
    except (ValueError, RecursionError, BadPayload) as error:
        raise BadParams(f"is not JSON that can be sent ({error})") from error
    if not isinstance(value, dict):
        raise BadParams("is not a JSON object")
    reserved = RESERVED & value.keys()
    if reserved:
        raise BadParams(f"has the key {min(reserved)!r}, which runtimes interpret")
    return value


def params_text(params: Mapping[str, Any]) -> str:
    """As the cell `system_params` holds them."""
    return to_json(params, separators=(",", ":")) if params else ""


def _without_empty(tree: dict[str, Any]) -> dict[str, Any]:
    filled = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in tree.items()}
    return {key: value for key, value in filled.items() if value not in ("", {})}


def _merged(given: dict[str, Any], single: dict[str, Any], path: str = "") -> dict[str, Any]:
    merged = dict(given)
    for key, value in single.items():
        if key not in merged:
            merged[key] = value
        elif isinstance(value, dict) and isinstance(merged[key], dict):
            merged[key] = _merged(merged[key], value, f"{path}{key}.")
        else:
            raise BadParams(f"has {path + key!r}, which a column of its own gives too")
    return merged
