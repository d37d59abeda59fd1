"""F29: many failed rows of a batch are retried while calls of the same batch are in flight."""

import time

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Attempt, QueueItem
from tests.faults.support import StartWorker, repeated_calls, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, eventually

pytestmark = pytest.mark.slow
WIDTH = 128


def with_failed_rows(api: Api, network: str, *, rows: int) -> str:
    """A draft of so many rows, all of which have failed but the first few, as if they had been called."""
    batch = api.ready(network, numbered(rows), concurrency=WIDTH, max_attempts=1)
    failed = QueueItem.objects.filter(queue_id=batch, row_index__gte=WIDTH).update(
        status="failed", attempts=1, error_code="server_error", error_message="HTTP 500", completed_at=timezone.now()
    )
    CsvBatch.objects.filter(pk=batch).update(queued=rows - failed, failed=failed)
    return batch


@pytest.mark.parametrize("rows", [300_000, 1_000_000])
def test_calls_in_flight_keep_their_leases_and_their_answers_are_taken(
    api: Api, run_server: RunServer, start_worker: StartWorker, rows: int
) -> None:
    failed = rows - WIDTH
    run_server.hold("")
    batch = with_failed_rows(api, api.network(run_server, timeout_s=600), rows=rows)
    start_worker()
    api.run(batch)
    run_server.wait(held=WIDTH)

    asked_at = time.monotonic()
    assert api.post(f"/csv_batches/{batch}/retry", {}, 202) == {"requeued": failed}
    answered_s = time.monotonic() - asked_at
    eventually(lambda: api.batch(batch)["progress"]["queued"] == failed, timeout_s=120, what="all wait again")
    seen(f"{failed:,} rows retried: answered after {answered_s:.1f} s, done after {time.monotonic() - asked_at:.1f} s")
    # A lease that was not renewed meanwhile would end within that time.
    a_lease_later = time.monotonic() + SHORT_LEASE_S + 2
    eventually(lambda: time.monotonic() > a_lease_later, what="a lease")
    stats = run_server.stats()
    assert (stats["in_flight"], stats["calls"], stats["left"]) == (WIDTH, WIDTH, 0)

    api.post(f"/csv_batches/{batch}/pause", want=202)
    run_server.release()
    eventually(lambda: api.batch(batch)["progress"]["running"] == 0, what="what was in flight is recorded")
    progress = api.batch(batch)["progress"]
    assert (progress["succeeded"], progress["failed"], progress["queued"]) == (WIDTH, 0, failed)
    assert run_server.stats()["calls"] == WIDTH
    assert repeated_calls(run_server) == []
    outcomes = Attempt.objects.filter(item__queue_id=batch).values_list("outcome", flat=True)
    assert list(outcomes) == ["succeeded"] * WIDTH
    again = QueueItem.objects.filter(queue_id=batch, row_index__gte=WIDTH, status="queued", generation=2, attempts=0)
    assert again.count() == failed
