"""Reads table files: a path goes in, columns and rows of text come out, or an error that names the place."""

from experiments.ingest.errors import SPLIT, FileTooLarge, Limits, RejectedFile
from experiments.ingest.reader import CsvTable, Preview, is_jsonl, open_table, parse_preview
from experiments.ingest.table import (
    Column,
    FileWarning,
    ReadOptions,
    Table,
    name_columns,
)

__all__ = [
    "SPLIT",
    "Column",
    "CsvTable",
    "FileTooLarge",
    "FileWarning",
    "Limits",
    "Preview",
    "ReadOptions",
    "RejectedFile",
    "Table",
    "is_jsonl",
    "name_columns",
    "open_table",
    "parse_preview",
]
