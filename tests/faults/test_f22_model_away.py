"""F22 beside 401: the model behind a runtime goes away, and the runtime answers as such runtimes do."""

from typing import Any

import pytest

from tests.faults.support import StartWorker, assert_whole, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer

ROWS, CONCURRENCY = 60, 4
MOST = 20 + CONCURRENCY
WORKED = [{"match": "^row [0-7]$", "attempts": ["ok"]}]
LATER = {"latency_ms": 100}
"""A failure comes after the successes are recorded: one that is recorded before the last of them counts for nothing."""
RUN_ERROR = {**LATER, "do": "ok", "final": {"status": "error", "response_payload": None, "error": "Connection error."}}


def refusal(status: int) -> dict[str, Any]:
    return {**LATER, "do": "status", "status": status, "json": {"detail": "Error code: 503 - the model is away"}}


def paused(api: Api, network: str) -> dict[str, Any]:
    batch = api.ready(network, numbered(ROWS), concurrency=CONCURRENCY)
    api.run(batch)
    state: dict[str, Any] = api.rest(batch)
    progress = state["progress"]
    seen(f"{progress['succeeded']} succeeded, {progress['failed']} failed, {progress['queued']} wait")
    assert (state["status"], progress["succeeded"]) == ("paused", 8)
    return state


@pytest.mark.parametrize("status", [400, 500])
def test_no_row_is_burned_where_it_may_pass(
    api: Api, run_server: RunServer, start_worker: StartWorker, status: int
) -> None:
    start_worker()
    run_server.script(rules=WORKED, default=refusal(status))
    state = paused(api, api.network(run_server, transient_400=status == 400))
    assert (state["progress"]["failed"], state["progress"]["queued"]) == (0, ROWS - 8)
    run_server.script()
    api.post(f"/csv_batches/{state['id']}/resume", want=202)
    assert_whole(api, run_server, state["id"], rows=ROWS, repeated=MOST)


@pytest.mark.parametrize("fault", [RUN_ERROR, refusal(422)])
def test_no_more_rows_fail_than_it_takes_to_notice_where_it_says_that_it_will_not(
    api: Api, run_server: RunServer, start_worker: StartWorker, fault: dict[str, Any]
) -> None:
    start_worker()
    run_server.script(rules=WORKED, default=fault)
    state = paused(api, api.network(run_server))
    failed = state["progress"]["failed"]
    assert 20 <= failed <= MOST
    run_server.script()
    api.post(f"/csv_batches/{state['id']}/resume", want=202)
    assert_whole(api, run_server, state["id"], rows=ROWS, repeated=0, failed=failed)
