"""The formats of an export: one row a format."""

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from experiments.core.choices import ExportFormat
from experiments.export.csv_lines import csv_chunks
from experiments.export.jsonl_lines import jsonl_chunks
from experiments.export.parquet_file import parquet_chunks
from experiments.export.rows import ExportLayout, ExportRow


@dataclass(frozen=True, slots=True)
class FormatWriter:
    """`label` is the format's name for people; `chunks` makes bytes of rows, in pieces."""

    label: str
    media_type: str
    chunks: Callable[[ExportLayout, Iterable[ExportRow]], Iterator[bytes]]
    parameter: str = ""
    """Of the media type, in the header of a download."""
    is_text: bool = True
    """In UTF-8; otherwise bytes, for the description of the API."""
    is_table: bool = True
    """Its values stand in columns, so that objects may be taken apart."""
    is_made_first: bool = False
    """Nothing can be sent before all of it is written, so that a problem can still be answered."""

    @property
    def content_type(self) -> str:
        return self.media_type + self.parameter


def xlsx_chunks(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    # The library takes 18 MB of every web process: only where a workbook is wanted.
    chunks: Iterator[bytes] = importlib.import_module("experiments.export.xlsx_file").xlsx_chunks(layout, rows)
    return chunks


EXPORT_FORMATS = {
    ExportFormat.CSV: FormatWriter("CSV", "text/csv", csv_chunks, "; charset=utf-8"),
    ExportFormat.XLSX: FormatWriter(
        "XLSX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx_chunks,
        is_text=False,
        is_made_first=True,
    ),
    ExportFormat.JSONL: FormatWriter("JSONL", "application/jsonl", jsonl_chunks, is_table=False),
    ExportFormat.PARQUET: FormatWriter(
        "Parquet", "application/vnd.apache.parquet", parquet_chunks, is_text=False, is_made_first=True
    ),
}
