"""The beginning of a CSV: its first records and where they are."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from experiments.ingest.dialect import Dialect
from experiments.ingest.raw_record import line_breaks

HEAD_RECORDS = 200
NEARLY_ALL = 0.9
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """`line` is the physical line at which it begins, from 1."""

    line: int
    cells: list[str]


def text_from_line(pieces: Iterable[str], lines_above: int) -> Iterator[str]:
    """The text without its first physical lines. No piece may end inside a CRLF."""
    left = lines_above
    for piece in pieces:
        if not left:
            yield piece
            continue
        breaks = line_breaks(piece)
        if breaks < left:
            left -= breaks
            continue
        end = next(islice(_LINE_END.finditer(piece), left - 1, None)).end()
        left = 0
        if end < len(piece):
            yield piece[end:]


def is_blank(record: Sequence[str]) -> bool:
    """A line without text, or with nothing but white space."""
    return not record or (len(record) == 1 and record[0].isspace())


@dataclass(frozen=True, slots=True)
class Head:
    """`lines` are the physical ones of the records, and the blank ones between them."""

    records: list[HeadRecord]
    lines: list[str]


def head_of(sample: str, dialect: Dialect, *, lines_above: int, complete: bool) -> Head:
    """The first records of the sample but for blank and comment lines. What is wrong with quotes is not said here."""
    lines, numbers = [], []
    for number, line in enumerate(io.StringIO(sample, newline=""), start=lines_above + 1):
        if number > lines_above + 4 * HEAD_RECORDS:
            break
        if not (dialect.comment and line.startswith(dialect.comment)):
            lines.append(line)
            numbers.append(number)
    records, began, parsed = [], 0, dialect.parser(lines)
    for cells in islice(parsed, int(dialect.sep_line), HEAD_RECORDS):
        if not is_blank(cells):
            records.append(HeadRecord(numbers[began], cells))
        began = parsed.line_num
    if not complete and began >= len(lines) and len(records) > 1:
        cut_off = records.pop()
        del lines[numbers.index(cut_off.line) :]
    return Head(records, lines[int(dialect.sep_line) : began])


def usual_extra_cells(rows: Sequence[HeadRecord], width: int) -> int:
    """How many empty cells nearly all rows have beyond the last column; 0 where they differ."""
    extra = Counter(len(row.cells) - width for row in rows if len(row.cells) > width and not any(row.cells[width:]))
    number, times = extra.most_common(1)[0] if extra else (0, 0)
    return number if times >= NEARLY_ALL * len(rows) else 0
