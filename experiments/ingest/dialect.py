"""Detect the delimiter and the line end of a CSV from its beginning."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted
from experiments.ingest.options import DOUBLE, NONE, ReadOptions

if TYPE_CHECKING:
    from _csv import Reader

NO_DELIMITER = "\0"
"""No text has one."""
DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 256 * 1024
_SAMPLE_RECORDS = 1000
_MOST = 0.5
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
# A line that spreadsheets write and understand: it names the delimiter and holds no data.
SEP_LINE = re.compile(r'("?)sep=([^"\r\n])\1(?:\r\n|\r|\n|$)', re.IGNORECASE)

# The limit of the whole process. Cells are checked against `Limits` by the reader.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`sep_line`: the first physical line only names the delimiter. `delimiter` is `NO_DELIMITER` where all of a line
    is one cell, `quote` None where quotes are text, `escape` None where a quote is escaped by another one."""

    delimiter: str
    line_end: str
    sep_line: bool
    quote: str | None = '"'
    escape: str | None = None
    trim: bool = False
    comment: str | None = None

    @property
    def is_plain(self) -> bool:
        """Nothing but delimiter and line end is chosen."""
        return self.quote == '"' and self.escape is None and not self.trim and self.comment is None

    def parser(self, lines: Iterable[str]) -> "Reader":
        """Tolerant, for the beginning of a file: what is wrong with it is said when it is read."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=csv.QUOTE_NONE if self.quote is None else csv.QUOTE_MINIMAL,
            escapechar=self.escape,
            skipinitialspace=self.trim,
        )


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a delimiter fits the sample.

    `first`: cells of the first record; `agree`: share of records with as many; `usual`: the commonest number of cells,
    `usual_share` the share of records with it.
    """

    delimiter: str
    first: int
    agree: float
    usual: int
    usual_share: float
    records: list[list[str]]

    @property
    def padded(self) -> int:
        """Cells that begin with a blank, but for the first of a record."""
        return sum(cell.startswith(" ") for record in self.records for cell in record[1:])


def find_dialect(sample: str, options: ReadOptions, *, complete: bool, sep: str | None = None) -> Dialect:
    """The dialect of a text that begins with `sample` (`complete`: is all of it).

    A requested delimiter wins, then `sep`, which a line further above has named.
    """
    dialect = requested_dialect(options)
    sep_line = _sep_line(sample)
    body = without_comments(sample[sep_line.end() :] if sep_line else sample, dialect.comment)
    named = sep or (sep_line[2] if sep_line else None)
    delimiter = dialect.delimiter if options.delimiter else named or _best_delimiter(body, dialect, complete=complete)
    dialect = replace(dialect, delimiter=delimiter, sep_line=sep_line is not None)
    return replace(dialect, line_end=_usual_line_end(sample, dialect))


def requested_dialect(options: ReadOptions) -> Dialect:
    """What was chosen; a comma and LF stand for what was not. Raises `InvalidInput` for what cannot go together."""
    delimiter = check_delimiter(options.delimiter) if options.delimiter else ","
    quote = None if options.quote == NONE else options.quote or '"'
    escape = None if options.escape in (None, DOUBLE, quote) else options.escape
    for attr, sign in (("quote", quote), ("escape", escape), ("comment", options.comment)):
        if sign and options.delimiter and sign[0] == delimiter:
            detail = f"{quoted(sign)} is the delimiter already: give another {attr} sign."
            raise InvalidInput(detail, code=ErrorCode.INVALID_CHOICE, attr=attr)
    return Dialect(delimiter, "\n", False, quote, escape, options.trim, options.comment)


def _sep_line(sample: str) -> re.Match[str] | None:
    """The first line, where it only names the delimiter.

    In quotes it may as well be the name of the only column: it is, where what it names divides nothing below.
    """
    found = SEP_LINE.match(sample)
    if found and found[1]:
        below = csv.reader(io.StringIO(sample[found.end() :], newline=""), delimiter=found[2])
        if len(next(filter(None, below), [])) < 2:
            return None
    return found


def named_delimiter(text: str) -> str | None:
    """The delimiter that the first line names, where it only does that."""
    found = SEP_LINE.match(text)
    return found[2] if found else None


def without_comments(text: str, sign: str | None) -> str:
    if sign is None or sign not in text:
        return text
    return "".join(line for line in io.StringIO(text, newline="") if not line.startswith(sign))


def check_delimiter(requested: str) -> str:
    """The delimiter as one character; names and `\\t` are understood. Raises `InvalidInput`."""
    if requested == NONE:
        return NO_DELIMITER
    delimiter = _NAMED.get(requested.lower(), requested)
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        detail = (
            f"{quoted(requested[:20])} cannot be the delimiter: give one character that isn’t a quote or a line end."
        )
        raise InvalidInput(detail, code=ErrorCode.INVALID_DELIMITER, attr="delimiter")
    return delimiter


def _best_delimiter(text: str, dialect: Dialect, *, complete: bool) -> str:
    """The delimiter that divides the first record and with which most other records have as many cells.

    Where none divides the first record (a title above the header), the one with which most records agree; else a comma.
    """
    # One that is not there divides nothing, and need not be tried.
    signs = [sign for sign in DELIMITERS if sign in text and sign not in (dialect.quote, dialect.escape)]
    dividing = [sign for sign in signs if _divides_first(text, replace(dialect, delimiter=sign))]
    if len(dividing) == 1:
        return dividing[0]
    fits = [_fit(text, replace(dialect, delimiter=sign), complete=complete) for sign in dividing or signs]
    if dividing:
        return max(fits, key=lambda fit: _rank(fit, text, dialect)).delimiter
    below_title = [fit for fit in fits if fit.usual > 1 and fit.usual_share > 0.5]
    if below_title:
        return max(below_title, key=lambda fit: (round(fit.usual_share, 2), fit.usual)).delimiter
    return ","


def _rank(fit: _Fit, text: str, dialect: Dialect) -> tuple[bool, float, int, int]:
    is_clean = fit.agree > _MOST and has_clean_quotes(text, replace(dialect, delimiter=fit.delimiter))
    return (is_clean, round(fit.agree, 2), -fit.padded, fit.first)


def _divides_first(text: str, dialect: Dialect) -> bool:
    return len(next(_filled(dialect.parser(io.StringIO(text, newline=""))), [])) > 1


def _fit(text: str, dialect: Dialect, *, complete: bool) -> _Fit:
    delimiter = dialect.delimiter
    parsed = dialect.parser(io.StringIO(text, newline=""))
    records = list(islice(_filled(parsed), _SAMPLE_RECORDS))
    if not complete and 1 < len(records) < _SAMPLE_RECORDS:
        records.pop()  # cut off where the sample ends
    if not records:
        return _Fit(delimiter, first=0, agree=0, usual=0, usual_share=0, records=[])
    lengths = Counter(map(len, records))
    first = len(records[0])
    usual, times = lengths.most_common(1)[0]
    return _Fit(delimiter, first, lengths[first] / len(records), usual, times / len(records), records)


def has_clean_quotes(text: str, dialect: Dialect) -> bool:
    """Whether every quote opens, closes or is doubled in a cell: then what divides cells is beside them."""
    if dialect.quote is None or dialect.quote not in text:
        return True
    outside = text.split(dialect.quote)[::2]
    if dialect.trim:
        outside = [piece.strip(" \t") for piece in outside]
    beside = {*(piece[:1] for piece in outside[1:]), *(piece[-1:] for piece in outside[:-1])}
    return beside <= {"", dialect.delimiter, "\r", "\n"}


def _filled(records: Iterable[list[str]]) -> Iterator[list[str]]:
    return (record for record in records if record and (len(record) > 1 or not record[0].isspace()))


def _usual_line_end(text: str, dialect: Dialect) -> str:
    if "\r" not in text:
        return "\n"
    first, end, _ = text.partition("\r\n")
    if (
        end
        and (dialect.quote is None or dialect.quote not in first)
        and text.count(end) == text.count("\r") == text.count("\n")
    ):
        # There are no others, and one of them ends a record.
        return end
    lines = list(io.StringIO(text, newline=""))
    parsed = dialect.parser(lines)
    ends = Counter(line_end_of(lines[parsed.line_num - 1]) for _ in islice(parsed, _SAMPLE_RECORDS))
    del ends[""]
    return ends.most_common(1)[0][0] if ends else "\n"


def line_end_of(line: str) -> str:
    """`\\n`, `\\r\\n` or `\\r`, or nothing at the end of a file without one."""
    if line.endswith("\r\n"):
        return "\r\n"
    return line[-1:] if line.endswith(("\n", "\r")) else ""
