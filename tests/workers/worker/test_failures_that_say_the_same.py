"""20 failures of any kind that say the same pause, with rows left; failures that say different things do not."""

from typing import Any

import pytest

from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

ROWS, AT_A_TIME = 100, 4
MOST = 20 + AT_A_TIME
AWAY = "The model is away."


def failed_run(error: str) -> dict[str, Any]:
    return {"do": "ok", "final": {"status": "error", "response_payload": None, "error": error}}


def refusal(status: int, detail: str) -> dict[str, Any]:
    return {"do": "status", "status": status, "json": {"detail": detail}}


def paused(api: Api, rows: int = ROWS) -> dict[str, Any]:
    network = api.get("/networks")["results"][0]["name"]
    batch = api.ready(network, numbered(rows), concurrency=AT_A_TIME)
    api.run(batch)
    state: dict[str, Any] = api.rest(batch)
    return state


@pytest.mark.parametrize(
    ("fault", "code", "error_code"),
    [
        (refusal(400, AWAY), "rejected", "rejected"),
        (refusal(422, AWAY), "rejected", "rejected"),
        (refusal(409, AWAY), "rejected", "rejected"),
        (failed_run(AWAY), "run_error", "run_error"),
        ({"do": "body_text", "text": '{"answer": 1}'}, "bad_response", "bad_response"),
        ({"do": "body_text", "text": "[]"}, "bad_response", "bad_response"),
    ],
)
def test_rows_that_fail_at_once_are_not_burned(
    api: Api, run_server: RunServer, worker: Worker, fault: dict[str, Any], code: str, error_code: str
) -> None:
    run_server.always(fault)
    api.network(run_server)
    state = paused(api)
    reason = state["pause_reason"]
    assert (state["status"], reason["code"], reason["error_code"]) == ("paused", code, error_code)
    assert 20 <= reason["count"] <= MOST
    assert reason["until"] is None
    assert run_server.base in reason["detail"]
    assert state["progress"]["failed"] <= MOST
    assert state["progress"]["queued"] >= ROWS - MOST
    assert len(api.rows(state["id"], error_code=error_code)) == state["progress"]["failed"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (refusal(503, AWAY), "server_error"),
        ({"do": "reset"}, "server_error"),
        ({"do": "body_text", "text": "<html>Sign in</html>"}, "bad_response"),
        ({"do": "status", "status": 302, "headers": {"Location": "/login"}}, "bad_response"),
    ],
)
def test_rows_that_may_be_tried_again_wait(
    api: Api, run_server: RunServer, worker: Worker, fault: dict[str, Any], code: str
) -> None:
    run_server.always(fault)
    api.network(run_server)
    state = paused(api)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", code)
    assert state["progress"]["queued"] >= ROWS - MOST // 4


def test_words_are_the_same_whatever_row_and_number_they_name(api: Api, run_server: RunServer, worker: Worker) -> None:
    rules = [
        {"match": f"^row {at}$", "attempts": [failed_run(f"Cannot answer “row {at}”, request req_{at * 7919}: away.")]}
        for at in range(ROWS)
    ]
    run_server.script(rules=rules)
    api.network(run_server)
    state = paused(api)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "run_error")
    assert "away." in state["pause_reason"]["detail"]


def test_rows_that_each_fail_for_a_reason_of_their_own_are_all_called(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    rules = [
        {"match": f"^row {at}$", "attempts": [refusal(422, f"Reason {letters[at // 26] * 3} {letters[at % 26] * 3}.")]}
        for at in range(60)
    ]
    run_server.script(rules=rules)
    api.network(run_server)
    state = paused(api, rows=60)
    assert (state["status"], state["progress"]["failed"]) == ("completed", 60)


def test_a_success_in_time_ends_the_count(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(rules=[{"match": "^row (0|19|38|57)$", "attempts": ["ok"]}], default=refusal(400, AWAY))
    network = api.network(run_server)
    batch = api.ready(network, numbered(60))
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["progress"]["succeeded"], state["progress"]["failed"]) == ("completed", 4, 56)


def test_an_outage_that_says_now_this_and_now_that_pauses_too(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(rules=[{"match": "[02468]$", "attempts": [refusal(400, AWAY)]}], default=failed_run(AWAY))
    api.network(run_server)
    state = paused(api)
    assert state["status"] == "paused"
    assert state["progress"]["failed"] <= 2 * 20 + AT_A_TIME


def test_what_went_well_before_the_model_went_away_stays_and_the_rest_waits(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(rules=[{"match": "^row [0-7]$", "attempts": ["ok"]}], default=failed_run("Connection error."))
    api.network(run_server)
    state = paused(api, rows=60)
    progress = state["progress"]
    assert (state["status"], progress["succeeded"]) == ("paused", 8)
    assert progress["queued"] >= 60 - 8 - MOST
    run_server.script()
    api.post(f"/csv_batches/{state['id']}/resume", want=202)
    api.wait(state["id"], until=["completed"])
    api.post(f"/csv_batches/{state['id']}/retry", want=202)
    assert api.wait(state["id"], until=["completed"])["progress"]["succeeded"] == 60
