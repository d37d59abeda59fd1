"""`/metrics` reads counters, and of each running batch its first and its last row that waits."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.plans.support import copies, large_batch, reads
from tests.support.once import made_once

pytestmark = pytest.mark.django_db
BATCHES = 20


def made() -> CsvBatch:
    batch = large_batch()
    copies(batch, BATCHES - 1)
    CsvBatch.objects.update(status="running")
    return batch


@pytest.fixture(scope="module")
def batch(django_db_setup: None, django_db_blocker: Any) -> Iterator[CsvBatch]:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # An index still leads to the rows that other tests took back, and a plan counts these too.
        cursor.execute("VACUUM experiments_queue")
    yield from made_once(made, django_db_blocker)


def test_it_reads_about_as_many_rows_as_there_are_batches(batch: CsvBatch) -> None:
    with reads() as seen:
        assert Client().get("/metrics").status_code == 200
    assert 0 < seen.most <= 2 * BATCHES, seen.sql
