"""A call that was lost in a crash is looked up before it is repeated."""

from collections.abc import Callable
from typing import Any

from experiments.models import Attempt, Run, WorkerLease
from tests.faults.support import busiest
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually
from tests.workers.remote.support import config_calls, ready, remote_network

StartWorker = Callable[..., Worker]
LOST = {"rules": [{"match": "^row 1$", "attempts": ["finish_and_hang"]}], "answer_key": "response"}


def calls_of(remote: RunServer, message: str) -> list[dict[str, Any]]:
    return [call for call in remote.ledger() if call["user_message"] == message]


def crash(api: Api, remote: RunServer, start_worker: StartWorker, rows: int = 3) -> str:
    """A worker is killed while the remote has finished row 1 and has not answered."""
    worker = start_worker()
    batch = ready(api, remote_network(api, remote, timeout_s=300), rows=rows)
    api.run(batch)
    eventually(lambda: calls_of(remote, "row 1"), what="the call of row 1")
    busiest(worker).kill()
    return batch


def test_an_answer_that_the_remote_has_is_recorded_and_nothing_called_twice(
    api: Api, remote: RunServer, start_worker: StartWorker
) -> None:
    remote.script(**LOST)
    batch = crash(api, remote, start_worker)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert [len(calls_of(remote, f"row {index}")) for index in range(3)] == [1, 1, 1]
    kept = next(run for run in remote.remote_state()["runs"] if run["item_index"] == 1)
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert row["result_payload"] == kept["response_payload"]["final"]["response"]
    assert row["run_trace_id"] == kept["trace_id"]
    lost, found = row["attempt_log"]
    assert (lost["outcome"], found["outcome"]) == ("lost", "succeeded")
    assert "looked up" in found["detail"]
    assert Run.objects.count() == Attempt.objects.filter(outcome="succeeded").count() == 3
    assert config_calls(remote)[-1] == ("GET", f"/experiments/{batch}/runs")


def test_a_remote_that_cannot_be_asked_is_called_again(api: Api, remote: RunServer, start_worker: StartWorker) -> None:
    remote.script(**LOST)
    batch = crash(api, remote, start_worker)
    fault = {"status": 500, "text": "no"}
    remote.remote(networks=[{"name": "net", "version": 6}], faults={f"GET /experiments/{batch}/runs": fault})
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert ("GET", f"/experiments/{batch}/runs") in config_calls(remote)
    assert len(calls_of(remote, "row 1")) == 2
    assert len({call["idempotency_key"] for call in calls_of(remote, "row 1")}) == 1


def test_the_answer_to_an_earlier_retry_is_not_taken(api: Api, remote: RunServer, start_worker: StartWorker) -> None:
    remote.script(answer_key="response", rules=[{"match": "^row 1$", "attempts": ["ok", "hang"]}])
    worker = start_worker()
    batch = ready(api, remote_network(api, remote, timeout_s=300))
    api.run(batch)
    api.wait(batch)
    before = api.get(f"/csv_batches/{batch}/rows/1")["run_trace_id"]
    eventually(lambda: not WorkerLease.objects.exists(), what="the process that has called it sleeps")
    api.post(f"/csv_batches/{batch}/retry", {"row_indexes": [1], "force": True}, 202)
    eventually(lambda: len(calls_of(remote, "row 1")) == 2, what="the call that will be lost")
    busiest(worker).kill()
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert len(calls_of(remote, "row 1")) == 3
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert row["run_trace_id"] != before
    assert [one["outcome"] for one in row["attempt_log"]] == ["succeeded", "lost", "succeeded"]
