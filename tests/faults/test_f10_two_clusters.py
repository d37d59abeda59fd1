"""F10: two clusters, 5,000 rows."""

import time

from tests.faults.support import StartWorker, assert_whole, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer

ROWS = 5000


def test_each_row_is_called_once(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    batch = api.ready(api.network(run_server), numbered(ROWS), concurrency=128)
    start_worker()
    start_worker()
    started_at = time.monotonic()
    api.run(batch)
    assert_whole(api, run_server, batch, rows=ROWS, repeated=0, timeout_s=180)
    seen(f"{time.monotonic() - started_at:.0f} s with two clusters")
    assert run_server.stats()["calls"] == ROWS
    assert run_server.stats()["max_in_flight"] <= 128
