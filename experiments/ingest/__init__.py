"""Reads table files: a path goes in, columns and rows of text come out, or an error that names the place."""

from experiments.ingest.errors import SPLIT, FileTooLarge, Limits, Offer, RejectedFile
from experiments.ingest.formats import (
    INGEST_FORMATS,
    IngestFormat,
    file_dialog_types,
    format_labels,
    format_of_file,
    packed_suffixes,
)
from experiments.ingest.options import Options, ReadOptions
from experiments.ingest.packed import name_without_packing, packing_of
from experiments.ingest.reader import Preview, is_larger, open_table, parse_preview, sheets_of_file
from experiments.ingest.table import (
    Column,
    FileWarning,
    Reject,
    Table,
    name_columns,
)

__all__ = [
    "INGEST_FORMATS",
    "SPLIT",
    "Column",
    "FileTooLarge",
    "FileWarning",
    "IngestFormat",
    "Limits",
    "Offer",
    "Options",
    "Preview",
    "ReadOptions",
    "Reject",
    "RejectedFile",
    "Table",
    "file_dialog_types",
    "format_labels",
    "format_of_file",
    "is_larger",
    "name_columns",
    "name_without_packing",
    "open_table",
    "packed_suffixes",
    "packing_of",
    "parse_preview",
    "sheets_of_file",
]
