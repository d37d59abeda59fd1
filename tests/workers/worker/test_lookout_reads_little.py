"""Whether a queue needs somebody is asked every second, so it must not read all rows that wait."""

import pytest
from django.db import connection

from csv_batches.models import CsvBatch
from experiments.services import bulk_insert
from experiments.worker import lookout
from tests.integration.web.support import batch_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_worker")]

ROWS = 3_000
FEW = 100
READ = """
SELECT seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid)
FROM pg_stat_user_tables t WHERE relname = 'experiments_queueitem'
"""


def waiting(rows: int) -> CsvBatch:
    """A batch that runs, with so many rows that wait."""
    batch = batch_of("ann", concurrency=8)
    bulk_insert.copy_in(queue=batch, rows=((index, ["a", "b", "c"]) for index in range(rows)))
    bulk_insert.set_total(queue=batch, total=rows)
    return batch


def rows_read() -> int:
    """Of the table of rows, so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def test_one_row_that_waits_is_enough() -> None:
    for _ in range(3):
        waiting(ROWS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE experiments_queueitem")
    before = rows_read()
    assert lookout.somebody_is_needed()
    assert not lookout.has_suspects()
    assert rows_read() - before < FEW
