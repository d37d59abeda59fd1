"""What would read a refused CSV rightly: each way out is tried on the file before it is offered."""

import io
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import Protocol

from experiments.core.choices import ErrorCode, WarningCode
from experiments.core.errors import InvalidInput
from experiments.ingest.dialect import DELIMITERS, NO_DELIMITER, Dialect, without_comments
from experiments.ingest.doubts import COMMENT_SIGNS, SURE_SIGNS, Doubt, is_table, sign_in_words
from experiments.ingest.encoding_offers import encoding_offers
from experiments.ingest.errors import Offer, RejectedFile
from experiments.ingest.head import HEAD_RECORDS, is_blank
from experiments.ingest.kinds import Kind, are_years, is_series, kind_of
from experiments.ingest.options import DOUBLE, NONE, ReadOptions
from experiments.ingest.short_rows import lack_last_cells
from experiments.ingest.table import Column, WarningLog

Change = Mapping[str, str | int | bool]
SECONDS = 2.5
"""For all that is tried on one file."""
_ROWS_BEHIND = 2000
_MOST = 4
_PAIRED = 8
_HEADER_LINES = 40
_ALIKE = 0.9
_ABOVE = 2
"""So many times the rows of a table may stand above its header."""
REFUSED_BY_SHAPE = {
    *(ErrorCode.RAGGED_ROW, ErrorCode.TEXT_AFTER_QUOTE, ErrorCode.UNTERMINATED_QUOTE, ErrorCode.NO_ROWS),
    *(ErrorCode.UNCERTAIN_HEADER, ErrorCode.UNCERTAIN_DELIMITER, ErrorCode.UNCERTAIN_QUOTE),
}
_WRONG = (
    *(WarningCode.STRAY_QUOTE, WarningCode.COMMENT_LINE, WarningCode.REPEATED_HEADER),
    *(WarningCode.UNCERTAIN_DELIMITER, WarningCode.UNCERTAIN_HEADER, WarningCode.UNCERTAIN_QUOTE),
)
"""A reading with such a warning is not certainly right."""


class TriedTable(Protocol):
    """What is asked of a table that was opened to try options."""

    columns: tuple[Column, ...]
    doubts: list[Doubt]
    log: WarningLog
    header_line: int
    reject_count: int

    @property
    def row_count(self) -> int: ...

    @property
    def line(self) -> int: ...

    def rows(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was refused: how it was read, its beginning, and how to open it with other options."""

    options: ReadOptions
    error: RejectedFile
    sample: str
    doubts: list[Doubt]
    open: Callable[[ReadOptions], TriedTable]


def offers_for(refused: Refused) -> list[Offer]:
    """The ways out, the likeliest first. Explanations of the whole file go before leaving out or filling rows."""
    if refused.error.code not in REFUSED_BY_SHAPE:
        return encoding_offers(refused.error, refused.options, refused.open)
    attempt = _Attempt(refused, time.monotonic() + SECONDS)
    singles = [change for change in _changes(refused) if attempt.is_new(change)]
    found = [change for change in singles if attempt.reads(change)][:_MOST]
    if not found:
        found = [change for change in (_one_column(refused),) if change and attempt.reads(change)]
    if not found and refused.error.code != ErrorCode.NO_ROWS:
        few = singles[:_PAIRED]
        pairs = ({**one, **other} for one, other in combinations(few, 2) if not one.keys() & other.keys())
        found = list(islice((pair for pair in pairs if attempt.reads(pair)), 2))
    if not found:
        rows: list[Change] = [{"ragged": "pad"}, {"ragged": "skip"}]
        found = [change for change in rows if attempt.is_new(change) and attempt.reads(change)]
        mixed = ({**single, "ragged": "skip"} for single in singles if _is_about_lines(single))
        found = found or list(islice((change for change in mixed if attempt.reads(change)), 1))
    if not found or all("header_rows" in change for change in found):
        found += [change for change in _as_it_is(refused) if attempt.reads(change)]
    return [Offer(change, label_of(change)) for change in found]


def _as_it_is(refused: Refused) -> Iterator[Change]:
    """Where a header seems to have more rows: it may have one all the same."""
    if any({"header", "header_rows"} <= dict(doubt.hint).keys() for doubt in refused.doubts):
        yield {"header": refused.doubts[0].line, "header_rows": 1}


class _Attempt:
    """Reads the file with changed options, as far as it takes to know whether that is right."""

    def __init__(self, refused: Refused, deadline: float) -> None:
        self._refused = refused
        self._deadline = deadline
        self._tried: list[Change] = []

    def is_new(self, change: Change) -> bool:
        """A way that is not in force already, nor one of those before."""
        given = self._refused.options
        if change in self._tried or all(getattr(given, name) == value for name, value in change.items()):
            return False
        self._tried.append(change)
        return True

    def reads(self, change: Change) -> bool:
        if time.monotonic() > self._deadline:
            return False
        try:
            table = self._refused.open(replace(self._refused.options, **change))  # type: ignore[arg-type]
            found = self._some_rows(table)
        except InvalidInput:
            return False
        return found is not None and _is_right(table, *found, change)

    def _some_rows(self, table: TriedTable) -> tuple[list[list[str]], list[list[str]]] | None:
        """The first rows of those that were read, and the short ones that were filled.

        None where the place of the refusal was not reached in time.
        """
        kept, short = list[list[str]](), list[list[str]]()
        line = self._refused.error.extra["line"] or 0
        for number, row in enumerate(table.rows()):
            if table.log.counts[WarningCode.SHORT_ROW] > len(short):
                short.append(row)
            elif number < _ROWS_BEHIND:
                kept.append(row)
            if number >= _ROWS_BEHIND and not number % 1000:
                if table.line > line + _ROWS_BEHIND:
                    break
                if time.monotonic() > self._deadline:
                    return None
        return kept, short


def _is_right(table: TriedTable, rows: list[list[str]], short: list[list[str]], change: Change) -> bool:
    if not rows or any(not _settles(change, doubt) for doubt in table.doubts):
        return False
    if len(table.columns) < 2 and change.get("delimiter") != NONE and not _only_header(change):
        return False
    counts, all_rows = table.log.counts, table.row_count
    if any(counts[code] for code in _WRONG) or counts[WarningCode.EXTRA_EMPTY_CELLS] not in (0, all_rows):
        return False
    if counts[WarningCode.SHORT_ROW] > all_rows / 2 or table.reject_count > max(1, all_rows / 2):
        return False
    if change.get("header", 0) not in (0, 1) and table.header_line > _ABOVE * (all_rows + 1):
        return False
    if not lack_last_cells(short, rows):
        return False
    checks: Mapping[str, Callable[[TriedTable, list[list[str]]], bool]] = {
        "quote": _quotes_are_text if change.get("quote") == NONE else _always,
        "row_names": _has_row_names,
        "header": _has_names if change.get("header") else _always,
        "comment": _has_names,
    }
    return all(check(table, rows) for name, check in checks.items() if name in change)


def _settles(change: Change, doubt: Doubt) -> bool:
    """Whether the change says what is in doubt. A header with one row is taken at its word."""
    if doubt.code == ErrorCode.UNCERTAIN_HEADER:
        return change.get("header") == 0 or change.get("header_rows") == 1
    return doubt.code == ErrorCode.UNCERTAIN_DELIMITER and "delimiter" in change and change["delimiter"] == NONE


def _only_header(change: Change) -> bool:
    return change.keys() <= {"header", "header_rows", "comment"}


def _is_about_lines(change: Change) -> bool:
    """With broken rows among others, signs that are taken otherwise read anything."""
    return change.keys() <= {"header", "header_rows", "comment", "delimiter", "trim", "escape"}


def _always(table: TriedTable, rows: list[list[str]]) -> bool:
    return True


def _has_names(table: TriedTable, rows: list[list[str]]) -> bool:
    """Most columns have a name, and the names are not values."""
    headers = [column.header for column in table.columns]
    named = sum(bool(header.strip()) for header in headers)
    values = [header for header in headers if kind_of(header) not in (None, Kind.TEXT)]
    return 2 * named > len(headers) and (not values or is_series(values) or are_years(values))


def _quotes_are_text(table: TriedTable, rows: list[list[str]]) -> bool:
    """Not where most of them stand around a whole cell."""
    cells = [cell for row in rows for cell in row if '"' in cell]
    around = sum(len(cell) > 1 and cell[0] == cell[-1] == '"' and cell.count('"') == 2 for cell in cells)
    return 2 * around <= len(cells)


def _has_row_names(table: TriedTable, rows: list[list[str]]) -> bool:
    """They differ. Where the cells behind begin with blanks, the delimiter stands in sentences instead."""
    headers = [column.header.strip() for column in table.columns[1:]]
    if sum(map(bool, headers)) < 2 and (len(headers) > 1 or " " in headers[0]):
        return False  # a title
    names = {row[0] for row in rows}
    padded = sum(row[1].startswith(" ") for row in rows)
    return len(names) == len(rows) and all(map(str.strip, names)) and 2 * padded < len(rows)


# -- what may be tried


def _changes(refused: Refused) -> Iterator[Change]:
    yield from _hinted(refused)
    text, given = refused.sample, refused.options
    if given.comment is None:
        yield from ({"comment": sign} for sign in _comment_signs(text))
    if given.header is None:
        lines = _header_lines(text, given)
        yield from ({"header": line} for line in lines)
        for sign in _comment_signs(text) if not lines and given.comment is None else ():
            for line in _header_lines(text, replace(given, comment=sign)):
                yield {"comment": sign, "header": line}
    if given.trim is False and re.search(r'[^\w\s"][ \t]+"|"[ \t]+[^\w\s"]', text):
        yield {"trim": True}
    if given.escape in (None, DOUBLE) and "\\" in text:
        yield {"escape": "\\"}
    if given.quote is None:
        yield from ({"quote": sign} for sign in "'`" if sign in text)
    if given.delimiter is None:
        yield from ({"delimiter": "tab" if sign == "\t" else sign} for sign in _delimiters(text))
    if given.quote is None and '"' in text:
        yield {"quote": NONE}
    error = refused.error
    if given.header != 0 and not given.row_names and _is_one_cell_more(error):
        yield {"row_names": True}
    if given.header is None and error.code == ErrorCode.NO_ROWS:
        yield {"header": 0}


def _hinted(refused: Refused) -> Iterator[Change]:
    for doubt in refused.doubts:
        hints: dict[str, str | int | bool] = dict(doubt.hint)
        if "header_rows" in hints:
            yield {"header": doubt.line, "header_rows": hints.pop("header_rows")}
        yield from ({name: value} for name, value in hints.items())


def _is_one_cell_more(error: RejectedFile) -> bool:
    found, expected = error.extra.get("found"), error.extra.get("expected")
    return error.code == ErrorCode.RAGGED_ROW and found is not None and expected is not None and found == expected + 1


def _comment_signs(text: str) -> list[str]:
    lines = _first_lines(text)
    return [sign for sign in COMMENT_SIGNS if 0 < sum(line.startswith(sign) for line in lines) < len(lines)]


def _header_lines(text: str, given: ReadOptions) -> list[int]:
    """Lines below the first from which on the records have as many cells, at least two."""
    lines = list(islice(io.StringIO(text, newline=""), _HEADER_LINES + HEAD_RECORDS))
    delimiters = [given.delimiter] if given.delimiter else [sign for sign in (*DELIMITERS, *SURE_SIGNS) if sign in text]
    found = []
    for number, line in enumerate(lines[:_HEADER_LINES], start=1):
        if number == 1 or not line.strip() or (given.comment and line.startswith(given.comment)):
            continue
        rest = without_comments("".join(lines[number - 1 : number + 100]), given.comment)
        if any(_is_even(rest, _dialect(given, sign)) for sign in delimiters):
            found.append(number)
            if len(found) == 3:
                break
    return found


def _dialect(given: ReadOptions, delimiter: str) -> Dialect:
    named = {"tab": "\t", NONE: NO_DELIMITER}.get(delimiter, delimiter)
    quote = None if given.quote == NONE else given.quote or '"'
    escape = None if given.escape in (None, DOUBLE) else given.escape
    return Dialect(named[:1], "\n", sep_line=False, quote=quote, escape=escape, trim=given.trim)


def _is_even(text: str, dialect: Dialect) -> bool:
    records = [cells for cells in dialect.parser(io.StringIO(text, newline="")) if not is_blank(cells)]
    if len(records) < 2 or len(records[0]) < 2 or len(records[1]) != len(records[0]):
        return False
    return sum(len(cells) == len(records[0]) for cells in records) >= _ALIKE * len(records)


def _delimiters(text: str) -> list[str]:
    """Those that texts seldom hold; where none of them is in the first line, others that make a table."""
    lines = _first_lines(text)
    usual = [sign for sign in (*DELIMITERS, *SURE_SIGNS) if sign in text]
    if not lines or any(sign in lines[0] for sign in usual):
        return usual
    others = dict.fromkeys(sign for sign in lines[0] if not sign.isalnum() and sign not in "\"'\r\n")
    return usual + [sign for sign in others if is_table(lines, _dialect(ReadOptions(), sign))]


def _one_column(refused: Refused) -> Change | None:
    """All of a line is one cell: where no delimiter divides the header, nor most lines alike but for sentences."""
    lines = _first_lines(refused.sample)
    if refused.options.delimiter or len(lines) < 2 or any(sign in lines[0] for sign in DELIMITERS):
        return None
    rest = [line.rstrip("\r\n") for line in lines[1:]]
    for sign in DELIMITERS:
        pieces = [line.split(sign) for line in rest if sign in line]
        padded = sum(piece[:1] in (" ", "") for parts in pieces for piece in parts[1:])
        alike = max((sum(len(parts) == len(one) for parts in pieces) for one in pieces[:5]), default=0)
        if 2 * alike > len(rest) and 2 * padded < sum(len(parts) - 1 for parts in pieces):
            return None
    return {"delimiter": NONE} if any(kind_of(line) is Kind.TEXT for line in lines[:1]) else None


def _first_lines(text: str) -> list[str]:
    return [line for line in islice(io.StringIO(text, newline=""), HEAD_RECORDS) if line.strip()]


# -- in words


def label_of(change: Mapping[str, str | int | bool]) -> str:
    rows = change.get("header_rows", 1)
    parts = []
    for name, value in change.items():
        match name:
            case "header" if value == 0:
                parts.append("The file has no header")
            case "header" if rows != 1:
                parts.append(f"The header has {rows} rows and begins in line {value}")
            case "header":
                parts.append(f"The header is in line {value}")
            case "comment":
                parts.append(f"Lines that begin with {value} are comments")
            case "trim":
                parts.append("Blanks behind delimiters and around quotes do not count")
            case "escape":
                parts.append(f"Inside of quotes, {value} comes before a quote")
            case "quote" if value == NONE:
                parts.append("Quotes are text like any other")
            case "quote":
                parts.append(f"Quotes are {value}")
            case "delimiter" if value == NONE:
                parts.append("There is one column, and no delimiter")
            case "delimiter":
                sign = "\t" if value == "tab" else str(value)
                words = sign_in_words(sign)
                parts.append(f"Delimiter is {words[0].lower()}{words[1:]}")
            case "row_names":
                parts.append("The first column has no name in the header")
            case "ragged" if value == "pad":
                parts.append("Fill short rows with empty cells")
            case "ragged":
                parts.append("Leave out rows that cannot be read, and list them")
    first, *others = parts
    return "; ".join([first, *(part[0].lower() + part[1:] for part in others)])
