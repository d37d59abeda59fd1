"""Rows that a worker holds ready but has not sent: none of them is called once it should stop, and none is counted."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

StartWorker = Callable[..., Worker]
LATENCY_MS = 60
WITHIN_S = 1.0
ROWS_OF = {1: 75, 16: 1_000}
"""Rows of a batch, by its concurrency: more than are done before it is told to stop."""
CONCURRENCIES = pytest.mark.parametrize("concurrency", list(ROWS_OF))


def under_way(api: Api, run_server: RunServer, concurrency: int, **values: Any) -> str:
    run_server.script(latency_ms=LATENCY_MS)
    batch = api.ready(api.network(run_server), numbered(ROWS_OF[concurrency]), concurrency=concurrency, **values)
    api.run(batch)
    run_server.wait(done=10 * concurrency)
    return batch


def assert_stopped(api: Api, run_server: RunServer, batch: str, *, since: float) -> None:
    """No call began later than a second after that, and what was not sent is as if nobody had taken it."""
    eventually(lambda: api.batch(batch)["progress"]["running"] == 0, what="nothing in flight")
    eventually(lambda: time.time() > since + WITHIN_S + 1, what="calls that must not come have had time to come")
    calls = run_server.ledger(bodies=False)
    last_s = max(call["started"] for call in calls) - since
    print(f"seen: the last call began {last_s:+.2f} s (at most +{WITHIN_S:.0f})")
    assert last_s <= WITHIN_S
    assert {call["status"] for call in calls} == {200}, "none was torn"
    progress = api.batch(batch)["progress"]
    assert (progress["running"], progress["succeeded"], progress["calls"]) == (0, len(calls), len(calls))
    assert progress["queued"] == progress["total"] - len(calls) > 0
    waiting = api.rows(batch, status="queued")
    assert {row["attempts"] for row in waiting} == {0}
    assert not {call["user_message"] for call in calls} & {f"row {row['row_index']}" for row in waiting}
    # No trace of having been taken is left in the row's log either.
    for row in (waiting[0], waiting[-1]):
        assert api.get(f"/csv_batches/{batch}/rows/{row['row_index']}")["attempt_log"] == []


def assert_goes_on(api: Api, run_server: RunServer, batch: str, concurrency: int) -> None:
    """To its end, with one call a row, and in row order where there is one call at a time."""
    rows = ROWS_OF[concurrency]
    state = api.wait(batch, until=["completed"])
    assert (state["progress"]["succeeded"], state["progress"]["calls"]) == (rows, rows)
    messages = [call["user_message"] for call in run_server.ledger(bodies=False)]
    expected = [f"row {index}" for index in range(rows)]
    assert (messages if concurrency == 1 else sorted(messages)) == (expected if concurrency == 1 else sorted(expected))
    assert run_server.stats()["max_in_flight"] <= concurrency


@CONCURRENCIES
@pytest.mark.parametrize("order", ["pause", "cancel"])
def test_pause_and_cancel_take_effect_within_a_second(
    api: Api, run_server: RunServer, worker: Worker, order: str, concurrency: int
) -> None:
    batch = under_way(api, run_server, concurrency)
    api.post(f"/csv_batches/{batch}/{order}", want=202)
    assert_stopped(api, run_server, batch, since=time.time())
    run_server.script(latency_ms=2)
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert_goes_on(api, run_server, batch, concurrency)


@CONCURRENCIES
def test_so_does_a_signal_to_stop(api: Api, run_server: RunServer, start_worker: StartWorker, concurrency: int) -> None:
    worker = start_worker()
    batch = under_way(api, run_server, concurrency)
    asked_at = time.time()
    assert worker.terminate() == 0
    assert_stopped(api, run_server, batch, since=asked_at)
    run_server.script(latency_ms=2)
    start_worker()
    assert_goes_on(api, run_server, batch, concurrency)


def test_so_does_a_narrower_concurrency(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = under_way(api, run_server, 16)
    api.patch(f"/csv_batches/{batch}", {"concurrency": 2})
    narrowed_at = time.time()
    eventually(lambda: time.time() > narrowed_at + WITHIN_S, what="a second")
    run_server.hold("")
    run_server.wait(held=2)
    a_second_later = time.monotonic() + 1
    eventually(lambda: time.monotonic() > a_second_later, what="a third has had time to come")
    assert run_server.stats()["in_flight"] == 2
    api.post(f"/csv_batches/{batch}/cancel", want=202)
    run_server.release()


def test_a_worker_that_dies_repeats_nothing_that_it_had_not_sent(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    run_server.hold("")
    batch = api.ready(api.network(run_server, timeout_s=120), numbered(40), concurrency=4, max_attempts=1)
    worker = start_worker()
    api.run(batch)
    run_server.wait(held=4)
    os.killpg(worker.pid, signal.SIGKILL)
    run_server.release()
    start_worker()
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 40
    messages = [call["user_message"] for call in run_server.ledger(bodies=False)]
    assert sorted(set(messages)) == sorted(f"row {index}" for index in range(40))
    assert len(messages) == 40 + 4


@pytest.mark.parametrize(("concurrency", "latency_ms", "max_calls"), [(300, 0, 500), (1, 0, 37), (64, 5, 301)])
def test_the_limit_of_calls_is_exact_with_four_processes(
    api: Api, run_server: RunServer, start_worker: StartWorker, concurrency: int, latency_ms: int, max_calls: int
) -> None:
    run_server.script(latency_ms=latency_ms)
    rows = 3 * max_calls
    batch = api.ready(api.network(run_server), numbered(rows), concurrency=concurrency, max_calls=max_calls)
    start_worker(WORKERS="4")
    api.run(batch)
    state = api.rest(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "cap_calls")
    assert run_server.stats()["calls"] == max_calls
    progress = state["progress"]
    assert (progress["calls"], progress["succeeded"], progress["queued"]) == (max_calls, max_calls, rows - max_calls)
    assert {row["attempts"] for row in api.rows(batch, status="queued")} == {0}
