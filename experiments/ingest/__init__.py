"""Reading of table files: a path goes in, columns and rows of text come out, or a refusal that names the place."""

from experiments.ingest.reader import CsvTable, Preview, open_table, parse_preview
from experiments.ingest.table import (
    SPLIT,
    Column,
    FileTooLarge,
    Limits,
    ReadOptions,
    RejectedFile,
    Table,
    Warning_,
    name_columns,
)

__all__ = [
    "SPLIT",
    "Column",
    "CsvTable",
    "FileTooLarge",
    "Limits",
    "Preview",
    "ReadOptions",
    "RejectedFile",
    "Table",
    "Warning_",
    "name_columns",
    "open_table",
    "parse_preview",
]
