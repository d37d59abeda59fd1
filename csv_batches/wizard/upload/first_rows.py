"""The first rows of a table for a page: some rows, some columns, and the beginning of each cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from csv_batches.models import CsvBatch

ROWS = 50
COLUMNS = 100
CHARS = 200
"""Of a cell; the page says how many more there are."""

# One look at each row's list, however many columns are shown of it.
_BEGINNINGS = """
SELECT row_index,
       ARRAY(SELECT left(c.cell, %(chars)s)
             FROM jsonb_array_elements_text(payload) WITH ORDINALITY AS c(cell, n)
             WHERE n > %(start)s AND n <= %(end)s ORDER BY n),
       ARRAY(SELECT length(c.cell)
             FROM jsonb_array_elements_text(payload) WITH ORDINALITY AS c(cell, n)
             WHERE n > %(start)s AND n <= %(end)s ORDER BY n)
FROM experiments_queueitem WHERE queue_id = %(batch)s ORDER BY row_index LIMIT %(rows)s
"""


@dataclass(frozen=True)
class Cell:
    """The beginning of a cell; `more` characters are not shown."""

    text: str
    more: int = 0

    @classmethod
    def of_length(cls, text: str, length: int) -> "Cell":
        return cls(text, max(0, length - CHARS))


@dataclass(frozen=True)
class FirstRows:
    """`lines` are (row index, cells). `start` and `end` are the first and last column shown, counted from 1."""

    headings: tuple[str, ...]
    lines: tuple[tuple[int, tuple[Cell, ...]], ...]
    start: int
    end: int
    columns: int

    @property
    def previous_start(self) -> int | None:
        return max(1, self.start - COLUMNS) if self.start > 1 else None

    @property
    def next_start(self) -> int | None:
        return self.end + 1 if self.end < self.columns else None


def _shown_columns(start: int, columns: int) -> tuple[int, int]:
    """The first and last column to show; from the beginning where there is no column `start`."""
    start = start if 1 <= start <= columns else 1
    return start, min(start + COLUMNS - 1, columns)


def of_batch(batch: CsvBatch, start: int = 1) -> FirstRows:
    """Of the stored rows."""
    start, end = _shown_columns(start, len(batch.columns))
    values: dict[str, Any] = {"batch": batch.pk, "start": start - 1, "end": end, "chars": CHARS, "rows": ROWS}
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, values)
        found = cursor.fetchall()
    lines = ((index, tuple(map(Cell.of_length, texts, lengths))) for index, texts, lengths in found)
    return FirstRows(tuple(batch.column_names[start - 1 : end]), tuple(lines), start, end, len(batch.columns))


def of_cells(names: Sequence[str], rows: Iterable[Sequence[str]], start: int = 1) -> FirstRows:
    """Of rows that are not stored yet."""
    start, end = _shown_columns(start, len(names))
    lines = (
        (index, tuple(Cell.of_length(cell[:CHARS], len(cell)) for cell in row[start - 1 : end]))
        for index, row in enumerate(rows)
    )
    return FirstRows(tuple(names[start - 1 : end]), tuple(lines), start, end, len(names))
