"""What a runtime of this shape does in a bad hour, and what it leaves out or adds in a good one."""

from typing import Any

import pytest

from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker
from tests.workers.remote.support import ready, remote_network

OUTAGE_400 = {"do": "status", "status": 400, "json": {"detail": "Error code: 503 - overloaded"}}
TEXT_500 = {
    "do": "status",
    "status": 500,
    "text": "Internal Server Error",
    "headers": {"Content-Type": "text/plain"},
}


def scripted(remote: RunServer, *attempts: dict[str, Any]) -> None:
    remote.script(answer_key="response", rules=[{"match": "^row 1$", "attempts": list(attempts)}])


@pytest.mark.parametrize("setting", [{"transient_400": True}, {"transient_400": None}, {}])
def test_a_400_is_tried_again_by_default_or_where_the_network_is_set_so(
    api: Api, remote: RunServer, worker: Worker, setting: dict[str, Any]
) -> None:
    scripted(remote, OUTAGE_400)
    batch = ready(api, remote_network(api, remote, **setting))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert [(one["outcome"], one["http_status"]) for one in row["attempt_log"]] == [
        ("rejected", 400),
        ("succeeded", 200),
    ]


def test_a_400_fails_the_row_where_it_is_not(api: Api, remote: RunServer, worker: Worker) -> None:
    scripted(remote, OUTAGE_400)
    batch = ready(api, remote_network(api, remote, transient_400=False))
    api.run(batch)
    assert api.wait(batch)["progress"]["failed"] == 1
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert (row["error_code"], row["attempts"]) == ("rejected", 1)
    assert "overloaded" in row["error_message"]


def test_so_does_one_of_a_network_without_a_configuration_api_by_default(
    api: Api, remote: RunServer, worker: Worker
) -> None:
    scripted(remote, OUTAGE_400)
    batch = ready(api, api.network(remote, "net"))
    api.run(batch)
    assert api.wait(batch)["progress"]["failed"] == 1


def test_an_outage_that_is_answered_with_400_burns_no_row(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.script(answer_key="response", rules=[{"match": "^row [0-7]$", "attempts": ["ok"]}], default=OUTAGE_400)
    batch = ready(api, remote_network(api, remote), rows=60, concurrency=4)
    api.run(batch)
    state = api.rest(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "rejected")
    assert "overloaded" in state["pause_reason"]["detail"]
    assert (state["progress"]["succeeded"], state["progress"]["failed"]) == (8, 0)
    remote.script(answer_key="response")
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 60


def test_nor_does_one_that_is_answered_with_400_and_500_in_turn(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.script(rules=[{"match": "[02468]$", "attempts": [OUTAGE_400]}], default=TEXT_500)
    batch = ready(api, remote_network(api, remote), rows=60, concurrency=4)
    api.run(batch)
    state = api.rest(batch)
    assert (state["status"], state["progress"]["failed"]) == ("paused", 0)
    assert len(remote.ledger(bodies=False)) <= 20 + 4


def test_a_500_in_plain_text_is_tried_again(api: Api, remote: RunServer, worker: Worker) -> None:
    scripted(remote, TEXT_500, TEXT_500)
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    log = api.get(f"/csv_batches/{batch}/rows/1")["attempt_log"]
    assert [one["outcome"] for one in log] == ["server_error", "server_error", "succeeded"]
    assert "Internal Server Error" in log[0]["detail"]


@pytest.mark.parametrize(
    "answer",
    [
        {"extra": {"network_id": 1, "system_params": {"a": "b"}, "step_events": [{"seq": 0, "t": 1, "step": {}}]}},
        {"without": ["trace_id", "execution_log", "llm_usage_totals", "model", "run_duration_ms", "debug"]},
        {"extra": {"trace_id": 7, "execution_log": "none", "llm_usage_totals": [], "run_duration_ms": "long"}},
    ],
)
def test_more_fields_or_fewer_are_no_reason_to_fail(
    api: Api, remote: RunServer, worker: Worker, answer: dict[str, Any]
) -> None:
    remote.script(answer_key="response", default={"do": "ok", **answer})
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert all(row["run_trace_id"] for row in api.rows(batch))
