"""What the columns of a queue seem to hold. Hints for people: cells stay text, whatever they look like."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from experiments.core.choices import FieldType
from experiments.models import Queue

CELLS = 20_000
"""That are looked at: a page must not wait for more."""
ROWS = 1000
FEW = 12
"""Different values that make a column one of a set, where it has many rows."""
_HINTS = r"""
SELECT c.n - 1, count(DISTINCT md5(c.cell)), count(*),
       bool_and(c.cell ~ '^-?(0|[1-9][0-9]{0,17})$'),
       bool_and(c.cell ~ '^-?(0|[1-9][0-9]*)([.][0-9]+)?$' AND length(c.cell) < 30),
       bool_and(c.cell IN ('true', 'false')),
       bool_and(c.cell ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
       bool_and(c.cell ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}')
FROM (SELECT payload FROM experiments_queueitem WHERE queue_id = %(queue)s ORDER BY row_index LIMIT %(rows)s) AS first,
     jsonb_array_elements_text(first.payload) WITH ORDINALITY AS c(cell, n)
WHERE c.n > %(start)s AND c.n <= %(end)s AND c.cell <> ''
GROUP BY c.n
"""
_TYPES = (FieldType.INTEGER, FieldType.NUMBER, FieldType.BOOLEAN, FieldType.DATE, FieldType.DATE_TIME)


@dataclass(frozen=True)
class ColumnHint:
    """`distinct` values, without empty ones, in the first `rows` rows."""

    type: FieldType
    is_choice: bool
    distinct: int
    rows: int


def column_hints(queue: Queue, start: int, end: int) -> Mapping[int, ColumnHint]:
    """By number of the column, of those from `start` to before `end`. One of which no cell is filled has none."""
    rows = max(20, min(ROWS, CELLS // max(1, end - start)))
    with connection.cursor() as cursor:
        cursor.execute(_HINTS, {"queue": queue.pk, "rows": rows, "start": start, "end": end})
        found = cursor.fetchall()
    return {
        number: ColumnHint(
            type=next((one for one, fits in zip(_TYPES, fit, strict=True) if fits), FieldType.STRING),
            is_choice=distinct <= FEW and filled >= 4 * distinct and not any(fit),
            distinct=distinct,
            rows=min(rows, queue.total),
        )
        for number, distinct, filled, *fit in found
    }
