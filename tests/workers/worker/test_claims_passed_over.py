"""A round looks each claimed row that it passes over up by its key, whatever is known of the tables."""

import pytest
from django.db import connection

from tests.workers.worker.support import claim, did, keys_of, lease, waiting

pytestmark = pytest.mark.django_db

IN_FLIGHT = 100
_FETCHED = """
SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'experiments_claim'
"""


def fetched() -> int:
    """Claims that this transaction has read."""
    with connection.cursor() as cursor:
        cursor.execute(_FETCHED)
        return int(cursor.fetchone()[0])


def analyze(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")


def test_each_is_read_a_few_times() -> None:
    # As far as is known there are neither: then it seems as good to go through all claims for each row.
    analyze("experiments_queueitem")
    analyze("experiments_claim")
    keys = keys_of(waiting(2 * IN_FLIGHT, concurrency=64), lease_id=lease())
    claim(keys, IN_FLIGHT)
    before = fetched()
    assert len(did(keys, want=1).claimed) == 1
    assert fetched() - before <= 4 * IN_FLIGHT
