"""Detect the delimiter and the line end of a CSV from its beginning."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_BYTES = 256 * 1024
_SAMPLE_RECORDS = 1000
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
# A line that spreadsheets write and understand: it names the delimiter and holds no data.
_SEP_LINE = re.compile(r'("?)sep=([^"\r\n])\1(?:\r\n|\r|\n|$)', re.IGNORECASE)

# The limit of the whole process. Cells are checked against `Limits` by the reader.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`sep_line`: the first physical line only names the delimiter."""

    delimiter: str
    line_end: str
    sep_line: bool


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


def find_dialect(sample: str, *, requested: str | None, complete: bool) -> Dialect:
    """The dialect of a text that begins with `sample` (`complete`: is all of it). A requested delimiter wins."""
    chosen = check_delimiter(requested) if requested else None
    sep = _SEP_LINE.match(sample)
    body = sample[sep.end() :] if sep else sample
    delimiter = chosen or (sep[2] if sep else _best_delimiter(body, complete=complete))
    return Dialect(delimiter, _usual_line_end(sample, delimiter), sep_line=sep is not None)


def check_delimiter(requested: str) -> str:
    """The delimiter as one character; `tab` and `\\t` are understood. Raises `InvalidInput`."""
    delimiter = _NAMED.get(requested.lower(), requested)
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        detail = (
            f"{quoted(requested[:20])} cannot be the delimiter: give one character that is no quote and no line end."
        )
        raise InvalidInput(detail, code=ErrorCode.INVALID_DELIMITER, attr="delimiter")
    return delimiter


def _best_delimiter(text: str, *, complete: bool) -> str:
    """The delimiter that divides the first record and with which most other records have as many cells.

    Where none divides the first record (a title above the header), the one with which most records agree; else a comma.
    """
    # One that is not there divides nothing, and need not be tried.
    fits = [_fit(text, delimiter, complete=complete) for delimiter in DELIMITERS if delimiter in text]
    dividing = [fit for fit in fits if fit.first > 1]
    if len(dividing) == 1:
        return dividing[0].delimiter
    if dividing:
        return max(dividing, key=lambda fit: (round(fit.agree, 2), -fit.padded, fit.first)).delimiter
    below_title = [fit for fit in fits if fit.usual > 1 and fit.usual_share > 0.5]
    if below_title:
        return max(below_title, key=lambda fit: (round(fit.usual_share, 2), fit.usual)).delimiter
    return ","


def _fit(text: str, delimiter: str, *, complete: bool) -> _Fit:
    parsed = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records = list(islice(filter(None, parsed), _SAMPLE_RECORDS))
    if not complete and 1 < len(records) < _SAMPLE_RECORDS:
        records.pop()  # cut off where the sample ends
    if not records:
        return _Fit(delimiter, first=0, agree=0, usual=0, usual_share=0, records=[])
    lengths = Counter(map(len, records))
    first = len(records[0])
    usual, times = lengths.most_common(1)[0]
    return _Fit(delimiter, first, lengths[first] / len(records), usual, times / len(records), records)


def _usual_line_end(text: str, delimiter: str) -> str:
    if "\r" not in text:
        return "\n"
    first, end, _ = text.partition("\r\n")
    if end and '"' not in first and text.count(end) == text.count("\r") == text.count("\n"):
        # There are no others, and one of them ends a record.
        return end
    lines = list(io.StringIO(text, newline=""))
    parsed = csv.reader(lines, delimiter=delimiter)
    ends = Counter(line_end_of(lines[parsed.line_num - 1]) for _ in islice(parsed, _SAMPLE_RECORDS))
    del ends[""]
    return ends.most_common(1)[0][0] if ends else "\n"


def line_end_of(line: str) -> str:
    """`\\n`, `\\r\\n` or `\\r`, or nothing at the end of a file without one."""
    if line.endswith("\r\n"):
        return "\r\n"
    return line[-1:] if line.endswith(("\n", "\r")) else ""
