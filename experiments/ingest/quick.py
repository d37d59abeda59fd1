"""Whole blocks of a CSV at once: cut by methods of `str`, whose loops are C, where nothing about a block is unusual.

`RecordReader` is the reference. What it would warn of, refuse or only look at twice (a quote inside a bare cell, text
behind a closing one, NUL, another line end, a row with more or fewer cells, a blank line) is no block here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import islice
from operator import itemgetter, length_hint

from experiments.ingest.options import ReadOptions
from experiments.ingest.raw_record import line_breaks

OPTIONS = {
    *("encoding", "bad_bytes", "delimiter", "quote", "escape"),
    *("header", "header_rows", "row_names", "ragged", "sheet", "range", "keys"),
}
"""Options that this module was made for. With another one, once it is chosen, every record is read carefully."""
MARKS = "\x1f\x1e\x1d\x1c\x01\x02\x03\x04\x05\x06\x07"
"""Two that are not in a block stand for its delimiters and line ends while it is cut."""
FIRST, LAST = itemgetter(0), itemgetter(-1)


@dataclass(frozen=True, slots=True)
class Block:
    """Records of `width` cells each, at least one; `size` characters of the text, `lines` physical lines of it."""

    records: list[list[str]]
    size: int
    lines: int

    @property
    def last_line(self) -> int:
        """The line at which the last record begins, from 1."""
        return self.lines - inner_lines(self.records[-1])


class Place:
    """How far a block has been read: `coming` are the records that are left of it."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.coming = iter(block.records)
        self._counted = 0
        self._inner_lines = 0

    @property
    def passed(self) -> int:
        """How many of the records are no longer left."""
        return len(self.block.records) - length_hint(self.coming)

    @property
    def line(self) -> int:
        """The line of the block at which the latest record begins, from 1."""
        passed, records = self.passed, self.block.records
        if self.block.lines > len(records):
            self._inner_lines += sum(map(inner_lines, records[self._counted : passed - 1]))
            self._counted = passed - 1
        return passed + self._inner_lines


def inner_lines(record: list[str]) -> int:
    """How many line ends are in its cells."""
    return sum(map(line_breaks, record))


def knows(options: ReadOptions) -> bool:
    """Whether all that was chosen is known here."""
    return all(one.name in OPTIONS or getattr(options, one.name) == one.default for one in fields(options))


def block_of(
    text: str, delimiter: str, line_end: str, *, width: int, odd: Iterable[list[str]] = (), odd_sign: str | None = None
) -> Block | None:
    """The records that end in the text, which begins with one; what follows them is an open quoted cell.

    None where anything is unusual, a record is one of `odd` or begins with `odd_sign`, or no record ends.
    """
    if "\0" in text:
        return None
    pieces = text.split('"')
    if len(pieces) % 2 == 0:
        if not _cut_behind_last_record(pieces, line_end):
            return None
        text = '"'.join(pieces)
    marks = list(islice((mark for mark in MARKS if mark not in text), 2))
    if len(marks) < 2:
        return None
    cell_end, record_end = marks
    outside = '"'.join(pieces[::2]).replace(delimiter, cell_end).replace(line_end, record_end)
    if "\n" in outside or "\r" in outside:
        return None
    joined = outside if len(pieces) == 1 else _joined(outside, pieces, {cell_end, record_end})
    if joined is None:
        return None
    if odd_sign and odd_sign in joined and record_end + odd_sign in record_end + joined:
        return None
    lines = joined.split(record_end)
    if outside.endswith(record_end):
        lines.pop()
    if any(cell_end.join(record) in lines for record in odd):
        return None
    records = [line.split(cell_end) for line in lines]
    if set(map(len, records)) != {width}:
        return None
    inner_ends = line_breaks(joined) if "\n" in joined or "\r" in joined else 0
    return Block(records, len(text), inner_ends + len(records))


def _joined(outside: str, pieces: list[str], ends: set[str]) -> str | None:
    """The text of the pieces without the quotes around cells; None where there are others.

    Every other piece is inside of quotes. Those outside begin and end with an end of a cell or a record, but for the
    ends of the whole; one that is empty stands for a doubled quote inside of a cell.
    """
    first, *between, last = outside.split('"')
    if "" in between:
        between = [piece or '"' for piece in between]
    beside = {*first[-1:], *map(FIRST, between), *map(LAST, between), *last[:1]}
    if not beside <= {*ends, '"'}:
        return None
    pieces[::2] = [first, *between, last]
    return "".join(pieces)


def _cut_behind_last_record(pieces: list[str], line_end: str) -> bool:
    """Leaves out the record whose last cell is open; False where there is no other."""
    for number in range(len(pieces) - 2, -1, -2):
        at = pieces[number].rfind(line_end)
        if at >= 0:
            pieces[number] = pieces[number][: at + len(line_end)]
            del pieces[number + 1 :]
            return True
    return False
