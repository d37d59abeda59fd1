"""Whole blocks of a CSV at once: cut by methods of `str`, whose loops are C, where nothing about a block is unusual.

`RecordReader` is the reference. What it would warn of, refuse or only look at twice (a quote inside a bare cell, text
behind a closing one, NUL, another line end, a row with more or fewer cells, a blank line) is no block here.
"""

from dataclasses import dataclass, fields
from itertools import islice
from operator import itemgetter, length_hint

from experiments.ingest.raw_record import line_breaks
from experiments.ingest.table import ReadOptions

OPTIONS = {"encoding", "delimiter", "header", "ragged", "keys"}
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
        self.coming = iter(block.records)
        self._block = block
        self._counted = 0
        self._inner_lines = 0

    @property
    def line(self) -> int:
        """The line of the block at which the latest record begins, from 1."""
        records = self._block.records
        number = len(records) - length_hint(self.coming)
        if self._block.lines > len(records):
            self._inner_lines += sum(map(inner_lines, records[self._counted : number - 1]))
            self._counted = number - 1
        return number + self._inner_lines


def inner_lines(record: list[str]) -> int:
    """How many line ends are in its cells."""
    return sum(map(line_breaks, record))


def knows(options: ReadOptions) -> bool:
    """Whether all that was chosen is known here."""
    return all(one.name in OPTIONS or getattr(options, one.name) == one.default for one in fields(options))


def block_of(text: str, *, delimiter: str, line_end: str, width: int) -> Block | None:
    """The records that end in the text, which begins with one; what follows them is an open quoted cell.

    None where anything is unusual, or no record ends.
    """
    if "\0" in text:
        return None
    if '"' in text:
        return _quoted_block(text, delimiter, line_end, width)
    return _plain_block(text, delimiter, line_end, width)


def has_only(line_end: str, text: str) -> bool:
    """Whether no other line end is there."""
    if line_end == "\r\n":
        return text.count("\r\n") == text.count("\n") == text.count("\r")
    return ("\n" if line_end == "\r" else "\r") not in text


def _plain_block(text: str, delimiter: str, line_end: str, width: int) -> Block | None:
    if not has_only(line_end, text):
        return None
    return _block(text, delimiter, line_end, width, size=len(text))


def _quoted_block(text: str, delimiter: str, line_end: str, width: int) -> Block | None:
    """Every other piece between quotes is inside of them. The others begin and end with a delimiter or a line end, but
    for the block's own ends; one that is empty stands for a doubled quote inside of a cell.
    """
    pieces = text.split('"')
    size = len(text)
    if len(pieces) % 2 == 0:
        if not _cut_behind_last_record(pieces, line_end):
            return None
        if len(pieces) == 1:
            return _plain_block(pieces[0], delimiter, line_end, width)
        size = sum(map(len, pieces)) + len(pieces) - 1
    marks = list(islice((mark for mark in MARKS if mark not in text), 2))
    outside = '"'.join(pieces[::2])
    if len(marks) < 2 or not has_only(line_end, outside):
        return None
    cell_end, record_end = marks
    first, *inner, last = outside.replace(delimiter, cell_end).replace(line_end, record_end).split('"')
    if "" in inner:
        inner = [piece or '"' for piece in inner]
    beside = {*first[-1:], *map(FIRST, inner), *map(LAST, inner), *last[:1]}
    if not beside <= {cell_end, record_end, '"'}:
        return None
    pieces[::2] = [first, *inner, last]
    return _block("".join(pieces), cell_end, record_end, width, size=size)


def _cut_behind_last_record(pieces: list[str], line_end: str) -> bool:
    """Leaves out the record whose last cell is open; False where there is no other."""
    for number in range(len(pieces) - 2, -1, -2):
        at = pieces[number].rfind(line_end)
        if at >= 0:
            pieces[number] = pieces[number][: at + len(line_end)]
            del pieces[number + 1 :]
            return True
    return False


def _block(text: str, cell_end: str, record_end: str, width: int, *, size: int) -> Block | None:
    """`text` has no quote that is not part of a cell."""
    lines = text.split(record_end)
    if text.endswith(record_end):
        lines.pop()
    records = [line.split(cell_end) for line in lines]
    if set(map(len, records)) != {width}:
        return None
    inner_ends = line_breaks(text) if record_end in MARKS and ("\n" in text or "\r" in text) else 0
    return Block(records, size, inner_ends + len(records))
