"""Reads the records of a CSV line by line: for other quotes and escapes, comments, blanks that do not count, and rows
that are left out because they cannot be read. `RecordReader` is several times as fast, and knows none of these.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator

from experiments.core.choices import ErrorCode
from experiments.ingest.dialect import Dialect, line_end_of
from experiments.ingest.errors import Limits, RejectedFile
from experiments.ingest.quick import Place
from experiments.ingest.raw_record import RawRecord, blanks_left_out, patterns
from experiments.ingest.records import LONG_LINE, line_chunks, warn_of_line_end, warn_of_stray_quotes
from experiments.ingest.table import Reject, WarningLog

_UNREADABLE = (ErrorCode.UNTERMINATED_QUOTE, ErrorCode.TEXT_AFTER_QUOTE, ErrorCode.NUL)
_JOINED_AT = 1000


class LineReader:
    """Iterates over the records of a text as lists of cells; a blank line is an empty list.

    `line` is the physical line at which the latest record began, `raw` its text. With `on_reject`, a record that cannot
    be read is given to it, and reading goes on behind it: on the next line where a quote is not closed.
    """

    place: Place | None = None
    """As of `RecordReader`: none is ever read at once."""

    def __init__(
        self,
        pieces: Iterable[str],
        dialect: Dialect,
        limits: Limits,
        warnings: WarningLog,
        *,
        lines_before: int = 0,
        on_reject: Callable[[Reject], None] | None = None,
    ) -> None:
        self.width: int | None = None
        self.odd: tuple[list[str], ...] = ()
        self.odd_sign: str | None = None
        self.line = lines_before
        self._read = lines_before
        self._lines = self._physical_lines(pieces, limits)
        self._given_back: list[str] = []  # in reverse
        self._dialect = dialect
        self._limits = limits
        self._warnings = warnings
        self._on_reject = on_reject
        self._patterns = patterns(dialect)
        self._blanks = blanks_left_out(dialect)
        self._signs = tuple(sign for sign in (dialect.quote, dialect.escape) if sign)
        escape, quote = (re.escape(sign or "") for sign in (dialect.escape, dialect.quote))
        self._in_plain = re.compile(rf"{escape}(.)" if escape else "(?!)()", re.DOTALL)
        """The escapes in a cell, and in a quoted one: what follows is taken as it is."""
        self._in_quoted = re.compile(rf"(?:{f'{escape}|' if escape else ''}{quote}(?={quote}))(.)", re.DOTALL)
        self._pending: list[str] = []
        """The record's first line, and what follows it: many lines are joined, as far as `_joined`."""
        self._lines_kept, self._joined = 0, 1
        self._size = 0
        self._next_check = limits.max_cell_chars

    @property
    def raw(self) -> str:
        text = "".join(self._pending)
        return text.removesuffix(line_end_of(text))

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def runs(self) -> Iterator[Iterator[list[str]]]:
        yield self

    def __next__(self) -> list[str]:
        while True:
            self._pending, self._lines_kept, self._joined = [], 0, 1
            self._size, self._next_check = 0, self._limits.max_cell_chars
            line = self._next_line()
            if line is None:
                raise StopIteration
            self.line = self._read
            comment = self._dialect.comment
            if comment and line.startswith(comment):
                continue
            try:
                self._keep(line)
                return self._record(line)
            except RejectedFile as error:
                if self._on_reject is None or error.code not in _UNREADABLE:
                    raise
                self._leave_out(error, self._on_reject)

    def _physical_lines(self, pieces: Iterable[str], limits: Limits) -> Iterator[str]:
        for chunk in line_chunks(pieces, max_line=limits.max_row_chars):
            yield from io.StringIO(chunk, newline="")

    def _next_line(self) -> str | None:
        if self._given_back:
            first, *rest = io.StringIO(self._given_back.pop(), newline="")
            self._given_back.extend(reversed(rest))
            line: str | None = first
        else:
            line = next(self._lines, None)
        self._read += line is not None
        return line

    def _keep(self, line: str) -> None:
        """As one of the record's lines. Raises where it cannot be one, or the record is too large."""
        self._pending.append(line)
        self._lines_kept += 1
        self._size += len(line)
        if "\0" in line:
            self._pending[-1] = line[: line.index("\0")]
            refused = self._raw_record().nul_after()
            self._pending[-1] = line
            raise refused
        if len(line) > LONG_LINE and line.count(self._dialect.delimiter) >= self._limits.max_columns:
            self._raw_record().last_cell()
        if self._size > self._next_check:
            self._check_size(line)
        self._joined = _join_many(self._pending, self._joined)

    def _check_size(self, line: str) -> None:
        record = self._raw_record()
        if len(line) > self._limits.max_row_chars:
            raise record.too_long()
        last = record.last_cell()
        if last.state == "open" and last.end - last.start > self._limits.max_cell_chars:
            raise record.unterminated_quote(last)
        if self._size > self._limits.max_row_chars:
            raise record.too_long()
        self._next_check = self._size + self._limits.max_cell_chars

    def _leave_out(self, error: RejectedFile, on_reject: Callable[[Reject], None]) -> None:
        if error.code == ErrorCode.UNTERMINATED_QUOTE:
            # The quote may be a stray one: what follows it may be whole rows.
            self._given_back.extend(reversed(self._pending[1:]))
            self._read -= self._lines_kept - 1
            del self._pending[1:]
        on_reject(Reject(self.line, error.detail, self.raw))

    def _record(self, line: str) -> list[str]:
        if any(sign in line for sign in self._signs):
            record = self._cells(line)
        else:
            text = line.removesuffix(line_end_of(line))
            record = text.split(self._dialect.delimiter) if text else []
            if self._blanks:
                record = [cell.lstrip(self._blanks) for cell in record]
        self._check(record)
        return record

    def _cells(self, text: str) -> list[str]:
        """Of a record that begins with the text; takes further lines while a cell is open."""
        known, delimiter, cells, start = self._patterns, self._dialect.delimiter, list[str](), 0
        while True:
            opening = known.opening.match(text, start)
            if opening is None:
                text, start, end = self._plain(text, start)
                cells.append(self._in_plain.sub(r"\1", text[start:end].lstrip(self._blanks or "\0")))
            else:
                text, start, closing = self._closed(text, opening.end())
                cells.append(self._in_quoted.sub(r"\1", text[start:closing]))
                end = known.closed.match(text, closing + 1).end()  # type: ignore[union-attr]
                if text[end : end + 1] not in ("", delimiter, "\r", "\n"):
                    raise self._raw_record().broken_quotes()
            if text[end : end + 1] != delimiter:
                return cells
            start = end + 1

    def _plain(self, text: str, start: int) -> tuple[str, int, int]:
        """The text with further lines while the cell that begins at `start` ends in an escaped line end; its place."""
        if start == len(text):
            return text, start, start
        text, start, end, _ = self._followed(
            self._patterns.plain, text, start, lambda line, end: end < len(line) or not line_end_of(line)
        )
        return text, start, end

    def _closed(self, text: str, start: int) -> tuple[str, int, int]:
        """The text with further lines until the quoted cell that begins at `start` is closed; its place therein."""
        quote = self._dialect.quote
        text, start, end, is_closed = self._followed(
            self._patterns.inside, text, start, lambda line, end: line[end : end + 1] == quote
        )
        if not is_closed:
            raise self._raw_record().broken_quotes()
        return text, start, end

    def _followed(
        self, pattern: re.Pattern[str], text: str, start: int, is_end: Callable[[str, int], bool]
    ) -> tuple[str, int, int, bool]:
        """The text with further lines until a match of the pattern, which is taken up in each, `is_end`; where the cell
        begins and ends in it, and whether there was such a line."""
        end = _end_of(pattern, text, start)
        if is_end(text, end):
            return text, start, end, True
        parts, joined = [text[start:]], 0
        before = len(parts[0])
        while (line := self._next_line()) is not None:
            self._keep(line)
            parts.append(line)
            joined = _join_many(parts, joined)
            end = _end_of(pattern, line, 0)
            if is_end(line, end):
                return "".join(parts), 0, before + end, True
            before += len(line)
        return "".join(parts), 0, before, False

    def _check(self, record: list[str]) -> None:
        quote = self._dialect.quote
        if quote and any(quote in cell for cell in record):
            warn_of_stray_quotes(self._raw_record(), self._warnings)
        if self._size > self._limits.max_cell_chars:
            for number, cell in enumerate(record, start=1):
                if len(cell) > self._limits.max_cell_chars:
                    raise self._limits.cell_too_large(self.line, number)
        warn_of_line_end(line_end_of(self._pending[-1]), self._dialect.line_end, self._read, self._warnings)

    def _raw_record(self) -> RawRecord:
        return RawRecord("".join(self._pending), self.line, self._dialect, self._limits)


def _join_many(lines: list[str], joined: int) -> int:
    """Joins the lines from `joined` on where they are many; from where the next ones are.

    An object for each of millions of short lines would take thirty times the memory of their text.
    """
    if len(lines) - joined < _JOINED_AT:
        return joined
    lines[joined:] = ["".join(lines[joined:])]
    return joined + 1


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Of the pattern, which matches the empty text too."""
    return pattern.match(text, start).end()  # type: ignore[union-attr]
