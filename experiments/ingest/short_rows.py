"""Whether rows that are too short lack their last cells.

Where a delimiter is missing instead, two cells have become one and all behind it stand under the header before theirs.
So filling is right only where that cannot be: where the last cell there is belongs to its column and to none behind.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from experiments.ingest.kinds import Kind, common_kind, kind_of

Row = Sequence[str]
_SHAPED = (Kind.NUMBER, Kind.DATE, Kind.TIME)
"""Of another kind, such as an address, may be what is no longer one cell alone."""
_DIGIT, _DIGITS = re.compile("[0-9]"), re.compile("[0-9]+")


def lack_last_cells(short: Sequence[Row], whole: Sequence[Row]) -> bool:
    """Whether each of the short rows, which were filled to the table's width, is certainly so, judged by others."""
    if not short:
        return True
    if not whole:
        return False
    columns = [_Column(cells) for cells in zip(*whole, strict=True)]
    are_typed = all(column.is_typed for column in columns)
    least = min((one.shortest + other.shortest for one, other in pairwise(columns)), default=0)
    return all(
        _fits(row, columns) and (_ends_in_its_column(row, columns) or (are_typed and max(map(len, row)) < least))
        for row in short
    )


class _Column:
    """Of the rows that have all cells."""

    def __init__(self, cells: Sequence[str]) -> None:
        kinds = list(map(kind_of, cells))
        self.kind = common_kind(kinds)
        self.kinds = set(kinds)
        self.is_typed = self.kind not in (None, Kind.TEXT)
        self.times = Counter(cells)
        self.shapes = set(map(_shape, cells)) if self.kind in _SHAPED else set[str]()
        self.shortest = min(map(len, cells))


def _fits(row: Row, columns: Sequence[_Column]) -> bool:
    """No text is in a column of numbers, dates and the like."""
    typed = [(cell, column) for cell, column in zip(row, columns, strict=True) if column.is_typed]
    return all(kind_of(cell) in (None, column.kind) for cell, column in typed)


def _ends_in_its_column(row: Row, columns: Sequence[_Column]) -> bool:
    """Whether the last cell with a text is of a kind that its column has and none behind it, or a text so."""
    last = max((number for number, cell in enumerate(row) if cell), default=None)
    if last is None:
        return True
    cell, column, behind = row[last], columns[last], columns[last + 1 :]
    if column.is_typed:
        return _shape(cell) in column.shapes and not any(column.kind in other.kinds for other in behind)
    return column.times[cell] > 1 and not any(other.times[cell] for other in behind)


def _shape(cell: str) -> str:
    """With a text behind it (5€, 1.3.2024) a number or a date may be one still, but looks otherwise."""
    return (_DIGITS if kind_of(cell) is Kind.NUMBER else _DIGIT).sub("0", cell)
