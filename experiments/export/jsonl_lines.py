"""An export as JSON Lines in UTF-8, in pieces."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from experiments.core.choices import ExportPart
from experiments.core.cost import plain
from experiments.export.columns import ExportColumn, columns_of, lines_of
from experiments.export.rows import ABSENT, ExportLayout, ExportRow, compact_json, in_pieces


def jsonl_chunks(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """`{"row": {name: text}, "response": {field: value} or null, "run": {…}}`, one a line; `run` with `run_columns`.

    The columns that a kind adds are `"extra": {name: value}`.
    """
    return in_pieces(jsonl_lines(layout, rows))


def jsonl_lines(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[str]:
    # Nothing of a row, which may be large, is kept until the next one is there.
    return map(partial(_line, layout, columns_of(layout)), rows)


def _line(layout: ExportLayout, columns: Sequence[ExportColumn], row: ExportRow) -> str:
    return compact_json(jsonl_value(layout, columns, row)) + "\n"


def jsonl_value(layout: ExportLayout, columns: Sequence[ExportColumn], row: ExportRow) -> dict[str, Any]:
    """Where null is told apart, the answer has only what it has."""
    (values,) = lines_of(layout, columns)(row)
    parts: dict[ExportPart, dict[str, Any]] = {part: {} for part in ExportPart}
    for column, value in zip(columns, values, strict=True):
        if value is not ABSENT:
            parts[column.part][_key(column)] = value
        elif layout.null is None:
            parts[column.part][_key(column)] = None
    value = {"row": parts[ExportPart.CELL], "response": None if row.response is None else parts[ExportPart.ANSWER]}
    if layout.extras:
        value["extra"] = parts[ExportPart.EXTRA]
    if layout.run_columns:
        value["run"] = {name: _without_zeros(one) for name, one in parts[ExportPart.RUN].items()}
    return value


def _key(column: ExportColumn) -> str:
    """The name without the prefix that tells it from others of a table."""
    key: str = column.path[0] if column.path else column.place if column.part == ExportPart.RUN else column.name
    return key


def _without_zeros(value: Any) -> Any:
    """What a row cost has as many places as its column: those that say nothing are left out."""
    return Decimal(plain(value)) if isinstance(value, Decimal) else value
