"""Rows that would be sent although all their used cells are empty."""

from django.db import connection

from csv_batches.models import CsvBatch
from csv_batches.selectors.used_columns import used_positions
from experiments.selectors import cached_counts

AT_ONCE = 50_000
"""Rows that can be counted while somebody waits for the page."""

_EMPTY = """
SELECT count(*) FROM experiments_queueitem
WHERE queue_id = %(queue)s AND payload ->> %(first)s = ''
  AND NOT EXISTS (SELECT 1 FROM unnest(%(rest)s::int[]) AS position WHERE payload ->> position <> '')
"""


def is_quick(batch: CsvBatch) -> bool:
    return batch.total <= AT_ONCE


def count(batch: CsvBatch) -> int:
    """Rows whose used columns are all empty texts; 0 where no column is used."""
    used = used_positions(batch.columns, batch.prompt_template)
    if not used:
        return 0

    def counted() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_EMPTY, {"queue": batch.pk, "first": used[0], "rest": used[1:]})
            found: int = cursor.fetchone()[0]
        return found

    version = (batch.source_sha256, batch.total, tuple(used))
    return cached_counts.cached(f"empty.{batch.pk}", rows=batch.total, version=version, compute=counted)
