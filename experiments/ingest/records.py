"""Read the records of a CSV with the standard library's parser, and say where a bad one is bad.

The parser (`csv`, strict) sees physical lines, so its line numbers are those of the file. Runs of text without quotes
are split and handed to it at its own speed; where there are quotes, the raw lines of the record at hand are kept.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain

from experiments.ingest.dialect import Dialect, line_end_of
from experiments.ingest.scan import Cell, cells, char_in_line, is_clean, line_breaks
from experiments.ingest.table import FileTooLarge, Limits, RejectedFile, WarningLog

LONG_LINE = 1024 * 1024
"""Characters. Longer lines are looked at before they are parsed: a million cells take fifty times their text."""


def line_chunks(pieces: Iterable[str], *, max_line: int) -> Iterator[str]:
    """Join and cut the pieces so that each chunk ends with a line end, except the file's last.

    A line longer than `max_line` comes in part, as a chunk longer than that: the file has to be refused then.
    """
    held: list[str] = []
    size = 0
    for piece in pieces:
        cut = max(piece.rfind("\n"), piece.rfind("\r")) + 1
        if cut or size > max_line:
            yield "".join((*held, piece[:cut]))
            held, size = [], 0
        if cut < len(piece):
            held.append(piece[cut:])
            size += len(piece) - cut
    if held:
        yield "".join(held)


class RecordReader:
    """Iterates over the records of a text as lists of cells; a blank line is an empty list.

    `line` is the physical line at which the latest record began.
    """

    def __init__(self, pieces: Iterable[str], dialect: Dialect, limits: Limits, warnings: WarningLog) -> None:
        self._chunks = line_chunks(pieces, max_line=limits.max_row_chars)
        self._dialect = dialect
        self._limits = limits
        self._warnings = warnings
        self._pending: list[str] = []  # raw lines of the record that is being parsed, where they have to be known
        self._began = 0  # the line at which that record began; 0 where it has one line and nothing to watch
        self._watched_chars = min(limits.max_cell_chars, limits.max_row_chars, LONG_LINE)
        self._next_check = limits.max_cell_chars
        lines = chain.from_iterable(self._line_groups())
        self._parser = csv.reader(lines, delimiter=dialect.delimiter, strict=True)

    @property
    def line(self) -> int:
        return self._began or self._parser.line_num

    def __iter__(self) -> Iterator[list[str]]:
        pending = self._pending
        try:
            for record in self._parser:
                if pending:
                    self._finish(record)
                else:
                    self._began = 0
                yield record
        except csv.Error as error:
            raise self._broken_quotes() from error

    def _line_groups(self) -> Iterator[Iterable[str]]:
        for chunk in self._chunks:
            if self._pending:
                self._check_open_record()
            elif self._is_plain(chunk):
                lines = chunk.split(self._dialect.line_end)
                if not lines[-1]:
                    lines.pop()
                yield lines
                continue
            yield self._tracked(chunk)

    def _is_plain(self, chunk: str) -> bool:
        """No quotes, no NUL, one kind of line end, and no cell that could be too large."""
        if '"' in chunk or "\0" in chunk or len(chunk) > self._watched_chars:
            return False
        if self._dialect.line_end == "\n":
            return "\r" not in chunk
        if self._dialect.line_end == "\r":
            return "\n" not in chunk
        return chunk.count("\r\n") == chunk.count("\n") == chunk.count("\r")

    def _tracked(self, chunk: str) -> Iterator[str]:
        pending = self._pending
        inspect = "\0" in chunk or len(chunk) > self._watched_chars
        lines = [chunk] if _is_one_line(chunk) else io.StringIO(chunk, newline="")
        for line in lines:
            if not pending:
                self._began = self._parser.line_num + 1
            pending.append(line)
            if inspect:
                self._inspect(line)
            yield line

    def _inspect(self, line: str) -> None:
        if "\0" in line:
            raise self._nul(line.index("\0"))
        if line.count(self._dialect.delimiter) >= self._limits.max_columns:
            self._last_cell(self._raw())
        if len(line) > self._limits.max_row_chars:
            raise self._too_long()

    def _check_open_record(self) -> None:
        """Refuse a record that goes on and on before it fills the memory: most often its closing quote is missing."""
        raw = self._raw()
        self._pending[:] = [raw]
        if len(raw) <= self._next_check:
            return
        last = self._last_cell(raw)
        if last.state == "open" and last.end - last.start > self._limits.max_cell_chars:
            raise self._unterminated(last, raw)
        if len(raw) > self._limits.max_row_chars:
            raise self._too_long()
        self._next_check = len(raw) + self._limits.max_cell_chars

    def _finish(self, record: list[str]) -> None:
        joined = "".join(record)
        if '"' in joined:
            self._warn_stray_quotes()
        if len(joined) > self._limits.max_cell_chars:
            self._check_cells(record)
        end = line_end_of(self._pending[-1])
        if end != self._dialect.line_end and end:
            self._warn_line_end(end)
        self._pending.clear()
        self._next_check = self._limits.max_cell_chars

    def _warn_stray_quotes(self) -> None:
        raw, delimiter = self._raw(), self._dialect.delimiter
        if is_clean(raw, delimiter):
            return
        line, counted = self._began, 0
        for cell in cells(raw, delimiter):
            if not cell.quoted and '"' in raw[cell.start : cell.end]:
                line += line_breaks(raw[counted : cell.start])
                counted = cell.start
                detail = f"Column {cell.number}: a quote inside a cell without quotes was kept as it is."
                self._warnings.add(line, "stray_quote", detail)

    def _warn_line_end(self, end: str) -> None:
        names = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
        detail = f"The line ends with {names[end]}, most others with {names[self._dialect.line_end]}."
        self._warnings.add(self._parser.line_num, "mixed_line_ends", detail)

    def _check_cells(self, record: list[str]) -> None:
        for number, cell in enumerate(record, start=1):
            if len(cell) > self._limits.max_cell_chars:
                raise cell_too_large(self._began, number, self._limits)

    def _broken_quotes(self) -> RejectedFile:
        raw = self._raw()
        last = self._last_cell(raw)
        if last.state == "open" or self._closed_by_an_opening_quote(last, raw):
            return self._unterminated(last, raw)
        line, char = self._began + line_breaks(raw[: last.end]), char_in_line(raw, last.end)
        detail = (
            f"Line {line}, column {last.number}: text follows the closing quote. "
            "Inside a quoted cell a quote is doubled; after it come a delimiter or the line's end."
        )
        return RejectedFile(detail, code="text_after_quote", line=line, column=last.number, char=char)

    def _closed_by_an_opening_quote(self, cell: Cell, raw: str) -> bool:
        """Whether the quote that seems to close the cell stands, lines later, where one would open."""
        body = raw[cell.start : cell.end - 1]
        return line_breaks(body) > 0 and body[-1] in (self._dialect.delimiter, "\r", "\n")

    def _unterminated(self, cell: Cell, raw: str) -> RejectedFile:
        line = self._began + line_breaks(raw[: cell.start])
        if cell.end - cell.start > self._limits.max_cell_chars:
            how = f"within {self._limits.max_cell_chars:,} characters: it is missing, or the cell is too large"
        else:
            how = "before the file ends" if cell.state == "open" else "before another one opens: it is missing"
        detail = f"Line {line}, column {cell.number}: the quote that opens here is not closed {how}."
        char = char_in_line(raw, cell.start)
        return RejectedFile(detail, code="unterminated_quote", line=line, column=cell.number, char=char)

    def _nul(self, position: int) -> RejectedFile:
        raw = self._raw()
        before = raw[: len(raw) - len(self._pending[-1]) + position]
        last = self._last_cell(before)
        line = self._parser.line_num + 1
        detail = (
            f"Line {line}, column {last.number}: a NUL character, which text does not have. Is it another encoding?"
        )
        return RejectedFile(detail, code="nul", line=line, column=last.number, char=position + 1)

    def _too_long(self) -> RejectedFile:
        raw = self._raw()
        last = self._last_cell(raw)
        if last.state == "open":
            return self._unterminated(last, raw)
        line = self._began
        detail = (
            f"Line {line}: the row is longer than {self._limits.max_row_chars:,} characters, the most that are taken."
        )
        return FileTooLarge(detail, code="row_too_large", line=line)

    def _last_cell(self, raw: str) -> Cell:
        for cell in cells(raw, self._dialect.delimiter):
            if cell.number > self._limits.max_columns:
                raise too_many_columns(self._began, self._limits)
        return cell

    def _raw(self) -> str:
        return "".join(self._pending)


def _is_one_line(chunk: str) -> bool:
    """Whether the only line end is the chunk's own: a line of megabytes need not be copied to be split."""
    return line_breaks(chunk) == bool(line_end_of(chunk))


def cell_too_large(line: int, column: int, limits: Limits) -> FileTooLarge:
    most = f"{limits.max_cell_chars:,} characters, the most that are taken"
    detail = f"Line {line}, column {column}: the cell has more than {most}. Shorten it."
    return FileTooLarge(detail, code="cell_too_large", line=line, column=column)


def too_many_columns(line: int, limits: Limits) -> FileTooLarge:
    most = f"{limits.max_columns:,} columns, the most that are taken"
    detail = f"Line {line} has more than {most}. Leave out those that you do not need."
    return FileTooLarge(detail, code="too_many_columns", line=line, column=limits.max_columns + 1)
