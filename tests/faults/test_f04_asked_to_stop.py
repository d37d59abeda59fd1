"""F4: SIGTERM in the middle of a batch."""

import os
import signal
import time

import pytest

from tests.faults.support import StartWorker, assert_whole, busy_batch, seen
from tests.support.api import Api
from tests.support.run_server import RunServer

GRACE_S = 5


def test_it_finishes_what_is_in_flight_and_calls_nothing_more(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker(WORKER_GRACE_S=str(GRACE_S))
    batch = busy_batch(api, run_server, rows=300, concurrency=8, latency_ms=200)
    asked_at = time.time()
    assert worker.terminate(timeout_s=GRACE_S + 2) == 0
    took_s = time.time() - asked_at
    calls = run_server.ledger(bodies=False)
    last_s = max(call["started"] for call in calls) - asked_at
    seen(f"ended after {took_s:.1f} s (at most {GRACE_S + 2}), the last call began {last_s:+.2f} s (at most +1)")
    assert last_s <= 1
    assert all(call["status"] == 200 for call in calls), "none was torn"
    assert len(calls) < 300
    assert api.batch(batch)["progress"]["running"] == 0
    start_worker()
    run_server.script(latency_ms=0)
    assert_whole(api, run_server, batch, rows=300, repeated=0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_tears_no_call_either(
    api: Api, run_server: RunServer, start_worker: StartWorker, number: signal.Signals
) -> None:
    """As a terminal sends it, or a service manager that does not know which process is the main one."""
    worker = start_worker(WORKER_GRACE_S=str(GRACE_S))
    batch = busy_batch(api, run_server, rows=100, concurrency=8, latency_ms=200)
    os.killpg(worker.pid, number)
    assert worker.process.wait(GRACE_S + 2) == 0
    assert all(call["status"] == 200 for call in run_server.ledger(bodies=False))
    start_worker()
    run_server.script(latency_ms=0)
    assert_whole(api, run_server, batch, rows=100, repeated=0)
