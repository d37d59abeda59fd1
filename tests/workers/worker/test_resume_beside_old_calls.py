"""After a pause by the system one row goes first, also while calls from before the pause still run."""

import time
from typing import Any

import pytest

from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

CALLED_WITHIN_S = 1.5
REFUSED = {"do": "status", "status": 401}


def paused_beside_a_call(api: Api, run_server: RunServer, **values: Any) -> str:
    """A batch that the system paused, while the call of row 0 is still under way."""
    run_server.script(hold="^row 0$", rules=[{"match": "^row 0$", "attempts": ["ok"]}], default=REFUSED)
    batch = api.ready(api.network(run_server, timeout_s=120), numbered(40), concurrency=4, **values)
    api.run(batch)
    assert api.wait(batch, until=["paused"])["pause_reason"]["code"] == "unauthorized"
    eventually(lambda: run_server.stats()["in_flight"] == 1, what="only the call of row 0 is left")
    eventually(lambda: api.batch(batch)["progress"]["running"] == 1, what="and that is known")
    return batch


def first_call_after(run_server: RunServer, calls: int) -> float:
    """When the first one after so many calls began."""
    run_server.wait(calls=calls + 1)
    return float(run_server.ledger(bodies=False)[calls]["started"])


def test_a_row_is_called_at_once_and_alone_and_then_the_others(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = paused_beside_a_call(api, run_server)
    run_server.script()
    run_server.hold("")
    before = run_server.stats()["calls"]
    api.post(f"/csv_batches/{batch}/resume", want=202)
    resumed_at = time.time()
    assert first_call_after(run_server, before) - resumed_at <= CALLED_WITHIN_S
    a_second_later = time.monotonic() + 1
    eventually(lambda: time.monotonic() > a_second_later, what="a second row has had time to come")
    assert run_server.stats()["calls"] == before + 1, "one row first"
    # It succeeds, the call from before the pause still runs: from now on there are as many as allowed, with that one.
    run_server.release(only="^row [1-9]")
    run_server.wait(held=4, timeout_s=10)
    assert run_server.stats()["max_in_flight"] <= 4
    run_server.release()
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 40
    messages = [call["user_message"] for call in run_server.ledger(bodies=False)]
    assert messages.count("row 0") == 1


def test_where_it_is_refused_again_the_batch_pauses_beside_the_old_call(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    batch = paused_beside_a_call(api, run_server)
    before = run_server.stats()["calls"]
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["paused"])["pause_reason"]["code"] == "unauthorized"
    assert run_server.stats()["calls"] == before + 1
    assert run_server.stats()["in_flight"] == 1, "the old call is left alone"
    run_server.script()
    api.post(f"/csv_batches/{batch}/resume", want=202)
    run_server.release()
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 40


@pytest.mark.parametrize("times", [1, 3])
def test_a_pause_by_a_person_tries_no_row_first(api: Api, run_server: RunServer, worker: Worker, times: int) -> None:
    run_server.hold("^row [0-9]$")
    batch = api.ready(api.network(run_server, timeout_s=120), numbered(20), concurrency=6)
    api.patch(f"/csv_batches/{batch}", {"concurrency": 2})
    api.run(batch)
    run_server.wait(held=2)
    for _ in range(times):
        api.post(f"/csv_batches/{batch}/pause", want=202)
        api.post(f"/csv_batches/{batch}/resume", want=202)
    api.patch(f"/csv_batches/{batch}", {"concurrency": 6})
    # Two from before and four new ones.
    run_server.wait(held=6, timeout_s=10)
    run_server.release()
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 20
    assert run_server.stats()["calls"] == 20
    assert run_server.stats()["max_in_flight"] <= 6
