"""The first rows of a table for a page: some rows, some columns, and the beginning of each cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from experiments.services.column_stats import column_stats_of
from experiments.web.column_look import ColumnLook, column_looks

ROWS = 50
COLUMNS = 100
ROW_WIDTH, NARROWEST, WIDEST, PADDING, TYPE_WIDTH = 52, 128, 320, 10, 24  # pixels
CHAR_WIDTH = 7.0
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
FROM experiments_queueitem WHERE queue_id = %(queue)s ORDER BY row_index LIMIT %(rows)s
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
class Head:
    """Of a column: `width` in pixels, how many cells are `empty`, and what it seems to hold."""

    name: str
    width: int
    empty: int = 0
    look: ColumnLook | None = None


@dataclass(frozen=True)
class FirstRows:
    """`lines` are (row index, cells). `start` and `end` are the first and last column shown, counted from 1."""

    heads: tuple[Head, ...]
    lines: tuple[tuple[int, tuple[Cell, ...]], ...]
    start: int
    end: int
    columns: int

    @property
    def width(self) -> int:
        return ROW_WIDTH + sum(head.width for head in self.heads)

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


def of_queue(queue: Any, start: int = 1) -> FirstRows:
    """Of the stored rows."""
    start, end = _shown_columns(start, len(queue.columns))
    values: dict[str, Any] = {"queue": queue.pk, "start": start - 1, "end": end, "chars": CHARS, "rows": ROWS}
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, values)
        found = cursor.fetchall()
    lines = tuple((index, tuple(map(Cell.of_length, texts, lengths))) for index, texts, lengths in found)
    looks, stats = column_looks(queue, start - 1, end), column_stats_of(queue)
    heads = tuple(
        Head(name, _width(name, lines, at), stats[start - 1 + at]["empty"], looks.get(start - 1 + at))
        for at, name in enumerate(queue.column_names[start - 1 : end])
    )
    return FirstRows(heads, lines, start, end, len(queue.columns))


def of_cells(names: Sequence[str], rows: Iterable[Sequence[str]], start: int = 1) -> FirstRows:
    """Of rows that are not stored yet."""
    start, end = _shown_columns(start, len(names))
    lines = tuple(
        (index, tuple(Cell.of_length(cell[:CHARS], len(cell)) for cell in row[start - 1 : end]))
        for index, row in enumerate(rows)
    )
    heads = tuple(Head(name, _width(name, lines, at)) for at, name in enumerate(names[start - 1 : end]))
    return FirstRows(heads, lines, start, end, len(names))


def _width(name: str, lines: Sequence[tuple[int, Sequence[Cell]]], at: int) -> int:
    """Room for the name, and for the cells as far as most people look."""
    longest = max((len(line[at].text) for _, line in lines if at < len(line)), default=0)
    wanted = max(CHAR_WIDTH * longest + 2 * PADDING, CHAR_WIDTH * len(name) + 2 * PADDING + TYPE_WIDTH)
    return min(max(NARROWEST, round(wanted)), WIDEST)
