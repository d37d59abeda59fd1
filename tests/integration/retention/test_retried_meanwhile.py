"""A batch that somebody takes up again while retention looks at it stays, whole."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from experiments.models import Queue, QueueItem
from experiments.services import retention
from tests.integration.retention.support import finished
from tests.support.api import Api
from tests.support.worker import eventually, side_connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_worker")]

RETRIED = """
UPDATE experiments_queue SET status = 'running', completed_at = NULL, queued = failed, failed = 0 WHERE id = %s
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def delete_finished() -> int:
    try:
        return retention.delete_finished(days=1)
    finally:
        connection.close()


@contextmanager
def retention_that_waits(other: Any) -> Iterator[Any]:
    """Retention has seen the batch as finished, and waits for the transaction of `other` that has its row."""
    with ThreadPoolExecutor(1) as threads, side_connection() as watch:
        watch.autocommit = True
        deleting = threads.submit(delete_finished)
        try:
            eventually(lambda: watch.execute(WAITING).fetchone()[0], what="retention waits for the batch")
            yield deleting
        finally:
            other.rollback()


def test_one_that_is_retried_just_now_is_not_deleted(api: Api) -> None:
    batch = finished(api, days_ago=2)
    with side_connection() as other:
        other.execute(RETRIED, [batch])
        with retention_that_waits(other) as deleting:
            other.commit()
            assert deleting.result(30) == 0
    assert api.batch(batch)["status"] == "running"
    assert QueueItem.objects.filter(queue_id=batch).count() == 3


def test_one_whose_retry_was_taken_back_is_deleted(api: Api) -> None:
    batch = finished(api, days_ago=2)
    with side_connection() as other:
        other.execute(RETRIED, [batch])
        with retention_that_waits(other) as deleting:
            other.rollback()
            assert deleting.result(30) == 1
    assert not Queue.objects.filter(pk=batch).exists()


def test_those_after_it_are_deleted_all_the_same(api: Api) -> None:
    batch, later = finished(api, days_ago=3), finished(api, days_ago=2)
    with side_connection() as other:
        other.execute(RETRIED, [batch])
        with retention_that_waits(other) as deleting:
            other.commit()
            assert deleting.result(30) == 1
    assert [str(key) for key in Queue.objects.values_list("pk", flat=True)] == [batch]
    assert not QueueItem.objects.filter(queue_id=later).exists()
