"""An export as JSON Lines: UTF-8, in pieces."""

from collections.abc import Iterable, Iterator
from typing import Any

from experiments.export.rows import PIECE, RUN_COLUMNS, ExportRow, Shape, to_json


def jsonl_chunks(shape: Shape, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    """`{"row": {name: text}, "response": {field: value} or null, "run": {…}}`, one a line; `run` goes with metadata.

    Where a kind adds columns they are `"extra": {name: value}`.
    """
    lines: list[str] = []
    size = 0
    for row in rows:
        lines.append(to_json(_jsonl_value(shape, row)) + "\n")
        size += len(lines[-1])
        if size >= PIECE:
            yield "".join(lines).encode()
            lines.clear()
            size = 0
    if lines:
        yield "".join(lines).encode()


def _jsonl_value(shape: Shape, row: ExportRow) -> dict[str, Any]:
    answer = row.response
    value: dict[str, Any] = {
        "row": dict(zip(shape.names, row.cells, strict=True)),
        "response": None if answer is None else {name: answer.get(name) for name in shape.fields},
    }
    if shape.extras:
        value["extra"] = dict(zip(shape.extras, row.extras, strict=True))
    return {**value, "run": dict(zip(RUN_COLUMNS, row.run, strict=True))} if shape.metadata else value
