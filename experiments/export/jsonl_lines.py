"""An export as JSON Lines in UTF-8, in pieces."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from experiments.core.cost import plain
from experiments.export.rows import RUN_COLUMNS, ExportLayout, ExportRow, compact_json, in_pieces


def jsonl_chunks(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """`{"row": {name: text}, "response": {field: value} or null, "run": {…}}`, one a line; `run` with `run_columns`.

    The columns that a kind adds are `"extra": {name: value}`.
    """
    return in_pieces(jsonl_lines(layout, rows))


def jsonl_lines(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[str]:
    # Nothing of a row, which may be large, is kept until the next one is there.
    return map(partial(_line, layout), rows)


def _line(layout: ExportLayout, row: ExportRow) -> str:
    return compact_json(jsonl_value(layout, row)) + "\n"


def jsonl_value(layout: ExportLayout, row: ExportRow) -> dict[str, Any]:
    answer = row.response
    value: dict[str, Any] = {
        "row": dict(zip(layout.names, row.cells, strict=True)),
        "response": None if answer is None else dict(zip(layout.fields, layout.values(answer), strict=True)),
    }
    if layout.extras:
        value["extra"] = dict(zip(layout.extras, row.extras, strict=True))
    if layout.run_columns:
        value["run"] = dict(zip(RUN_COLUMNS, map(_without_zeros, row.run), strict=True))
    return value


def _without_zeros(value: Any) -> Any:
    """What a row cost has as many places as its column: those that say nothing are left out."""
    return Decimal(plain(value)) if isinstance(value, Decimal) else value
