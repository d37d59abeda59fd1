"""A thousand calls of half a minute, all in flight at once, from two processes."""

import pytest

from tests.faults.support import StartWorker, assert_whole, seen
from tests.faults.watch import MemoryWatch
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer

pytestmark = pytest.mark.slow
CALLS, LATENCY_S = 1_000, 30
MOST_MB = 200


def test_they_fit_and_are_all_recorded(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    run_server.script(latency_ms=LATENCY_S * 1000)
    network = api.network(run_server, timeout_s=4 * LATENCY_S, max_concurrency=CALLS)
    batch = api.ready(network, numbered(CALLS), concurrency=CALLS)
    worker = start_worker(WORKERS="2")
    with MemoryWatch(worker) as memory:
        api.run(batch)
        run_server.wait(in_flight=CALLS, timeout_s=LATENCY_S)
        state = assert_whole(api, run_server, batch, rows=CALLS, repeated=0)
    assert state["progress"]["calls"] == CALLS
    seen(f"{CALLS} calls in flight from two processes: at most {memory.most_mb:.0f} MB in one (allowed {MOST_MB})")
    assert memory.most_mb <= MOST_MB
