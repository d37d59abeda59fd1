"""Any process of a worker may be killed, idle or busy, in any order: the worker goes on.

In the stock cluster an idle process takes the lock of the queue that it reads along, and all others wait for ever.
"""

import psutil

from experiments.models import WorkerProcess
from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually


def test_while_a_batch_runs(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    run_server.script(latency_ms=20)
    batch = api.ready(api.network(run_server), numbered(1500), concurrency=4)
    api.run(batch)
    run_server.wait(done=50)
    for process in worker.pool():
        process.kill()
    eventually(lambda: is_whole(worker), what="a whole family again")
    psutil.Process(worker.pid).children()[0].kill()
    eventually(lambda: is_whole(worker), what="a new sentinel with its family")
    run_server.script(latency_ms=0)
    assert_whole(api, run_server, batch, rows=1500, repeated=8)


def test_while_nothing_is_to_do(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    # One at a time, so that each dies while it waits for a task and is not just being started.
    for index in range(len(worker.pool())):
        before = set(worker.pool())
        worker.pool()[index].kill()
        eventually(lambda before=before: is_whole(worker) and set(worker.pool()) != before, what="a new one")
    batch = api.ready(api.network(run_server), numbered(20))
    api.run(batch)
    assert_whole(api, run_server, batch, rows=20, repeated=0)
    living = {process.pid for process in worker.children()} | {worker.pid}
    eventually(
        lambda: set(WorkerProcess.objects.values_list("pid", flat=True)) == living, what="a row for each that lives"
    )


def is_whole(worker: Worker) -> bool:
    try:
        return len(worker.children()) >= 6 and len(worker.pool()) >= 5
    except (psutil.NoSuchProcess, IndexError):
        return False
