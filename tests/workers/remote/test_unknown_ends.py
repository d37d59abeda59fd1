"""Before a row is called again, and before it fails, its network is asked whether it has answered the last call."""

from typing import Any

import pytest
from django.utils import timezone

from experiments.models import QueueItem, Run
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually
from tests.workers.remote.support import config_calls, ready, remote_network

NET = {"name": "net", "version": 6}


def calls_of(remote: RunServer, message: str) -> list[dict[str, Any]]:
    return [call for call in remote.ledger() if call["user_message"] == message]


def answered(remote: RunServer, *attempts: str | dict[str, Any]) -> None:
    """How row 1 is answered; with the last of them again and again."""
    remote.script(answer_key="response", rules=[{"match": "^row 1$", "attempts": [*attempts], "repeat": True}])


def asked_again(batch: str) -> None:
    """As if the time were over that the network has for row 1 before it is asked a second time."""
    asked_once = QueueItem.objects.filter(queue_id=batch, row_index=1, looks=1)
    eventually(lambda: asked_once.update(available_at=timezone.now()), what="it has been asked once")


def outcomes(row: dict[str, Any]) -> list[str]:
    return [attempt["outcome"] for attempt in row["attempt_log"]]


@pytest.mark.parametrize(
    ("ending", "code"),
    [
        ("finish_and_hang", "timeout"),
        ("finish_and_reset", "connection"),
        ("cut_body", "bad_response"),
        ("bad_chunk", "bad_response"),
        ("truncated_json", "bad_response"),
        ("finish_behind_gateway", "server_error"),
    ],
)
def test_an_answer_that_did_not_arrive_is_looked_up(
    api: Api, remote: RunServer, worker: Worker, ending: str, code: str
) -> None:
    answered(remote, ending)
    batch = ready(api, remote_network(api, remote, timeout_s=1))
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["progress"]["succeeded"], state["progress"]["calls"]) == ("completed", 3, 3)
    assert len(calls_of(remote, "row 1")) == 1
    row = api.get(f"/csv_batches/{batch}/rows/1")
    kept = next(run for run in remote.remote_state()["runs"] if run["item_index"] == 1)
    assert row["result_payload"] == kept["response_payload"]["final"]["response"]
    assert (row["run_trace_id"], row["attempts"]) == (kept["trace_id"], 1)
    assert outcomes(row) == [code, "succeeded"]
    assert "looked up" in row["attempt_log"][1]["detail"]
    assert Run.objects.count() == 3


def test_what_was_looked_up_is_paid_for_once(api: Api, remote: RunServer, worker: Worker) -> None:
    answered(remote, "finish_and_hang")
    batch = ready(api, remote_network(api, remote, timeout_s=1, price_input=2.5, price_output=10))
    api.run(batch)
    progress = api.wait(batch)["progress"]
    assert (progress["succeeded"], progress["calls"], progress["cost"]) == (3, 3, 0.000225)
    assert [(row["input_tokens"], row["output_tokens"], row["cost"]) for row in api.rows(batch)] == [
        (10, 5, 7.5e-5)
    ] * 3
    assert [str(run.cost) for run in Run.objects.all()] == ["0.000075000000"] * 3


def test_the_last_attempt_is_looked_up_too(api: Api, remote: RunServer, worker: Worker) -> None:
    answered(remote, "finish_and_hang")
    batch = ready(api, remote_network(api, remote, timeout_s=1), max_attempts=1)
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert len(calls_of(remote, "row 1")) == 1


def test_a_row_that_the_network_never_answered_is_called_again(api: Api, remote: RunServer, worker: Worker) -> None:
    answered(remote, "hang", "ok")
    batch = ready(api, remote_network(api, remote, timeout_s=1))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    first, second = calls_of(remote, "row 1")
    assert first["idempotency_key"] == second["idempotency_key"]
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert (outcomes(row), row["attempts"]) == (["timeout", "succeeded"], 2)


def test_without_attempts_left_it_fails_as_what_it_was(api: Api, remote: RunServer, worker: Worker) -> None:
    answered(remote, "hang")
    batch = ready(api, remote_network(api, remote, timeout_s=1), max_attempts=1)
    api.run(batch)
    asked_again(batch)
    assert api.wait(batch)["progress"]["failed"] == 1
    assert len(calls_of(remote, "row 1")) == 1
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert (row["error_code"], row["attempts"]) == ("timeout", 1)
    assert row["error_message"] == "No complete answer came in time. The network was asked for it and has none."
    assert outcomes(row) == ["timeout", "looked_up", "timeout"]


def test_a_call_that_is_under_way_is_waited_for(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.remote(networks=[NET], tells_running=True)
    answered(remote, {"do": "finish_later", "late_ms": 4000})
    batch = ready(api, remote_network(api, remote, timeout_s=1))
    api.run(batch)
    eventually(lambda: len(remote.remote_state()["runs"]) == 3, what="it has ended")
    asked_again(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert len(calls_of(remote, "row 1")) == 1
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert outcomes(row) == ["timeout", "looked_up", "succeeded"]
    assert "still works" in row["attempt_log"][1]["detail"]


def test_a_refused_call_in_between_does_not_make_it_forgotten(api: Api, remote: RunServer, worker: Worker) -> None:
    # By the time that the second call is refused, the first has ended.
    answered(remote, "hang", {"do": "finish_behind_gateway", "status": 429})
    batch = ready(api, remote_network(api, remote, timeout_s=1))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert len(calls_of(remote, "row 1")) == 2
    assert outcomes(api.get(f"/csv_batches/{batch}/rows/1")) == ["timeout", "rate_limited", "succeeded"]


def test_what_cannot_be_looked_up_is_said_and_called_again(api: Api, remote: RunServer, worker: Worker) -> None:
    answered(remote, "finish_and_hang", "ok")
    batch = ready(api, remote_network(api, remote, timeout_s=1))
    remote.remote(networks=[NET], faults={f"GET /experiments/{batch}/runs": {"status": 404, "json": {"detail": "no"}}})
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert len(calls_of(remote, "row 1")) == 2
    detail = api.get(f"/csv_batches/{batch}/rows/1")["attempt_log"][-1]["detail"]
    assert "could not be looked up: HTTP 404" in detail


def test_and_on_a_row_that_fails(api: Api, remote: RunServer, worker: Worker) -> None:
    answered(remote, "finish_and_hang")
    batch = ready(api, remote_network(api, remote, timeout_s=1), max_attempts=1)
    remote.remote(networks=[NET], faults={f"GET /experiments/{batch}/runs": {"status": 500, "text": "away"}})
    api.run(batch)
    asked_again(batch)
    assert api.wait(batch)["progress"]["failed"] == 1
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert row["error_code"] == "timeout"
    assert "could not be looked up: HTTP 500" in row["error_message"]


def test_answers_that_came_are_never_looked_up(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.script(
        answer_key="response",
        rules=[
            {"match": "^row 1$", "attempts": [{"do": "status", "status": 500}]},
            {"match": "^row 2$", "attempts": [{"do": "status", "status": 400}]},
        ],
    )
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    api.wait(batch)
    assert ("GET", f"/experiments/{batch}/runs") not in config_calls(remote)


def test_many_rows_ask_for_the_list_together(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.script(answer_key="response", default="finish_and_hang")
    batch = ready(api, remote_network(api, remote, timeout_s=1), rows=12, concurrency=12)
    api.run(batch)
    state = api.wait(batch)
    assert (state["progress"]["succeeded"], len(remote.ledger())) == (12, 12)
    assert config_calls(remote).count(("GET", f"/experiments/{batch}/runs")) < 12


def test_a_person_who_retries_gets_a_new_answer(api: Api, remote: RunServer, worker: Worker) -> None:
    answered(remote, "hang", "ok")
    batch = ready(api, remote_network(api, remote, timeout_s=1), max_attempts=1)
    api.run(batch)
    asked_again(batch)
    assert api.wait(batch)["progress"]["failed"] == 1
    asked = config_calls(remote).count(("GET", f"/experiments/{batch}/runs"))
    api.post(f"/csv_batches/{batch}/retry", {}, 202)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 3
    assert config_calls(remote).count(("GET", f"/experiments/{batch}/runs")) == asked
