"""A sheet of any workbook, row by row: what the readers of XLSX and ODS give, and what a table is made of."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from experiments.ingest.workbook.cell_range import CellRange

Cells = list[tuple[int, str]]
"""The cells that hold something, each with its column, from 0, in their order."""


@dataclass(slots=True)
class SheetFacts:
    """What is odd in a sheet, as far as it was read."""

    declared: CellRange | None = None
    """The cells that are used, as the file says; it may lie."""
    hidden_rows: int = 0
    hidden_columns: int = 0
    merged: int = 0
    """Ranges of cells that are merged."""
    without_value: int = 0
    """Formulas whose result the file does not hold."""
    first_without_value: tuple[int, int] | None = None
    """Row, from 1, and column, from 0."""


Rows = Iterator[tuple[int, int, Cells]]
"""Number of the row, from 1, how many rows are like it, and its cells; rows without any may be left out."""


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    is_visible: bool
    read: Callable[[SheetFacts], Rows] = field(repr=False)
    """Yields the rows and keeps the facts. A generator: close it to release the file early."""
