"""F29: a batch of many rows is deleted, by a person and by retention, while calls of another are in flight."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.core.choices import QueueStatus
from experiments.models import Attempt, Queue, QueueItem, Run
from experiments.services import retention
from experiments.worker.sweeper import RETENTION_ROWS
from tests.faults.support import StartWorker, repeated_calls, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, eventually

pytestmark = pytest.mark.slow
WIDTH = 128
_ATTEMPTS = """
INSERT INTO experiments_attempt (item_id, generation, attempt, http_status, outcome)
SELECT id, 1, 1, 200, 'succeeded' FROM experiments_queueitem WHERE queue_id = %s
"""
_RUNS = """
INSERT INTO experiments_run (trace_id, network_id, owner_id, item_id, agent_key, status, request, final, execution_log,
                             usage, created_at)
SELECT 'trace-' || i.id, q.network_id, q.created_by_id, i.id, '', 'ok', '{"user_message": "row"}', '{}', '[]', '{}',
       now()
FROM experiments_queueitem i JOIN experiments_queue q ON q.id = i.queue_id WHERE q.id = %s
"""


def finished(api: Api, network: str, *, rows: int, days_ago: int) -> str:
    """A batch of so many rows, each with its attempt and its run, as if they had been called some time ago."""
    batch = api.ready(network, numbered(rows))
    QueueItem.objects.filter(queue_id=batch).update(
        status="succeeded", attempts=1, result_payload={"topic": "x", "score": 1}, completed_at=timezone.now()
    )
    CsvBatch.objects.filter(pk=batch).update(
        status=QueueStatus.COMPLETED,
        queued=0,
        succeeded=rows,
        started_at=timezone.now() - timedelta(days=days_ago),
        completed_at=timezone.now() - timedelta(days=days_ago),
    )
    with connection.cursor() as cursor:
        cursor.execute(_ATTEMPTS, [batch])
        cursor.execute(_RUNS, [batch])
    return batch


@pytest.fixture
def in_flight(api: Api, run_server: RunServer, start_worker: StartWorker) -> Iterator[Callable[[], str]]:
    """Starts a batch of which `WIDTH` calls are held; at the end each of them was made once and is recorded."""
    started: list[str] = []

    def start() -> str:
        run_server.hold("")
        batch = api.ready(api.network(run_server, timeout_s=600, name="calls"), numbered(WIDTH), concurrency=WIDTH)
        start_worker()
        api.run(batch)
        run_server.wait(held=WIDTH)
        started.append(batch)
        return batch

    yield start
    # A lease that was not renewed meanwhile would end within that time.
    a_lease_later = time.monotonic() + SHORT_LEASE_S + 2
    eventually(lambda: time.monotonic() > a_lease_later, what="a lease")
    stats = run_server.stats()
    assert (stats["in_flight"], stats["calls"], stats["left"]) == (WIDTH, WIDTH, 0)
    run_server.release()
    [batch] = started
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == WIDTH
    assert repeated_calls(run_server) == []
    outcomes = Attempt.objects.filter(item__queue_id=batch).values_list("outcome", flat=True)
    assert list(outcomes) == ["succeeded"] * WIDTH


@pytest.mark.parametrize("rows", [100_000, 1_000_000])
def test_a_person_deletes_it_it_is_gone_at_once_and_its_rows_soon_after(
    api: Api, in_flight: Callable[[], str], rows: int
) -> None:
    large = finished(api, api.network(None, name="old"), rows=rows, days_ago=1)
    other = in_flight()
    asked_at = time.monotonic()
    api.delete(f"/csv_batches/{large}")
    answered_s = time.monotonic() - asked_at
    assert QueueItem.objects.filter(queue_id=large).exists(), "the request deletes them itself"
    api.get(f"/csv_batches/{large}", want=404)
    eventually(lambda: not Queue.objects.filter(pk=large).exists(), timeout_s=600, what="all of it is deleted")
    seen(f"{rows:,} rows deleted: answered after {answered_s:.2f} s, gone after {time.monotonic() - asked_at:.0f} s")
    assert not QueueItem.objects.exclude(queue_id=other).exists()
    assert not Run.objects.exclude(item__queue_id=other).exists()


@pytest.mark.parametrize("rows", [100_000, 1_000_000])
def test_retention_takes_its_source_and_then_all_of_it(api: Api, in_flight: Callable[[], str], rows: int) -> None:
    large = finished(api, api.network(None, name="old"), rows=rows, days_ago=9)
    in_flight()
    begun, removed, parts = time.monotonic(), 0, 0
    while count := retention.remove_sources(days=7, rows=RETENTION_ROWS):
        removed, parts = removed + count, parts + 1
    seen(f"sources of {removed:,} rows removed in {parts} parts, {time.monotonic() - begun:.0f} s")
    assert removed == rows
    assert not QueueItem.objects.filter(queue_id=large).exclude(payload=["", ""]).exists()
    begun = time.monotonic()
    assert retention.delete_finished(days=7, rows=RETENTION_ROWS) == 1
    marked_s = time.monotonic() - begun
    assert QueueItem.objects.filter(queue_id=large).exists(), "whoever sweeps deletes them itself"
    eventually(lambda: not Queue.objects.filter(pk=large).exists(), timeout_s=600, what="a worker deletes it")
    seen(f"{rows:,} rows marked in {marked_s:.2f} s, deleted within {time.monotonic() - begun:.0f} s")


def test_of_many_that_are_due_those_that_are_retried_meanwhile_stay_whole(
    api: Api, in_flight: Callable[[], str]
) -> None:
    network = api.network(None, name="old")
    due = [finished(api, network, rows=60, days_ago=9) for _ in range(40)]
    for batch in due:
        QueueItem.objects.filter(queue_id=batch).update(status="failed", error_code="timeout")
    Queue.objects.filter(pk__in=due).update(succeeded=0, failed=60)
    in_flight()

    def delete_finished() -> int:
        try:
            return retention.delete_finished(days=7)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        deleting = threads.submit(delete_finished)
        # From the other end: they meet somewhere.
        answers = {batch: api.client.post(f"/api/csv_batches/{batch}/retry").status_code for batch in reversed(due)}
        deleted = deleting.result(300)
    kept = [batch for batch, status in answers.items() if status == 202]
    seen(f"{len(kept)} retried, {deleted} deleted of {len(due)}")
    assert deleted == len(due) - len(kept)
    assert {str(key) for key in Queue.objects.filter(pk__in=due).values_list("pk", flat=True)} == set(kept)
    assert QueueItem.objects.filter(queue_id__in=due).count() == 60 * len(kept)
