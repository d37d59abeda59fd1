"""An export as JSON Lines in UTF-8, in pieces."""

from collections.abc import Iterable, Iterator
from typing import Any

from experiments.export.rows import RUN_COLUMNS, ExportLayout, ExportRow, in_pieces, to_json


def jsonl_chunks(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """`{"row": {name: text}, "response": {field: value} or null, "run": {…}}`, one a line; `run` with `run_columns`.

    The columns that a kind adds are `"extra": {name: value}`.
    """
    return in_pieces(to_json(jsonl_value(layout, row)) + "\n" for row in rows)


def jsonl_value(layout: ExportLayout, row: ExportRow) -> dict[str, Any]:
    answer = row.response
    value: dict[str, Any] = {
        "row": dict(zip(layout.names, row.cells, strict=True)),
        "response": None if answer is None else {name: answer.get(name) for name in layout.fields},
    }
    if layout.extras:
        value["extra"] = dict(zip(layout.extras, row.extras, strict=True))
    return {**value, "run": dict(zip(RUN_COLUMNS, row.run, strict=True))} if layout.run_columns else value
