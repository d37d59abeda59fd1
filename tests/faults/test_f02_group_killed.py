"""F2: the whole process group is killed and a new cluster is started."""

import time

from tests.faults.support import RECOVERY_S, StartWorker, assert_whole, busy_batch, is_alive, seen
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import eventually


def test_the_next_cluster_takes_over(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=120, concurrency=8)
    family = worker.children()
    worker.kill_group()
    eventually(lambda: not any(is_alive(process) for process in family), what="no orphan left")
    start_worker()
    up_at = time.monotonic()
    api.wait(batch, until=["completed"])
    took_s = time.monotonic() - up_at
    seen(f"done {took_s:.1f} s after the next cluster was up (at most {RECOVERY_S:.0f})")
    assert took_s <= RECOVERY_S
    assert_whole(api, run_server, batch, rows=120, repeated=8)
