"""One raw record (RFC 4180): where its cells are and what is wrong with it. Slow and exact, for errors and warnings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from experiments.core.choices import ErrorCode
from experiments.ingest.dialect import Dialect
from experiments.ingest.errors import FileTooLarge, Limits, RejectedFile


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a record, quotes included: `text[start:end]`.

    `state` is `open` where the closing quote is missing, `junk` where text follows it (it begins at `end`).
    """

    number: int
    start: int
    end: int
    quoted: bool
    state: Literal["ok", "open", "junk"] = "ok"


@dataclass(frozen=True, slots=True)
class CellPatterns:
    """`opening`: what a quoted cell begins with; `inside`: what follows up to its closing quote or the text's end;
    `closed`: what may stand between that quote and a delimiter; `plain`: a cell without quotes around it."""

    opening: re.Pattern[str]
    inside: re.Pattern[str]
    closed: re.Pattern[str]
    plain: re.Pattern[str]
    clean: re.Pattern[str]
    """A record whose quotes all open, close or are escaped inside of a quoted cell."""


@lru_cache(maxsize=64)
def patterns(dialect: Dialect) -> CellPatterns:
    mark, quote = re.escape(dialect.delimiter), re.escape(dialect.quote or "")
    escape = re.escape(dialect.escape or "")
    blanks = f"[{blanks}]*+" if (blanks := blanks_left_out(dialect)) else ""
    escaped = rf"|{escape}(?:\r\n|.|\Z)" if escape else ""
    # Where quotes are text, no cell is quoted, and this is not used.
    inside = rf"(?:[^{quote}{escape}]|{quote}{quote}{escaped})*+" if quote else ""
    plain = rf"(?:[^{mark}{escape}\r\n]{escaped})*+"
    opening = rf"{blanks}{quote}" if quote else "(?!)"
    clean_cell = rf"(?:{opening}{inside}{quote}{blanks}|(?:[^{quote}{mark}{escape}\r\n]{escaped})*+)"
    clean = rf"{clean_cell}(?:{mark}{clean_cell})*+(?:\r\n|\r|\n)?"
    return CellPatterns(*(re.compile(one, re.DOTALL) for one in (opening, inside, blanks, plain, clean)))


def blanks_left_out(dialect: Dialect) -> str:
    """The blanks that do not count in front of a cell and around its quotes."""
    return " \t".replace(dialect.delimiter, "") if dialect.trim else ""


def is_clean(record: str, dialect: Dialect) -> bool:
    """Whether every quote of the record opens, closes or is escaped inside a quoted cell."""
    return patterns(dialect).clean.fullmatch(record) is not None


def cells(record: str, dialect: Dialect) -> Iterator[Cell]:
    """Yield the cells up to the record's end or to the first one that is `open` or `junk`."""
    known, delimiter = patterns(dialect), dialect.delimiter
    start, number = 0, 1
    while True:
        opening = known.opening.match(record, start)
        if opening is None:
            end = _end(known.plain, record, start)
            yield Cell(number, start, end, quoted=False)
        else:
            closing = _end(known.inside, record, opening.end())
            if record[closing : closing + 1] != dialect.quote:
                yield Cell(number, start, closing, quoted=True, state="open")
                return
            end = closing + 1
            behind = _end(known.closed, record, end)
            ends_well = record[behind : behind + 1] in ("", delimiter, "\r", "\n")
            yield Cell(number, start, end, quoted=True, state="ok" if ends_well else "junk")
            if not ends_well:
                return
            end = behind
        if record[end : end + 1] != delimiter:
            return
        start, number = end + 1, number + 1


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Of the pattern, which matches the empty text too."""
    return pattern.match(text, start).end()  # type: ignore[union-attr]


def line_breaks(text: str) -> int:
    """How many line ends (LF, CRLF, CR) the text holds."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def char_in_line(text: str, position: int) -> int:
    """The place of a position within its physical line, from 1."""
    return position - max(text.rfind("\n", 0, position), text.rfind("\r", 0, position))


@dataclass(frozen=True, slots=True)
class RawRecord:
    """The raw text of a record, perhaps only its beginning; `line` is the physical line at which it begins."""

    text: str
    line: int
    dialect: Dialect
    limits: Limits

    def last_cell(self) -> Cell:
        """The last cell, or the first one that is `open` or `junk`; `FileTooLarge` beyond the limit of columns."""
        for cell in cells(self.text, self.dialect):
            if cell.number > self.limits.max_columns:
                raise self.limits.too_many_columns(self.line)
        return cell

    def stray_quotes(self) -> Iterator[tuple[int, int]]:
        """Line and column of each cell that has a quote inside and none around it."""
        quote = self.dialect.quote
        if quote is None or is_clean(self.text, self.dialect):
            return
        line, counted = self.line, 0
        for cell in cells(self.text, self.dialect):
            if not cell.quoted and quote in self.text[cell.start : cell.end]:
                line += line_breaks(self.text[counted : cell.start])
                counted = cell.start
                yield line, cell.number

    def broken_quotes(self) -> RejectedFile:
        last = self.last_cell()
        # A quote that seems to close the cell, but stands lines later where one would open: the real one is missing.
        body = self.text[last.start : last.end - 1]
        is_opening = line_breaks(body) > 0 and body[-1] in (self.dialect.delimiter, "\r", "\n")
        if last.state == "open" or is_opening:
            return self.unterminated_quote(last)
        line, char = self.line + line_breaks(self.text[: last.end]), char_in_line(self.text, last.end)
        detail = (
            f"Line {line}, column {last.number}: text follows the closing quote. "
            "Inside a quoted cell a quote is doubled; after it come a delimiter or the line's end."
        )
        return RejectedFile(detail, code=ErrorCode.TEXT_AFTER_QUOTE, line=line, column=last.number, char=char)

    def unterminated_quote(self, cell: Cell) -> RejectedFile:
        line = self.line + line_breaks(self.text[: cell.start])
        if cell.end - cell.start > self.limits.max_cell_chars:
            how = f"within {self.limits.max_cell_chars:,} characters: it is missing, or the cell is too large"
        else:
            how = "before the file ends" if cell.state == "open" else "before another one opens: it is missing"
        detail = f"Line {line}, column {cell.number}: the quote that opens here is not closed {how}."
        char = char_in_line(self.text, cell.start)
        return RejectedFile(detail, code=ErrorCode.UNTERMINATED_QUOTE, line=line, column=cell.number, char=char)

    def nul_after(self) -> RejectedFile:
        """The error for a NUL that follows this text."""
        column = self.last_cell().number
        line = self.line + line_breaks(self.text)
        detail = f"Line {line}, column {column}: a NUL character, which text does not have. Is it another encoding?"
        char = char_in_line(self.text, len(self.text))
        return RejectedFile(detail, code=ErrorCode.NUL, line=line, column=column, char=char)

    def too_long(self) -> RejectedFile:
        last = self.last_cell()
        if last.state == "open":
            return self.unterminated_quote(last)
        most = f"{self.limits.max_row_chars:,} characters, the limit"
        detail = f"Line {self.line}: the row is longer than {most}."
        return FileTooLarge(detail, code=ErrorCode.ROW_TOO_LARGE, line=self.line)
