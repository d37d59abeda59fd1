"""What the cells of a row are: message, expected answer, label, system params, number of iterations."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.json_text import BadPayload, parse, strict
from experiments.core.system_params import RESERVED, KeyTree
from experiments.experiment_kind.datasets.columns import (
    EXPECTED,
    ITERATIONS,
    LABEL,
    MESSAGE,
    SYSTEM_PARAM,
    SYSTEM_PARAMS,
    DatasetColumn,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a data set. `expected` is the text of its cell, "" where nothing is expected."""

    message: str
    expected: str = ""
    label: str = ""
    system_params: Mapping[str, Any] | None = None
    iterations: int = 1


class BadParams(Exception):
    """Why the cell `system_params` cannot be sent, as the end of a sentence."""


class Layout:
    """The columns of a data set, compiled once. Cells are a row's texts in column order; further ones do not matter.

    An empty cell of a column `system_params.…` sends no such param, and so does one of `system_params`.
    """

    __slots__ = ("_params_at", "_positions", "_tree")

    def __init__(self, columns: Sequence[DatasetColumn]) -> None:
        self._positions = {column.role: number for number, column in enumerate(columns) if column.role != SYSTEM_PARAM}
        self._params_at = self._positions.get(SYSTEM_PARAMS)
        self._tree = KeyTree()
        for number, column in enumerate(columns):
            if column.role == SYSTEM_PARAM:
                self._tree.add(number=number, name=column.name, key=column.key)

    @classmethod
    def of(cls, stored: Sequence[Mapping[str, str]]) -> "Layout":
        """From columns as `asdict` stored them."""
        return cls([DatasetColumn(**column) for column in stored])

    def position(self, role: str) -> int | None:
        """Which cell has this role, from 0; None where the data set has no such column."""
        return self._positions.get(role)

    def message(self, cells: Sequence[str]) -> str:
        return cells[self._positions[MESSAGE]]

    def expected(self, cells: Sequence[str]) -> str:
        return self.cell(EXPECTED, cells)

    def label(self, cells: Sequence[str]) -> str:
        return self.cell(LABEL, cells)

    def iterations(self, cells: Sequence[str]) -> str:
        """As it is written."""
        return self.cell(ITERATIONS, cells)

    def system_params(self, cells: Sequence[str]) -> dict[str, Any]:
        """The object of the cell `system_params`, and the params of columns of their own in it; `BadParams`."""
        given = _object(cells[self._params_at]) if self._params_at is not None else {}
        return _merged(given, _without_empty(self._tree.filled(cells)))

    def cell(self, role: str, cells: Sequence[str]) -> str:
        """Its text; "" where the data set has no such column."""
        position = self._positions.get(role)
        return "" if position is None else cells[position]


def _object(text: str) -> dict[str, Any]:
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


def params_text(params: Mapping[str, Any]) -> str:
    """As the cell `system_params` holds them."""
    return json.dumps(params, ensure_ascii=False, separators=(",", ":")) if params else ""
