"""F3: only the parent is killed."""

from tests.faults.support import StartWorker, assert_whole, busy_batch, is_alive, kill
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import eventually


def test_its_children_finish_their_calls_and_end(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=300, concurrency=8)
    family = worker.children()
    kill(worker.pid)
    eventually(lambda: not any(is_alive(process) for process in family), what="the children end")
    assert api.batch(batch)["progress"]["running"] == 0, "what was in flight was recorded before they ended"
    start_worker()
    assert_whole(api, run_server, batch, rows=300, repeated=0)
