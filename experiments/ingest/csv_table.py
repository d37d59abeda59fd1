"""Read CSV: oddities that lose nothing become warnings, and errors name their place."""

import operator
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice, takewhile
from pathlib import Path

from experiments.core.choices import ErrorCode, WarningCode
from experiments.ingest import quick
from experiments.ingest.dialect import SAMPLE_BYTES, find_dialect
from experiments.ingest.encoding import decoded_pieces, find_encoding
from experiments.ingest.errors import Limits, RejectedFile
from experiments.ingest.options import DOUBLE, Options, ReadOptions
from experiments.ingest.records import RecordReader
from experiments.ingest.table import Column, Table, WarningLog, name_columns


class CsvTable(Table):
    """A CSV file whose dialect and header are known."""

    def __init__(self, path: Path, head: bytes, options: ReadOptions, limits: Limits) -> None:
        encoding = find_encoding(head, options.encoding)
        self._path = path
        self._encoding = encoding
        self._limits = limits
        self._has_header = options.header != 0
        self._pad = options.ragged == "pad"
        self._quick = quick.knows(options)
        sample = "".join(decoded_pieces(path, encoding, limit=SAMPLE_BYTES))
        if not sample:
            raise RejectedFile("The file is empty.", code=ErrorCode.EMPTY_FILE)
        complete = path.stat().st_size < SAMPLE_BYTES
        self._dialect = find_dialect(sample, requested=options.delimiter, complete=complete)
        self.encoding = encoding.name
        self.delimiter = self._dialect.delimiter
        self.line_end = self._dialect.line_end
        self.log = WarningLog()
        self._records: RecordReader | None = None
        self._counted = 0
        self._place: quick.Place | None = None
        """In a block whose rows are not counted yet."""
        self.columns = self._read_columns()
        self.options = self._options_in_force(options)

    def _options_in_force(self, chosen: ReadOptions) -> Options:
        found: Options = {
            "encoding": self.encoding,
            "delimiter": "tab" if self._dialect.delimiter == "\t" else self._dialect.delimiter,
            "quote": chosen.quote or '"',
            "escape": chosen.escape or DOUBLE,
            "header": self.header_line if self._has_header else 0,
            "header_rows": chosen.header_rows,
            "trim": chosen.trim,
            "row_names": chosen.row_names,
            "ragged": chosen.ragged,
            "bad_bytes": chosen.bad_bytes,
        }
        return found | ({"comment": chosen.comment} if chosen.comment else {})

    @property
    def row_count(self) -> int:
        return self._counted + (self._place.passed if self._place else 0)

    @property
    def line(self) -> int:
        return self._records.line if self._records is not None else 0

    def _read_columns(self) -> tuple[Column, ...]:
        with closing(decoded_pieces(self._path, self._encoding)) as pieces:
            records = self._open_records(pieces, WarningLog(), quick=False)
            first = next(filter(None, islice(records, self._limits.max_rows)), None)
            if first is None:
                only = (
                    "only blank lines"
                    if records.line < self._limits.max_rows
                    else f"{records.line:,} blank lines first"
                )
                raise RejectedFile(f"The file holds {only}.", code=ErrorCode.EMPTY_FILE)
            if len(first) > self._limits.max_columns:
                raise self._limits.too_many_columns(records.line)
            self.header_line = records.line
        if self._has_header:
            return name_columns(first)
        return tuple(Column(name, name) for name in (f"column {number}" for number in range(1, len(first) + 1)))

    def _open_records(self, pieces: Iterator[str], log: WarningLog, *, quick: bool) -> RecordReader:
        records = RecordReader(pieces, self._dialect, self._limits, log, quick=quick)
        if self._dialect.sep_line:
            next(iter(records), None)
        return records

    def rows(self) -> Generator[list[str]]:
        self.log = log = WarningLog()
        self._counted, self._place = 0, None
        with closing(decoded_pieces(self._path, self._encoding)) as pieces:
            self._records = records = self._open_records(pieces, log, quick=self._quick)
            if self._has_header:
                for _ in takewhile(operator.not_, records):
                    log.add(records.line, WarningCode.BLANK_LINE, "A blank line above the header was left out.")
                log.add_names(self.columns, records.line)
            records.width = len(self.columns)
            yield from self._rows_of_equal_width(records, log)
        if not self.row_count:
            raise RejectedFile("The file has a header and no rows below it.", code=ErrorCode.NO_ROWS)

    def _rows_of_equal_width(self, records: RecordReader, log: WarningLog) -> Iterator[list[str]]:
        for run in records.runs():
            place = records.place
            if place and self._counted + len(place.block.records) <= self._limits.max_rows:
                # Without a step of Python for each row.
                self._place = place
                yield from run
                self._place = None
                self._counted += len(place.block.records)
            else:
                yield from self._fitted_rows(run, records, log)

    def _fitted_rows(self, run: Iterator[list[str]], records: RecordReader, log: WarningLog) -> Iterator[list[str]]:
        width, limit = len(self.columns), self._limits.max_rows
        for record in run:
            if len(record) != width:
                fitted = self._fitted(record, records.line, log)
                if fitted is None:
                    continue
                record = fitted
            if self._counted >= limit:
                raise self._limits.too_many_rows(records.line)
            self._counted += 1
            yield record

    def _fitted(self, record: list[str], line: int, log: WarningLog) -> list[str] | None:
        """Bring a record to the table's width where that loses nothing; None for a blank line between rows."""
        width, found = len(self.columns), len(record)
        if not record:
            if width == 1:
                return [""]
            log.add(line, WarningCode.BLANK_LINE, "A blank line was left out.")
            if log.counts[WarningCode.BLANK_LINE] > self._limits.max_rows:
                raise self._limits.too_many_rows(line)
            return None
        if found > width and not any(record[width:]):
            detail = f"{found - width} empty cells beyond the last column were left out."
            log.add(line, WarningCode.EXTRA_EMPTY_CELLS, detail)
            return record[:width]
        if found < width and self._pad:
            detail = f"The row has {found} of {width} cells; the missing ones were filled with empty text."
            log.add(line, WarningCode.SHORT_ROW, detail)
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
        return RejectedFile(detail, code=ErrorCode.RAGGED_ROW, line=line, column=column, found=found, expected=width)
