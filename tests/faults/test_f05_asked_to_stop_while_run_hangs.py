"""F5: SIGTERM while `/run` hangs."""

import time

from tests.faults.support import StartWorker, assert_whole, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer

GRACE_S = 3


def test_it_does_not_wait_longer_than_its_grace_and_gives_the_rows_back(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker(WORKER_GRACE_S=str(GRACE_S))
    run_server.hold("")
    batch = api.ready(api.network(run_server, timeout_s=300), numbered(4), concurrency=2)
    api.run(batch)
    run_server.wait(held=2)
    asked_at = time.monotonic()
    assert worker.terminate(timeout_s=GRACE_S + 2) == 0
    seen(f"ended after {time.monotonic() - asked_at:.1f} s (at most {GRACE_S + 2})")
    progress = api.batch(batch)["progress"]
    assert (progress["queued"], progress["running"]) == (4, 0)
    assert [row["attempts"] for row in api.rows(batch)] == [0, 0, 0, 0], "given back without being counted"
    run_server.release()
    start_worker()
    assert_whole(api, run_server, batch, rows=4, repeated=2)
