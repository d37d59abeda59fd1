"""Open a table file and stream its rows: what is odd is listed, what is wrong is refused with its place."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from experiments.ingest.dialect import SAMPLE_BYTES, Dialect, find_dialect
from experiments.ingest.encoding import Encoding, decoded_pieces, find_encoding
from experiments.ingest.jsonl import JsonlTable
from experiments.ingest.magic import refuse_other_formats
from experiments.ingest.records import RecordReader, too_many_columns
from experiments.ingest.table import (
    SPLIT,
    Column,
    FileTooLarge,
    Limits,
    ReadOptions,
    RejectedFile,
    Table,
    Warning_,
    WarningLog,
    name_columns,
)

_HEAD_BYTES = 8 * 1024
_JSONL_SUFFIXES = (".jsonl", ".ndjson")
_NO_OPTIONS = ReadOptions()
_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a table: its first rows, and the table itself with the warnings up to there."""

    table: Table
    rows: list[list[str]]


def open_table(
    path: Path | str, *, filename: str, options: ReadOptions = _NO_OPTIONS, limits: Limits = _DEFAULT_LIMITS
) -> Table:
    """Find out how the file is to be read, read its header and look at its first row.

    `filename` is the name the file was sent under: `.jsonl` and `.ndjson` are read as JSON Lines, all others as CSV.
    Raises `RejectedFile` for the file (`FileTooLarge` beyond the limits), `InvalidInput` for options nobody can follow.
    """
    path = Path(path)
    _check_size(path, limits)
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    refuse_other_formats(head)
    encoding = find_encoding(head, options.encoding)
    if filename.lower().endswith(_JSONL_SUFFIXES):
        table: Table = JsonlTable(path, encoding, limits, keys=options.keys)
    else:
        table = CsvTable(path, encoding, options, limits)
    with closing(table.rows()) as rows:
        next(rows, None)
    return table


def parse_preview(
    path: Path | str,
    *,
    filename: str,
    options: ReadOptions = _NO_OPTIONS,
    limits: Limits = _DEFAULT_LIMITS,
    limit: int = 50,
) -> Preview:
    """Open the table and read its first `limit` rows. Raises as `open_table` does."""
    table = open_table(path, filename=filename, options=options, limits=limits)
    with closing(table.rows()) as rows:
        return Preview(table, list(islice(rows, limit)))


def _check_size(path: Path, limits: Limits) -> None:
    size = path.stat().st_size
    if size == 0:
        raise RejectedFile("The file is empty.", code="empty_file")
    if size > limits.max_bytes:
        detail = f"The file has {size:,} bytes; at most {limits.max_bytes:,} are taken. {SPLIT}"
        raise FileTooLarge(detail, code="file_too_large")


class CsvTable(Table):
    """A CSV file whose dialect and header are known. Made by `open_table`."""

    def __init__(self, path: Path, encoding: Encoding, options: ReadOptions, limits: Limits) -> None:
        self._path = path
        self._encoding = encoding
        self._limits = limits
        self._has_header = options.header
        self._pad = options.ragged == "pad"
        self._dialect = self._find_dialect(options.delimiter)
        self.encoding = encoding.name
        self.delimiter = self._dialect.delimiter
        self.line_end = self._dialect.line_end
        self.row_count = 0
        self._log = WarningLog()
        self._reading: RecordReader | None = None
        self.columns = self._read_columns()

    @property
    def line(self) -> int:
        return self._reading.line if self._reading is not None else 0

    @property
    def warnings(self) -> list[Warning_]:
        return self._log.listed()

    @property
    def warning_counts(self) -> dict[str, int]:
        return dict(self._log.counts)

    def _find_dialect(self, requested: str | None) -> Dialect:
        sample = "".join(decoded_pieces(self._path, self._encoding, limit=SAMPLE_BYTES))
        if not sample:
            raise RejectedFile("The file is empty.", code="empty_file")
        complete = self._path.stat().st_size < SAMPLE_BYTES
        return find_dialect(sample, requested=requested, complete=complete)

    def _read_columns(self) -> tuple[Column, ...]:
        with self._text() as pieces:
            records = self._records(pieces, WarningLog())
            first = next(filter(None, islice(records, self._limits.max_rows)), None)
            if first is None:
                only = (
                    "only blank lines"
                    if records.line < self._limits.max_rows
                    else f"{records.line:,} blank lines first"
                )
                raise RejectedFile(f"The file holds {only}.", code="empty_file")
            if len(first) > self._limits.max_columns:
                raise too_many_columns(records.line, self._limits)
            self.header_line = records.line
        if self._has_header:
            return name_columns(first)
        return tuple(Column(name, name) for name in (f"column {number}" for number in range(1, len(first) + 1)))

    def _text(self) -> closing[Generator[str]]:
        return closing(decoded_pieces(self._path, self._encoding))

    def _records(self, pieces: Iterator[str], log: WarningLog) -> RecordReader:
        records = RecordReader(pieces, self._dialect, self._limits, log)
        if self._dialect.sep_line:
            next(iter(records), None)
        return records

    def rows(self) -> Generator[list[str]]:
        self._log = log = WarningLog()
        self.row_count = 0
        with self._text() as pieces:
            self._reading = records = self._records(pieces, log)
            if self._has_header:
                self._pass_header(records, log)
            yield from self._shaped_rows(records, log)
        if not self.row_count:
            raise RejectedFile("The file has a header and no rows below it.", code="no_rows")

    def _shaped_rows(self, records: RecordReader, log: WarningLog) -> Iterator[list[str]]:
        width, limit = len(self.columns), self._limits.max_rows
        for record in records:
            if len(record) != width:
                shaped = self._shaped(record, records.line, log)
                if shaped is None:
                    continue
                record = shaped
            if self.row_count >= limit:
                raise self._too_many_rows(records.line)
            self.row_count += 1
            yield record

    def _pass_header(self, records: RecordReader, log: WarningLog) -> None:
        for record in records:
            if record:
                break
            log.add(records.line, "blank_line", "A blank line above the header was left out.")
        log.add_names(self.columns, records.line)

    def _shaped(self, record: list[str], line: int, log: WarningLog) -> list[str] | None:
        """Bring a record to the table's width where that loses nothing; None for a blank line between rows."""
        width, found = len(self.columns), len(record)
        if not record:
            if width == 1:
                return [""]
            log.add(line, "blank_line", "A blank line was left out.")
            if log.counts["blank_line"] > self._limits.max_rows:
                raise self._too_many_rows(line)
            return None
        if found > width and not any(record[width:]):
            log.add(line, "extra_empty_cells", f"{found - width} empty cells beyond the last column were left out.")
            return record[:width]
        if found < width and self._pad:
            detail = f"The row has {found} of {width} cells; the missing ones were filled with empty text."
            log.add(line, "short_row", detail)
            return record + [""] * (width - found)
        raise self._ragged(line, found)

    def _ragged(self, line: int, found: int) -> RejectedFile:
        width = len(self.columns)
        whose = "the header" if self._has_header else "the first row"
        advice = "Put cells that hold the delimiter in quotes, or choose another delimiter."
        if found < width:
            advice = "Complete the row, or choose to fill short rows."
        elif width == 1:
            advice += " A title above the header has to go."
        cells = "1 cell" if found == 1 else f"{found:,} cells"
        detail = f"Line {line} has {cells}, {whose} has {width:,}. {advice}"
        column = min(found, width) + 1
        return RejectedFile(detail, code="ragged_row", line=line, column=column, found=found, expected=width)

    def _too_many_rows(self, line: int) -> FileTooLarge:
        detail = f"Line {line}: the file has more than {self._limits.max_rows:,} rows, the most that are taken. {SPLIT}"
        return FileTooLarge(detail, code="too_many_rows", line=line)
