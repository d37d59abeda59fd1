"""F8: a worker is stopped (SIGSTOP) for two leases, then continued."""

import time

from experiments.models import Attempt, WorkerProcess
from tests.faults.support import StartWorker, assert_whole, busiest
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, eventually


def test_its_late_result_is_refused(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    run_server.hold("^row 0$")
    batch = api.ready(api.network(run_server, timeout_s=120), numbered(2))
    api.run(batch)
    run_server.wait(held=1)
    stopped = busiest(worker)
    stopped.suspend()
    two_leases = time.monotonic() + 2 * SHORT_LEASE_S
    # Somebody else calls the row again. The answers to both calls leave, only one of them finds a reader.
    run_server.wait(held=2)
    run_server.release(hold="^row 1$")
    eventually(lambda: api.batch(batch)["progress"]["succeeded"] == 1, what="row 0 is recorded")
    # The late result arrives while another row of the batch is in flight: counters alone would not give it away.
    run_server.wait(held=1)
    eventually(lambda: time.monotonic() > two_leases, what="two leases")
    stopped.resume()
    told = WorkerProcess.objects.filter(pid=stopped.pid)
    eventually(lambda: told.get().doing == "idle", what="its lane ends")
    run_server.release()
    assert_whole(api, run_server, batch, rows=2, repeated=1)
    outcomes = Attempt.objects.filter(item__row_index=0).order_by("id").values_list("outcome", flat=True)
    assert list(outcomes) == ["lost", "succeeded"]
