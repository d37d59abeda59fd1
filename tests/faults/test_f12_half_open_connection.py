"""F12: half-open database connections: something in the middle takes bytes and passes none on."""

import time

import pytest

from experiments.models import Attempt, QueueItem
from tests.faults.proxy import Proxy
from tests.faults.support import StartWorker, assert_whole, busy_batch, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually

pytestmark = pytest.mark.slow
NOTICED_S = 30


def test_the_worker_notices_within_30_s_and_goes_on_by_itself(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    with Proxy() as proxy:
        # The site's own lease: how soon silence is noticed depends on it.
        worker = start_worker(DATABASE_URL=proxy.url, LEASE_S="30")
        batch = busy_batch(api, run_server, rows=200, concurrency=4, latency_ms=100)
        assert proxy.swallow() >= 3
        swallowed_at = time.monotonic()
        done = _succeeded(batch)
        # A commit that was under way counts as one of those from before.
        eventually(lambda: _succeeded(batch) > done + 4, timeout_s=NOTICED_S + 2, what="results again")
        seen(f"results again {time.monotonic() - swallowed_at:.1f} s after the connections died")
        assert_whole(api, run_server, batch, rows=200, repeated=4)
        assert worker.process.poll() is None


def test_rows_of_a_worker_that_is_cut_off_go_to_another(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    """The one that is cut off keeps a transaction open in the server, with the queue's row locked in it perhaps."""
    with Proxy() as proxy:
        start_worker(DATABASE_URL=proxy.url)
        run_server.hold("^row [0-3]$")
        batch = api.ready(api.network(run_server, timeout_s=120), numbered(40), concurrency=4)
        api.run(batch)
        run_server.wait(held=4)
        start_worker()
        proxy.swallow()
        swallowed_at = time.monotonic()
        reclaimed = Attempt.objects.filter(item__queue_id=batch, outcome="lost")
        eventually(lambda: reclaimed.count() == 4, timeout_s=NOTICED_S, what="its rows are reclaimed")
        seen(f"rows of the worker that was cut off reclaimed after {time.monotonic() - swallowed_at:.1f} s")
        run_server.release()
        assert_whole(api, run_server, batch, rows=40, repeated=4)


def _succeeded(batch: str) -> int:
    return QueueItem.objects.filter(queue_id=batch, status="succeeded").count()
