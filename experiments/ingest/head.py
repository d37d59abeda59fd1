"""The beginning of a CSV: its first records and where they are."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from experiments.ingest.dialect import Dialect
from experiments.ingest.raw_record import line_breaks

HEAD_RECORDS = 200
_HEAD_LINES = 4 * HEAD_RECORDS
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
    lines, numbers = list[str](), list[int]()
    coming = _numbered_lines(sample, lines_above, dialect.comment)

    def taken() -> Iterator[str]:
        for number, line in coming:
            numbers.append(number)
            lines.append(line)
            yield line

    records, began, parsed = [], 0, dialect.parser(taken())
    for cells in islice(parsed, int(dialect.sep_line), HEAD_RECORDS):
        if not is_blank(cells):
            records.append(HeadRecord(numbers[began], cells, lines[began : parsed.line_num]))
        began = parsed.line_num
    if not complete and len(records) > 1 and next(coming, None) is None:
        cut_off = records.pop()
        del lines[numbers.index(cut_off.line) :]
    return Head(records, lines[int(dialect.sep_line) : began])


def _numbered_lines(text: str, lines_above: int, comment: str | None) -> Iterator[tuple[int, str]]:
    """The first lines but for comments, each as it is wanted: of most files a few are enough."""
    ends = chain((end.end() for end in _LINE_END.finditer(text)), [len(text)])
    for number, (start, end) in enumerate(pairwise(chain([0], islice(ends, _HEAD_LINES))), start=lines_above + 1):
        line = text[start:end]
        if line and not (comment and line.startswith(comment)):
            yield number, line


def usual_extra_cells(rows: Sequence[HeadRecord], width: int) -> int:
    """How many empty cells nearly all rows have beyond the last column; 0 where they differ."""
    extra = Counter(len(row.cells) - width for row in rows if len(row.cells) > width and not any(row.cells[width:]))
    number, times = extra.most_common(1)[0] if extra else (0, 0)
    return number if times >= NEARLY_ALL * len(rows) else 0
