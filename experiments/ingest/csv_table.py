"""Read CSV: oddities that lose nothing become warnings, and errors name their place."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import chain, islice, zip_longest

from experiments.core.choices import ErrorCode, WarningCode
from experiments.core.errors import InvalidInput
from experiments.ingest import quick
from experiments.ingest.by_line import LineReader
from experiments.ingest.dialect import NO_DELIMITER, SAMPLE_BYTES, find_dialect, named_delimiter
from experiments.ingest.doubts import Beginning, Doubt, Suspicion, delimiter_doubt, header_doubt, quote_doubt
from experiments.ingest.encoding import decoded_pieces, find_encoding
from experiments.ingest.errors import Limits, RejectedFile
from experiments.ingest.head import head_of, is_blank, text_from_line, usual_extra_cells
from experiments.ingest.offers import Refused, offers_for
from experiments.ingest.options import DOUBLE, NONE, Options, ReadOptions
from experiments.ingest.packed import Source, is_shorter
from experiments.ingest.records import RecordReader
from experiments.ingest.table import Column, Reject, Table, WarningLog, name_columns

_COMMENT = "#"
_SEP_CHARS = 16
"""More than a line has that names the delimiter."""


class CsvTable(Table):
    """A CSV file whose dialect and header are known.

    A refusal comes with the options that would read the file, unless this is one of their trials.
    """

    def __init__(
        self, path: Source, head: bytes, options: ReadOptions, limits: Limits, *, is_trial: bool = False
    ) -> None:
        self._head = head
        self._is_trial = is_trial
        self._sampled = ""
        self.doubts: list[Doubt] = []
        with self._offering():
            self._open(path, head, options, limits)

    @contextmanager
    def _offering(self) -> Iterator[None]:
        try:
            yield
        except RejectedFile as error:
            if not self._is_trial:
                tried = partial(CsvTable, self._path, self._head, limits=self._limits, is_trial=True)
                offers = offers_for(Refused(self._chosen, error, self._sampled, self.doubts, tried))
                error.offer(offers, beside=self._chosen.given())
            raise

    def _open(self, path: Source, head: bytes, options: ReadOptions, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._chosen = options
        self._encoding = find_encoding(head, options.encoding, replaces=options.bad_bytes == "replace")
        self._has_header = options.header != 0
        self._lines_above = max((options.header or 1) - 1, 0)
        sample, complete, sep = self._sample()
        self._sampled = sample
        self._dialect = find_dialect(sample, options, complete=complete, sep=sep)
        self._quick = quick.knows(options)
        self.encoding = self._encoding.name
        self.delimiter = None if self._dialect.delimiter == NO_DELIMITER else self._dialect.delimiter
        self.line_end = self._dialect.line_end
        self.log = WarningLog()
        self._records: RecordReader | LineReader | None = None
        self._counted = 0
        self._place: quick.Place | None = None
        """In a block whose rows are not counted yet."""
        self._header_cells: list[str] = []
        self.columns = self._read_columns()
        self.options = self._options_in_force()
        beginning = head_of(sample, self._dialect, lines_above=self._lines_above, complete=complete)
        rows = beginning.records[options.header_rows if self._has_header else 0 :]
        self._extra = usual_extra_cells(rows, len(self.columns))
        """Empty cells that nearly all rows have beyond the last column."""
        commented = sum(row.cells[0].startswith(_COMMENT) for row in rows)
        self._odd_sign = _COMMENT if commented < len(rows) / 2 and not self._is_comment(self._header_cells) else None
        self._empty_row = [""] * len(self.columns)
        self._suspicions: list[Suspicion] = []
        self._judge(Beginning(beginning, self._dialect, options.header_rows))

    def _judge(self, seen: Beginning) -> None:
        """Finds what is not certain about the file; refuses it where a person has not said how that is."""
        if not seen.records:
            return
        chosen = self._chosen
        if chosen.row_names:
            seen.records[0].cells.insert(0, "")
        judgements = [
            (delimiter_doubt, chosen.delimiter is not None or self._dialect.sep_line),
            (quote_doubt, chosen.quote is not None),
        ]
        if self._has_header:
            judgements.insert(0, (header_doubt, chosen.header is not None))
        refusing = []
        for judgement, is_said in judgements:
            found = judgement(seen)
            if isinstance(found, Suspicion) and not is_said:
                self._suspicions.append(found)
            elif isinstance(found, Doubt):
                self.doubts.append(found)
                refusing += [] if is_said else [found]
        if refusing:
            raise RejectedFile(refusing[0].detail, code=refusing[0].code, line=refusing[0].line)

    def _sample(self) -> tuple[str, bool, str | None]:
        """The beginning of the file's text, from the header on where its line was chosen; whether that is all of it;
        and the delimiter that a line above names."""
        if not self._lines_above:
            sample = "".join(decoded_pieces(self._path, self._encoding, limit=SAMPLE_BYTES))
            if not sample:
                raise RejectedFile("The file is empty.", code=ErrorCode.EMPTY_FILE)
            return sample, is_shorter(self._path, SAMPLE_BYTES), None
        parts, size = list[str](), 0
        with closing(decoded_pieces(self._path, self._encoding)) as pieces:
            above = ""
            while len(above) < _SEP_CHARS and (piece := next(pieces, "")):
                above += piece
            for part in text_from_line(chain([above], pieces), self._lines_above):
                parts.append(part)
                size += len(part)
                if size >= SAMPLE_BYTES:
                    break
        sample = "".join(parts)
        if is_blank([sample.splitlines()[0]] if sample else []):
            there = "is blank" if sample else "is not there"
            detail = f"Line {self._lines_above + 1} {there}: the header cannot begin in it."
            raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr="header")
        return sample, size < SAMPLE_BYTES, named_delimiter(above)

    @property
    def row_count(self) -> int:
        return self._counted + (self._place.passed if self._place else 0)

    @property
    def line(self) -> int:
        return self._records.line if self._records is not None else 0

    def _options_in_force(self) -> Options:
        chosen, delimiter = self._chosen, self._dialect.delimiter
        found: Options = {
            "encoding": self.encoding,
            "delimiter": {"\t": "tab", NO_DELIMITER: NONE}.get(delimiter, delimiter),
            "quote": self._dialect.quote or NONE,
            "escape": self._dialect.escape or DOUBLE,
            "header": self.header_line if self._has_header else 0,
            "header_rows": chosen.header_rows,
            "trim": chosen.trim,
            "row_names": chosen.row_names,
            "ragged": chosen.ragged,
            "bad_bytes": chosen.bad_bytes,
        }
        return found | ({"comment": chosen.comment} if chosen.comment else {})

    def _read_columns(self) -> tuple[Column, ...]:
        with closing(decoded_pieces(self._path, self._encoding)) as pieces:
            records = self._open_records(pieces, WarningLog(), quick=False)
            first, self.header_line = self._first_record(records)
            if len(first) > self._limits.max_columns:
                raise self._limits.too_many_columns(self.header_line)
            if not self._has_header:
                return tuple(Column(name, name) for name in (f"column {number + 1}" for number in range(len(first))))
            self._header_cells = first
            filled = (record for record in records if not is_blank(record))
            rows = [first, *islice(filled, self._chosen.header_rows - 1)]
            if max(map(len, rows)) > self._limits.max_columns:
                raise self._limits.too_many_columns(records.line)
        return name_columns([""] * self._chosen.row_names + joined_header(rows))

    def _first_record(self, records: RecordReader | LineReader) -> tuple[list[str], int]:
        """With its line. One of nothing but white space is a blank line, unless there is only one column."""
        white: tuple[list[str], int] | None = None
        for record in islice(records, self._limits.max_rows):
            if not is_blank(record):
                return white if white and len(record) == 1 else (record, records.line)
            white = white or ((record, records.line) if record else None)
        if white:
            return white
        only = "only blank lines" if records.line < self._limits.max_rows else f"{records.line:,} blank lines first"
        raise RejectedFile(f"The file holds {only}.", code=ErrorCode.EMPTY_FILE)

    def _open_records(self, pieces: Iterator[str], log: WarningLog, *, quick: bool) -> RecordReader | LineReader:
        pieces = text_from_line(pieces, self._lines_above) if self._lines_above else pieces
        how = self._dialect, self._limits, log
        records: RecordReader | LineReader
        if self._dialect.is_plain and self._chosen.ragged != "skip":
            records = RecordReader(pieces, *how, lines_before=self._lines_above, quick=quick)
        else:
            on_reject = self._leave_out if self._chosen.ragged == "skip" else None
            records = LineReader(pieces, *how, lines_before=self._lines_above, on_reject=on_reject)
        if self._dialect.sep_line:
            next(iter(records), None)
        return records

    def _leave_out(self, reject: Reject) -> None:
        self.reject_count += 1
        if self.on_reject is not None:
            self.on_reject(reject)

    def rows(self) -> Generator[list[str]]:
        self.log = log = WarningLog()
        self._counted, self._place, self.reject_count = 0, None, 0
        with self._offering(), closing(decoded_pieces(self._path, self._encoding, log=log)) as pieces:
            self._records = records = self._open_records(pieces, log, quick=self._quick and not self._extra)
            if self._has_header:
                self._pass_header(records, log)
            for suspicion in self._suspicions:
                log.add(suspicion.line, suspicion.code, suspicion.detail)
            width = len(self.columns)
            if width > 1:
                records.odd = (self._empty_row, self._header_cells) if self._has_header else (self._empty_row,)
                records.odd_sign = self._odd_sign
            records.width = width
            yield from self._rows_of_equal_width(records, log)
            if not self.row_count:
                raise RejectedFile("The file has a header and no rows below it.", code=ErrorCode.NO_ROWS)

    def _pass_header(self, records: RecordReader | LineReader, log: WarningLog) -> None:
        left = self._chosen.header_rows
        for record in records:
            if records.line < self.header_line or not record:
                log.add(records.line, WarningCode.BLANK_LINE, "A blank line above the header was left out.")
                continue
            left -= 1
            if not left:
                break
        log.add_names(self.columns, self.header_line)

    def _rows_of_equal_width(self, records: RecordReader | LineReader, log: WarningLog) -> Iterator[list[str]]:
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

    def _fitted_rows(
        self, run: Iterator[list[str]], records: RecordReader | LineReader, log: WarningLog
    ) -> Iterator[list[str]]:
        width, limit = len(self.columns), self._limits.max_rows
        for record in run:
            if len(record) != width or self._extra:
                fitted = self._fitted(record, records, log)
                if fitted is None:
                    continue
                record = fitted
            if self._counted >= limit:
                raise self._limits.too_many_rows(records.line)
            self._counted += 1
            if width > 1:
                self._warn_of_odd(record, records.line, log)
            yield record

    def _warn_of_odd(self, record: list[str], line: int, log: WarningLog) -> None:
        if record == self._empty_row:
            log.add(line, WarningCode.EMPTY_ROW, "All cells of the row are empty. It was kept.")
        elif record == self._header_cells:
            log.add(line, WarningCode.REPEATED_HEADER, "The row repeats the header. It was kept.")
        elif self._odd_sign and record[0].startswith(self._odd_sign):
            log.add(line, WarningCode.COMMENT_LINE, "It begins with # like a comment. It was kept as a row.")

    def _fitted(self, record: list[str], records: RecordReader | LineReader, log: WarningLog) -> list[str] | None:
        """Bring a record to the table's width where that loses nothing; None for one that is left out."""
        width, found, line = len(self.columns), len(record), records.line
        if width == 1 and not record:
            return [""]
        if is_blank(record):
            if width == 1:
                return record
            log.add(line, WarningCode.BLANK_LINE, "A blank line was left out.")
            if log.counts[WarningCode.BLANK_LINE] > self._limits.max_rows:
                raise self._limits.too_many_rows(line)
            return None
        if self._is_complete(record, line, log):
            return record
        if self._extra and found == width + self._extra and self._is_extra_empty(record, line, log):
            detail = f"{found - width} empty cells beyond the last column were left out."
            log.add(line, WarningCode.EXTRA_EMPTY_CELLS, detail)
            return record[:width]
        if found < width and self._chosen.ragged == "pad":
            detail = f"The row has {found} of {width} cells; the missing ones were filled with empty text."
            log.add(line, WarningCode.SHORT_ROW, detail)
            return record + [""] * (width - found)
        error = self._ragged(line, found)
        if isinstance(records, LineReader) and self._chosen.ragged == "skip":
            self._leave_out(Reject(line, error.detail, records.raw))
            return None
        raise error

    def _is_complete(self, record: list[str], line: int, log: WarningLog) -> bool:
        """As many cells as columns. Where others have more, one that ends with an empty cell may lack another one."""
        if len(record) != len(self.columns):
            return False
        return not self._extra or (record[-1] != "" and log.latest[WarningCode.STRAY_QUOTE] < line)

    def _is_extra_empty(self, record: list[str], line: int, log: WarningLog) -> bool:
        return not any(record[len(self.columns) :]) and log.latest[WarningCode.STRAY_QUOTE] < line

    def _ragged(self, line: int, found: int) -> RejectedFile:
        width = len(self.columns)
        whose = "the header" if self._has_header else "the first row"
        advice = "Put cells that hold the delimiter in quotes, or choose another delimiter."
        if found == width:
            place = {"line": line, "column": found + 1, "found": found, "expected": width + self._extra}
            most = f"most rows have {width + self._extra:,}, with the empty ones beyond the last column"
            detail = f"Line {line} has {found:,} cells; {most}."
            return RejectedFile(detail, code=ErrorCode.RAGGED_ROW, advice="Complete the row.", **place)
        if found < width:
            advice = "Complete the row."
        elif width == 1:
            advice += " A title above the header has to go."
        cells = "1 cell" if found == 1 else f"{found:,} cells"
        detail = f"Line {line} has {cells}, {whose} has {width:,}."
        place = {"line": line, "column": min(found, width) + 1, "found": found, "expected": width}
        return RejectedFile(detail, code=ErrorCode.RAGGED_ROW, advice=advice, **place)

    @staticmethod
    def _is_comment(record: list[str]) -> bool:
        return bool(record) and record[0].startswith(_COMMENT)


def joined_header(rows: list[list[str]]) -> list[str]:
    """One text for each column: those of the rows, joined by a blank; empty ones are left out."""
    if len(rows) == 1:
        return rows[0]
    return [" ".join(filter(str.strip, parts)) for parts in zip_longest(*rows, fillvalue="")]
