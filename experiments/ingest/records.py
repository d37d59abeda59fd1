"""Read the records of a CSV with the standard library's parser, and locate what is wrong with a bad one.

The parser (`csv`, strict) sees physical lines, so its line numbers are those of the file. Runs of text without quotes
are split and handed to it at its own speed; where there are quotes, the raw lines of the current record are kept.
Most blocks of most files never come so far: `quick` has their records in a fraction of the time.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from experiments.core.choices import WarningCode
from experiments.ingest.dialect import Dialect, line_end_of
from experiments.ingest.errors import Limits
from experiments.ingest.quick import Block, Place, block_of
from experiments.ingest.raw_record import RawRecord, line_breaks
from experiments.ingest.table import WarningLog

LINE_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
LONG_LINE = 1024 * 1024
"""Characters. Longer lines are checked before they are parsed: a million cells take fifty times their text."""


def line_chunks(pieces: Iterable[str], *, max_line: int) -> Iterator[str]:
    """Join and cut the pieces so that each chunk ends with a line end, except the file's last.

    Of a line longer than `max_line` only a part is yielded, longer than that too: the caller has to reject the file.
    """
    kept: list[str] = []
    size = 0
    for piece in pieces:
        cut = max(piece.rfind("\n"), piece.rfind("\r")) + 1
        if cut or size > max_line:
            yield "".join((*kept, piece[:cut]))
            kept, size = [], 0
        if cut < len(piece):
            kept.append(piece[cut:])
            size += len(piece) - cut
    if kept:
        yield "".join(kept)


def warn_of_stray_quotes(record: RawRecord, warnings: WarningLog) -> None:
    for line, column in record.stray_quotes():
        detail = f"Column {column}: a quote inside a cell without quotes was kept as it is."
        warnings.add(line, WarningCode.STRAY_QUOTE, detail)


def warn_of_line_end(end: str, usual: str, line: int, warnings: WarningLog) -> None:
    if end != usual and end:
        detail = f"The line ends with {LINE_ENDS[end]}, most others with {LINE_ENDS[usual]}."
        warnings.add(line, WarningCode.MIXED_LINE_ENDS, detail)


class RecordReader:
    """Iterates over the records of a text as lists of cells; a blank line is an empty list.

    `line` is the physical line at which the latest record began. With `quick`, and once `width` is set, blocks of
    records with so many cells each are read at once, where nothing about them is unusual (`quick`). There a blank line
    of a table with one column is one empty cell.
    """

    def __init__(
        self,
        pieces: Iterable[str],
        dialect: Dialect,
        limits: Limits,
        warnings: WarningLog,
        *,
        lines_before: int = 0,
        quick: bool = False,
    ) -> None:
        self.width: int | None = None
        self.odd: tuple[list[str], ...] = ()
        """Records that are given one by one, so that they can be warned of; also those that begin with `odd_sign`."""
        self.odd_sign: str | None = None
        self._chunks = self._with_given_back(line_chunks(pieces, max_line=limits.max_row_chars))
        self._given_back = ""
        self._dialect = dialect
        self._limits = limits
        self._warnings = warnings
        self._pending: list[str] = []  # raw lines of the current record, where they are needed
        self._joined = 0  # of these, how many are the lines of a whole chunk
        self._began = 0  # the line at which that record began; 0 where it is one plain line
        self._watched_chars = min(limits.max_cell_chars, limits.max_row_chars, LONG_LINE)
        self._next_check = limits.max_cell_chars
        self._lines_before = lines_before  # of what was read before the parser or the block began
        self._parser_of = partial(csv.reader, delimiter=dialect.delimiter, strict=True)
        self._parser = self._parser_of(())
        self._quick = quick
        self._runs_left = self._read() if quick else iter([self._read_carefully(self._chunks)])
        self._run: Iterator[list[str]] = iter(())
        self.place: Place | None = None
        """In the block that is the current run; None in one that is read carefully."""

    @property
    def line(self) -> int:
        if self.place is not None:
            return self._lines_before + self.place.line
        return self._began or self._lines_before + self._parser.line_num

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        while (record := next(self._run, None)) is None:
            self._run = next(self._runs_left)
        return record

    def runs(self) -> Iterator[Iterator[list[str]]]:
        """The records that are left, in runs: a block (see `place`), or what is read carefully instead of one."""
        for run in chain([self._run], self._runs_left):
            self._run = run
            yield run

    def _with_given_back(self, chunks: Iterator[str]) -> Iterator[str]:
        for chunk in chunks:
            yield chunk
            while self._given_back:
                given_back, self._given_back = self._given_back, ""
                yield given_back

    def _read(self) -> Iterator[Iterator[list[str]]]:
        unfinished = ""  # the beginning of a record whose end comes with the next chunk
        for chunk in self._chunks:
            text = unfinished + chunk
            block = self._quick_block(text)
            if block is None:
                yield self._read_carefully([unfinished, chunk] if unfinished else [chunk])
                unfinished = ""
            else:
                self.place = Place(block)
                yield self.place.coming
                self.place = None
                self._began = self._lines_before + block.last_line
                self._lines_before += block.lines
                unfinished = text[block.size :]
        if unfinished:
            yield self._read_carefully([unfinished])

    def _quick_block(self, text: str) -> Block | None:
        if self.width is None or len(text) > self._watched_chars:
            return None
        form = self._dialect.delimiter, self._dialect.line_end
        return block_of(text, *form, width=self.width, odd=self.odd, odd_sign=self.odd_sign)

    def _read_carefully(self, chunks: Iterable[str]) -> Iterator[list[str]]:
        """The records of the chunks, and of further ones until no record is open."""
        self._parser = self._parser_of(chain.from_iterable(self._line_groups(chunks)))
        pending = self._pending
        try:
            for record in self._parser:
                if pending:
                    self._finish(record)
                else:
                    self._began = 0
                yield record
        except csv.Error as error:
            raise self._raw_record().broken_quotes() from error
        self._lines_before += self._parser.line_num
        self._parser = self._parser_of(())

    def _line_groups(self, chunks: Iterable[str]) -> Iterator[Iterable[str]]:
        waits_for_width = self._quick and self.width is None
        for chunk in chunks:
            if self._pending:
                self._check_open_record()
            elif not waits_for_width and self._is_plain(chunk):
                lines = chunk.split(self._dialect.line_end)
                if not lines[-1]:
                    lines.pop()
                yield lines
                continue
            yield self._tracked(chunk, gives_back=waits_for_width)
        while self._pending and (following := next(self._chunks, None)):
            self._check_open_record()
            yield self._tracked(following, gives_back=self._quick)

    def _is_plain(self, chunk: str) -> bool:
        """No quotes, no NUL, one kind of line end, and no cell that could be too large."""
        if '"' in chunk or "\0" in chunk or len(chunk) > self._watched_chars:
            return False
        if self._dialect.line_end == "\n":
            return "\r" not in chunk
        if self._dialect.line_end == "\r":
            return "\n" not in chunk
        return chunk.count("\r\n") == chunk.count("\n") == chunk.count("\r")

    def _tracked(self, chunk: str, *, gives_back: bool) -> Iterator[str]:
        """The lines of the chunk; those of the current record are kept until it is parsed.

        With `gives_back`, what follows the first record that ends once the width is known is left to another look.
        """
        pending = self._pending
        inspect = "\0" in chunk or len(chunk) > self._watched_chars
        # A single line of megabytes need not be copied to be split.
        is_one_line = line_breaks(chunk) == bool(line_end_of(chunk))
        lines = iter([chunk]) if is_one_line else io.StringIO(chunk, newline="")
        for line in lines:
            if not pending:
                if gives_back and self.width is not None and not inspect:
                    self._given_back = line + "".join(lines)
                    return
                self._began = self._lines_before + self._parser.line_num + 1
            pending.append(line)
            if inspect:
                self._inspect(line)
            yield line

    def _inspect(self, line: str) -> None:
        if "\0" in line:
            self._pending[-1] = line[: line.index("\0")]
            raise self._raw_record().nul_after()
        if line.count(self._dialect.delimiter) >= self._limits.max_columns:
            self._raw_record().last_cell()
        if len(line) > self._limits.max_row_chars:
            raise self._raw_record().too_long()

    def _check_open_record(self) -> None:
        """Reject a record that does not end before it fills the memory: most often its closing quote is missing."""
        # Millions of short lines take many times their text.
        self._pending[self._joined :] = ["".join(self._pending[self._joined :])]
        self._joined = len(self._pending)
        size = sum(map(len, self._pending))
        if size <= self._next_check:
            return
        record = self._raw_record()
        last = record.last_cell()
        if last.state == "open" and last.end - last.start > self._limits.max_cell_chars:
            raise record.unterminated_quote(last)
        if size > self._limits.max_row_chars:
            raise record.too_long()
        self._next_check = size + self._limits.max_cell_chars

    def _finish(self, record: list[str]) -> None:
        joined, limits = "".join(record), self._limits
        if '"' in joined:
            warn_of_stray_quotes(self._raw_record(), self._warnings)
        if len(joined) > limits.max_cell_chars:
            for number, cell in enumerate(record, start=1):
                if len(cell) > limits.max_cell_chars:
                    raise limits.cell_too_large(self._began, number)
        line = self._lines_before + self._parser.line_num
        warn_of_line_end(line_end_of(self._pending[-1]), self._dialect.line_end, line, self._warnings)
        self._pending.clear()
        self._joined = 0
        self._next_check = limits.max_cell_chars

    def _raw_record(self) -> RawRecord:
        return RawRecord("".join(self._pending), self._began, self._dialect, self._limits)
