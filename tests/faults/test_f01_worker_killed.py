"""F1: one worker is killed (-9) in the middle of a call."""

import time

from tests.faults.support import RECOVERY_S, StartWorker, assert_whole, busiest, busy_batch, kill, seen
from tests.support.api import Api
from tests.support.run_server import RunServer


def test_only_what_was_in_flight_is_called_again_and_soon(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=120, concurrency=8)
    killed_at = kill(busiest(worker).pid)
    api.wait(batch, until=["completed"])
    took_s = time.time() - killed_at
    seen(f"done {took_s:.1f} s after the kill (at most {RECOVERY_S:.0f})")
    assert took_s <= RECOVERY_S
    assert_whole(api, run_server, batch, rows=120, repeated=8)


def test_a_sequential_batch_repeats_at_most_one_row_and_keeps_its_order(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=100, concurrency=1)
    kill(busiest(worker).pid)
    assert_whole(api, run_server, batch, rows=100, repeated=1)
    first_calls = list(dict.fromkeys(call["user_message"] for call in run_server.ledger(bodies=False)))
    assert first_calls == [f"row {index}" for index in range(100)]
    assert run_server.stats()["max_in_flight"] == 1
