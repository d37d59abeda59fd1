"""What is in the columns of a batch. Rows that did not come from a file are counted on the first request."""

from typing import Any

from django.db import connection

from csv_batches.models import CsvBatch
from csv_batches.rules.column_stats import SAMPLE_CHARS, ColumnStats

SAMPLED_ROWS = 100
_EMPTY = """
SELECT c.n - 1, count(*) FROM experiments_queueitem, jsonb_array_elements_text(payload) WITH ORDINALITY AS c(cell, n)
WHERE queue_id = %s AND c.cell = '' GROUP BY c.n
"""
_BEGINNINGS = """
SELECT ARRAY(SELECT left(c.cell, %s) FROM jsonb_array_elements_text(payload) WITH ORDINALITY AS c(cell, n) ORDER BY n)
FROM experiments_queueitem WHERE queue_id = %s ORDER BY row_index LIMIT %s
"""


def column_stats_of(batch: CsvBatch) -> list[dict[str, Any]]:
    """`[{empty, samples}]` in the order of the columns; counted once and then stored with the batch."""
    if len(batch.column_facts) != len(batch.columns):
        batch.column_facts = _count_stored_rows(batch)
        # Not where rows were added meanwhile.
        CsvBatch.objects.filter(pk=batch.pk, total=batch.total).update(column_facts=batch.column_facts)
    return batch.column_facts


def _count_stored_rows(batch: CsvBatch) -> list[dict[str, Any]]:
    stats = ColumnStats(len(batch.columns))
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [SAMPLE_CHARS + 1, batch.pk, SAMPLED_ROWS])
        for (row,) in cursor.fetchall():
            stats.add(row)
        cursor.execute(_EMPTY, [batch.pk])
        empty = dict(cursor.fetchall())
    return [{**column, "empty": empty.get(number, 0)} for number, column in enumerate(stats.listed())]
