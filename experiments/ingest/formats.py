"""The formats of files that can be read: one row a format."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.ingest.csv_table import CsvTable
from experiments.ingest.errors import Limits
from experiments.ingest.json_array import open_json
from experiments.ingest.jsonl import JsonlTable
from experiments.ingest.options import ReadOptions
from experiments.ingest.packed import PACKINGS, name_without_packing
from experiments.ingest.parquet import ParquetTable
from experiments.ingest.table import Table
from experiments.ingest.workbook import open_ods, open_xlsx, sheets_in_xlsx, unpacked_bytes


@dataclass(frozen=True, slots=True)
class IngestFormat:
    """What reading, upload and pages ask of a format."""

    label: str
    about: str
    """For people, the rest of a sentence that begins with the label."""
    table: Callable[[Any, bytes, ReadOptions, Limits], Table]
    """Opens a file: a path, and where the format is text any `Source`. The bytes are its beginning, so that what is
    found there is not read twice."""
    suffixes: tuple[str, ...]
    """In lower case. Files are kept under the first one."""
    media_types: tuple[str, ...] = ()
    """Further files that the dialog of a browser offers."""
    is_text: bool = True
    """It has an encoding, and a file that begins like a PDF or an archive is refused. Without this `table` has to check
    what it opens."""
    is_json: bool = False
    has_delimiter: bool = False
    has_header: bool = False
    """The first row holds the names of the columns, unless a person says otherwise."""
    has_short_rows: bool = False
    """A row can have fewer cells than there are columns."""
    has_sheets: bool = False
    """One of several sheets is read, or a range of its cells."""
    unpacked_bytes: Callable[[Path], int] | None = None
    """Of a format that packs what it holds: how much that is."""
    sheets: Callable[[Path, bytes, Limits], list[str]] | None = None
    """Their names, where these are known without reading them."""


INGEST_FORMATS = (
    IngestFormat(
        "CSV",
        " with one row for each call, its first row the names of the columns. Delimiter and encoding are found out and"
        " shown, and you can say otherwise.",
        CsvTable,
        suffixes=(".csv", ".tsv", ".txt"),
        media_types=("text/csv", "text/plain", "text/tab-separated-values"),
        has_delimiter=True,
        has_header=True,
        has_short_rows=True,
    ),
    IngestFormat("JSON Lines", ", one object on each line.", JsonlTable, suffixes=(".jsonl", ".ndjson"), is_json=True),
    IngestFormat("JSON", ", one array of objects.", open_json, suffixes=(".json",), is_json=True),
    IngestFormat(
        "Excel",
        ": one sheet of a workbook (.xlsx), its first row the names of the columns. Cells are read as they are shown.",
        open_xlsx,
        suffixes=(".xlsx", ".xlsm"),
        media_types=("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
        is_text=False,
        has_header=True,
        has_sheets=True,
        unpacked_bytes=unpacked_bytes,
        sheets=sheets_in_xlsx,
    ),
    IngestFormat(
        "OpenDocument",
        ": one sheet of a spreadsheet (.ods), like one of Excel.",
        open_ods,
        suffixes=(".ods",),
        media_types=("application/vnd.oasis.opendocument.spreadsheet",),
        is_text=False,
        has_header=True,
        has_sheets=True,
        unpacked_bytes=unpacked_bytes,
    ),
    IngestFormat(
        "Parquet",
        ", one row for each call. Dates are read as ISO, lists and structures as JSON.",
        ParquetTable,
        suffixes=(".parquet",),
        media_types=("application/vnd.apache.parquet",),
        is_text=False,
    ),
)
"""A file with any other suffix is read as the first one."""


def format_of_file(filename: str) -> IngestFormat:
    """The format as which a file of this name is read, packed or not."""
    return _known_format(name_without_packing(filename)) or INGEST_FORMATS[0]


def _known_format(name: str) -> IngestFormat | None:
    return next((one for one in INGEST_FORMATS if name.lower().endswith(one.suffixes)), None)


def has_known_suffix(name: str) -> bool:
    """Whether a name says what is in the file."""
    return _known_format(name) is not None


def packed_suffixes() -> str:
    """For a sentence: `.gz, .zst or .zip`."""
    *others, last = [one.suffix for one in PACKINGS]
    return f"{', '.join(others)} or {last}"


def format_labels() -> str:
    """For a sentence: `CSV or JSON Lines`."""
    *others, last = [one.label for one in INGEST_FORMATS]
    return f"{', '.join(others)} or {last}"


def file_dialog_types() -> str:
    """What a file dialog offers, as the attribute `accept` of HTML: all suffixes, then the media types."""
    suffixes = [suffix for one in INGEST_FORMATS for suffix in one.suffixes] + [one.suffix for one in PACKINGS]
    return ",".join([*suffixes, *(media_type for one in INGEST_FORMATS for media_type in one.media_types)])
