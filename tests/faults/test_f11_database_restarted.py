"""F11: PostgreSQL is restarted with `-m immediate` in the middle of a batch."""

import time
from typing import Any

from django.db import connection

from experiments.models import QueueItem
from tests.faults.database import restart_at_once, stopped
from tests.faults.support import StartWorker, assert_whole, busy_batch, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, eventually

BACK_WITHIN_S = 30


def test_it_goes_on_by_itself_and_loses_nothing(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    # What is committed must be on disk here, unlike in the other tests.
    worker = start_worker(PGOPTIONS="-c synchronous_commit=on")
    batch = busy_batch(api, run_server, rows=400, concurrency=8, latency_ms=50)
    restart_at_once()
    back_at = time.monotonic()
    connection.close()
    recorded = _recorded(batch)
    eventually(lambda: _recorded(batch) > recorded, timeout_s=BACK_WITHIN_S, what="results are recorded again")
    seen(f"results again {time.monotonic() - back_at:.1f} s after the database was back (at most {BACK_WITHIN_S})")
    assert_whole(api, run_server, batch, rows=400, repeated=8)
    assert worker.process.poll() is None, "the same worker, without a person"


def test_away_for_longer_than_a_lease_it_costs_no_call_that_is_under_way(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    """Nobody could renew a lease meanwhile: that one has ended does not say that its lane has."""
    start_worker(PGOPTIONS="-c synchronous_commit=on")
    run_server.hold("")
    batch = api.ready(api.network(run_server, timeout_s=120), numbered(100), concurrency=100)
    api.run(batch)
    run_server.wait(held=100)
    with stopped():
        two_leases = time.monotonic() + 2 * SHORT_LEASE_S
        eventually(lambda: time.monotonic() > two_leases, what="two leases")
    run_server.release()
    assert_whole(api, run_server, batch, rows=100, repeated=0)


def _recorded(batch: str) -> Any:
    return QueueItem.objects.filter(queue_id=batch, status="succeeded").count()
