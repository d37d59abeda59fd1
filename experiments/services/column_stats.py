"""What is in the columns of a queue that keeps it as `column_facts`. Cells are counted on the first request."""

from typing import Any

from django.db import connection

from experiments.ingest.column_stats import SAMPLE_CHARS, ColumnStats

SAMPLED_ROWS = 100
_EMPTY = """
SELECT c.n - 1, count(*) FROM experiments_queueitem, jsonb_array_elements_text(payload) WITH ORDINALITY AS c(cell, n)
WHERE queue_id = %s AND c.cell = '' GROUP BY c.n
"""
_BEGINNINGS = """
SELECT ARRAY(SELECT left(c.cell, %s) FROM jsonb_array_elements_text(payload) WITH ORDINALITY AS c(cell, n) ORDER BY n)
FROM experiments_queueitem WHERE queue_id = %s ORDER BY row_index LIMIT %s
"""


def column_stats_of(queue: Any) -> list[dict[str, Any]]:
    """`[{empty, samples}]` in the order of the columns; counted once and then stored with the queue."""
    if len(queue.column_facts) != len(queue.columns):
        queue.column_facts = _count_stored_rows(queue)
        # Not where rows were added meanwhile.
        type(queue).objects.filter(pk=queue.pk, total=queue.total).update(column_facts=queue.column_facts)
    return queue.column_facts


def _count_stored_rows(queue: Any) -> list[dict[str, Any]]:
    stats = ColumnStats(len(queue.columns))
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [SAMPLE_CHARS + 1, queue.pk, SAMPLED_ROWS])
        for (row,) in cursor.fetchall():
            stats.add(row)
        cursor.execute(_EMPTY, [queue.pk])
        empty = dict(cursor.fetchall())
    return [{**column, "empty": empty.get(number, 0)} for number, column in enumerate(stats.listed())]
