"""Reads the sheets of workbooks row by row, each cell as the text that it shows."""

from pathlib import Path

from experiments.ingest.errors import Limits
from experiments.ingest.options import ReadOptions
from experiments.ingest.workbook.ods import sheets_of_ods
from experiments.ingest.workbook.parts import Parts, unpacked_bytes
from experiments.ingest.workbook.sheet_table import SheetTable
from experiments.ingest.workbook.xlsx import sheet_names_of_xlsx, sheets_of_xlsx

__all__ = ["open_ods", "open_xlsx", "unpacked_bytes"]


def open_xlsx(path: Path, head: bytes, options: ReadOptions, limits: Limits) -> SheetTable:
    return SheetTable(sheets_of_xlsx(Parts(path, head, limits), limits), options, limits)


def sheets_in_xlsx(path: Path, head: bytes, limits: Limits) -> list[str]:
    """The names of its sheets."""
    return sheet_names_of_xlsx(Parts(path, head, limits))


def open_ods(path: Path, head: bytes, options: ReadOptions, limits: Limits) -> SheetTable:
    return SheetTable(sheets_of_ods(Parts(path, head, limits), limits), options, limits)
