"""Workers that die: the batch completes by itself, nothing is lost, nothing is recorded twice."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

import psutil

from experiments.models import Attempt, Run
from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, Worker, eventually

StartWorker = Callable[..., Worker]


def finished_whole(api: Api, run_server: RunServer, batch: str, *, rows: int, in_flight: int) -> None:
    """The check at the end of every test here: all rows final, one result each, few calls repeated, all exported."""
    state = api.wait(batch, timeout_s=90)
    assert (state["status"], state["progress"]["succeeded"]) == ("completed", rows)
    calls = Counter(call["user_message"] for call in run_server.ledger(bodies=False))
    assert len(calls) == rows
    assert sum(calls.values()) - rows <= in_flight
    keys: dict[str, set[str]] = {}
    for call in run_server.ledger(bodies=False):
        keys.setdefault(call["user_message"], set()).add(call["idempotency_key"])
    assert all(len(found) == 1 for found in keys.values())
    assert Attempt.objects.filter(outcome="succeeded").count() == rows
    assert Run.objects.count() == rows
    assert len(from_csv(api.export(batch))) == rows + 1


def busy_batch(api: Api, run_server: RunServer, *, rows: int, concurrency: int, latency_ms: int = 30) -> str:
    run_server.script(latency_ms=latency_ms)
    batch = api.ready(api.network(run_server), numbered(rows), concurrency=concurrency)
    api.run(batch)
    run_server.wait(done=rows // 4)
    return batch


def busiest(worker: Worker) -> psutil.Process:
    """The worker that holds connections to `/run`."""
    return max(worker.pool(), key=lambda process: process.num_threads())


def test_a_killed_worker_costs_only_what_it_had_in_flight(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=300, concurrency=8)
    busiest(worker).kill()
    finished_whole(api, run_server, batch, rows=300, in_flight=8)


def test_a_killed_worker_repeats_at_most_one_row_of_a_sequential_batch(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=100, concurrency=1)
    busiest(worker).kill()
    finished_whole(api, run_server, batch, rows=100, in_flight=1)
    first_calls = list(dict.fromkeys(call["user_message"] for call in run_server.ledger(bodies=False)))
    assert first_calls == [f"row {index}" for index in range(100)]
    assert run_server.stats()["max_in_flight"] == 1


def test_a_killed_group_is_taken_over_by_the_next(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=300, concurrency=8)
    family = worker.children()
    worker.kill_group()
    eventually(lambda: not any(process.is_running() for process in family), what="no orphan left")
    start_worker()
    finished_whole(api, run_server, batch, rows=300, in_flight=8)


def test_children_end_when_only_their_parent_is_killed(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=300, concurrency=8)
    family = worker.children()
    os.kill(worker.pid, signal.SIGKILL)
    eventually(lambda: not any(alive(process) for process in family), timeout_s=30, what="the children end")
    assert api.batch(batch)["progress"]["running"] == 0, "what was in flight was recorded before they ended"
    start_worker()
    finished_whole(api, run_server, batch, rows=300, in_flight=0)


def test_any_child_may_be_killed_the_worker_goes_on(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    run_server.script(latency_ms=20)
    batch = api.ready(api.network(run_server), numbered(1500), concurrency=4)
    api.run(batch)
    run_server.wait(done=50)
    # Idle ones too: their death blocks the queues of the stock cluster for good.
    for process in worker.pool():
        process.kill()
    eventually(lambda: len(worker.children()) >= 6 and len(worker.pool()) >= 5, what="a whole family again")
    sentinel = psutil.Process(worker.pid).children()[0]
    sentinel.kill()
    eventually(lambda: len(worker.children()) >= 6, what="a new sentinel with its family")
    run_server.script(latency_ms=0)
    finished_whole(api, run_server, batch, rows=1500, in_flight=8)


def alive(process: Any) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_sigterm_finishes_what_is_in_flight_and_calls_nothing_twice(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=300, concurrency=8, latency_ms=200)
    assert worker.terminate() == 0
    stopped = run_server.stats()["calls"]
    assert stopped < 300
    assert api.batch(batch)["progress"]["running"] == 0
    start_worker()
    run_server.script(latency_ms=0)
    finished_whole(api, run_server, batch, rows=300, in_flight=0)


def test_sigterm_does_not_wait_for_a_call_that_hangs(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker(WORKER_GRACE_S="2")
    run_server.hold("")
    batch = api.ready(api.network(run_server, timeout_s=300), numbered(4), concurrency=2)
    api.run(batch)
    run_server.wait(held=2)
    assert worker.terminate(timeout_s=10) == 0
    progress = api.batch(batch)["progress"]
    assert (progress["queued"], progress["running"]) == (4, 0)
    assert [row["attempts"] for row in api.rows(batch)] == [0, 0, 0, 0]
    run_server.release()
    start_worker()
    assert api.wait(batch)["progress"]["succeeded"] == 4


def test_rows_that_kill_their_worker_fail_alone(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    worker = start_worker()
    run_server.hold("^row [37]$")
    batch = api.ready(api.network(run_server, timeout_s=600), numbered(40), concurrency=8, max_attempts=2)
    api.run(batch)

    def kill_who_calls_a_poisoned_row() -> dict[str, Any] | None:
        if run_server.stats()["held"]:
            busiest(worker).kill()
        state = api.batch(batch)
        return state if state["status"] == "completed" else None

    state = eventually(kill_who_calls_a_poisoned_row, timeout_s=20 * SHORT_LEASE_S, what="completed")
    assert (state["progress"]["succeeded"], state["progress"]["failed"]) == (38, 2)
    failed = api.rows(batch, status="failed")
    assert [(row["row_index"], row["error_code"]) for row in failed] == [(3, "crashed"), (7, "crashed")]
