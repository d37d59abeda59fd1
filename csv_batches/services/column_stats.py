"""What is in the columns of rows that did not come out of a file, counted when somebody asks."""

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


def of(batch: CsvBatch) -> list[dict[str, Any]]:
    """`[{empty, samples}]` in the order of the columns; counted once, and kept with the batch."""
    if len(batch.column_facts) != len(batch.columns):
        batch.column_facts = _counted(batch)
        CsvBatch.objects.filter(pk=batch.pk, total=batch.total).update(column_facts=batch.column_facts)
    return batch.column_facts


def _counted(batch: CsvBatch) -> list[dict[str, Any]]:
    facts = ColumnStats(len(batch.columns))
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [SAMPLE_CHARS + 1, batch.pk, SAMPLED_ROWS])
        for (row,) in cursor.fetchall():
            facts.see(row)
        cursor.execute(_EMPTY, [batch.pk])
        empty = dict(cursor.fetchall())
    return [{**found, "empty": empty.get(column, 0)} for column, found in enumerate(facts.listed())]
