"""Rows to export, and the way back."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.export.csv_lines import csv_chunks
from experiments.export.rows import ExportLayout, ExportRow


def row(cells: Sequence[str], payload: Mapping[str, Any] | None = None, **changes: Any) -> ExportRow:
    plain: dict[str, Any] = {
        "run_trace_id": "t1",
        "status": "succeeded",
        "elapsed_ms": 412,
        "attempts": 1,
        "error_code": None,
        "error_message": None,
        "row_index": 0,
        "corrected": False,
        "version": 3,
    }
    return ExportRow(cells=cells, payload=payload, **{**plain, **changes})


def layout_of(headers: Sequence[str], fields: Sequence[str] = (), **options: Any) -> ExportLayout:
    names = [f"{header}#{number}" for number, header in enumerate(headers)]
    return ExportLayout(headers=headers, names=names, fields=fields, **{"run_columns": False, **options})


def written(layout: ExportLayout, *rows: ExportRow) -> str:
    return b"".join(csv_chunks(layout, rows)).decode()


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    csv.field_size_limit(2**31 - 1)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
