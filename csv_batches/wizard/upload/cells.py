"""A part of a table as a page shows it: some rows, some columns, and of each cell the beginning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from csv_batches.models import CsvBatch

ROWS = 50
COLUMNS = 100
CHARS = 200
"""Of a cell; how much more there is stands behind it."""

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
    """`more` characters are not shown."""

    text: str
    more: int = 0


@dataclass(frozen=True)
class Part:
    """Lines are (row index, cells). Columns are counted from 1; `start` and `end` are the first and last one shown."""

    headings: tuple[str, ...]
    lines: tuple[tuple[int, tuple[Cell, ...]], ...]
    start: int
    end: int
    columns: int

    @property
    def before(self) -> int | None:
        return max(1, self.start - COLUMNS) if self.start > 1 else None

    @property
    def after(self) -> int | None:
        return self.end + 1 if self.end < self.columns else None


def of_batch(batch: CsvBatch, start: int = 1) -> Part:
    """Of the stored rows the first ones."""
    start = _within(start, len(batch.columns))
    end = min(start + COLUMNS - 1, len(batch.columns))
    asked: dict[str, Any] = {"batch": batch.pk, "start": start - 1, "end": end, "chars": CHARS, "rows": ROWS}
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, asked)
        found = cursor.fetchall()
    lines = ((index, tuple(map(_cell, texts, lengths))) for index, texts, lengths in found)
    return Part(tuple(batch.column_names[start - 1 : end]), tuple(lines), start, end, len(batch.columns))


def of_rows(names: Sequence[str], rows: Iterable[Sequence[str]], start: int = 1) -> Part:
    """Of rows that are not stored yet."""
    start = _within(start, len(names))
    end = min(start + COLUMNS - 1, len(names))
    lines = (
        (index, tuple(_cell(cell[:CHARS], len(cell)) for cell in row[start - 1 : end]))
        for index, row in enumerate(rows)
    )
    return Part(tuple(names[start - 1 : end]), tuple(lines), start, end, len(names))


def _within(start: int, columns: int) -> int:
    return start if 1 <= start <= columns else 1


def _cell(text: str, length: int) -> Cell:
    return Cell(text, max(0, length - CHARS))
