"""The beginning of a CSV: its first records and where they are."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from experiments.ingest.dialect import Dialect
from experiments.ingest.raw_record import line_breaks

HEAD_RECORDS = 200
NEARLY_ALL = 0.9
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """`line` is the physical line at which it begins, from 1; `lines` are its physical lines, where there are any."""

    line: int
    cells: list[str]
    lines: Sequence[str] = ()

    @property
    def raw(self) -> str:
        return "".join(self.lines)


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
    lines = _first_lines(sample, 4 * HEAD_RECORDS)
    numbers: Sequence[int] = range(lines_above + 1, lines_above + 1 + len(lines))
    if sign := dialect.comment:
        numbers = [number for number, line in zip(numbers, lines, strict=True) if not line.startswith(sign)]
        lines = [line for line in lines if not line.startswith(sign)]
    records, began, parsed = [], 0, dialect.parser(lines)
    for cells in islice(parsed, int(dialect.sep_line), HEAD_RECORDS):
        if not is_blank(cells):
            records.append(HeadRecord(numbers[began], cells, lines[began : parsed.line_num]))
        began = parsed.line_num
    if not complete and began >= len(lines) and len(records) > 1:
        cut_off = records.pop()
        del lines[numbers.index(cut_off.line) :]
    return Head(records, lines[int(dialect.sep_line) : began])


def _first_lines(text: str, count: int) -> list[str]:
    """Without a copy of all of the text, as a stream of it would be."""
    ends = [0, *(end.end() for end in islice(_LINE_END.finditer(text), count))]
    if len(ends) <= count and ends[-1] < len(text):
        ends.append(len(text))
    return [text[start:end] for start, end in pairwise(ends)]


def usual_extra_cells(rows: Sequence[HeadRecord], width: int) -> int:
    """How many empty cells nearly all rows have beyond the last column; 0 where they differ."""
    extra = Counter(len(row.cells) - width for row in rows if len(row.cells) > width and not any(row.cells[width:]))
    number, times = extra.most_common(1)[0] if extra else (0, 0)
    return number if times >= NEARLY_ALL * len(rows) else 0
