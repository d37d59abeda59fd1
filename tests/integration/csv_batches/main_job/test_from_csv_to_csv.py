"""From a CSV to a CSV with answers, by the API alone, through a real worker."""

import json

import pytest

from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer, expected_payload
from tests.support.worker import Worker


@pytest.fixture
def done(api: Api, run_server: RunServer, worker: Worker) -> str:
    batch = api.ready(api.network(run_server), numbered(40), concurrency=4)
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["progress"]["succeeded"]) == ("completed", 40)
    return batch


def test_every_row_comes_back_with_the_answer_to_its_own_message(done: str, api: Api, run_server: RunServer) -> None:
    bodies = {call["user_message"]: call["body"] for call in run_server.ledger()}
    lines = from_csv(api.export(done))
    head = "id text topic score run_trace_id status elapsed_ms attempts error_code error_message row_index corrected "
    assert lines[0] == [*head.split(), "input_tokens", "output_tokens", "cost", "version"]
    assert len(lines) == 41
    for index, line in enumerate(lines[1:]):
        answer = expected_payload(bodies[f"row {index}"])
        assert line[:4] == [str(index), f"row {index}", answer["topic"], str(answer["score"])]
        assert line[5] == "succeeded"
        assert line[10:] == [str(index), "false", "10", "5", "", "1"]


def test_jsonl_has_one_object_a_row(done: str, api: Api) -> None:
    lines = api.export(done, format="jsonl").decode().split("\n")
    assert lines.pop() == ""
    objects = [json.loads(line) for line in lines]
    assert [o["row"]["id"] for o in objects] == [str(index) for index in range(40)]
    assert all(set(o) == {"row", "response", "run"} and o["response"]["topic"] for o in objects)


def test_each_row_opens_onto_its_trace(done: str, api: Api) -> None:
    row = api.rows(done, status="succeeded")[7]
    run = api.get(f"/runs/{row['run_trace_id']}")
    assert run["queue"] == done
    assert run["row_index"] == 7
    assert run["request"]["user_message"] == "row 7"
    assert run["execution_log"][0]["type"] == "agent"


def test_the_request_is_what_the_contract_says(done: str, run_server: RunServer) -> None:
    call = next(call for call in run_server.ledger() if call["user_message"] == "row 3")
    body = call["body"]
    assert body["network"] == "net"
    assert body["agent_key"] is None
    assert body["debug"] is False
    assert body["experiment_id"] == done
    assert body["experiment_item_index"] == 3
    assert body["respond_payload_schema"]["required"] == ["topic", "score"]
    assert isinstance(body["respond_payload_guidance"], str)
    assert isinstance(body["respond_payload_example"], dict)
    assert call["idempotency_key"] == f"{done}-3-1"
    assert "version" not in body


def test_cells_of_every_sort_come_back_to_the_byte(api: Api, run_server: RunServer, worker: Worker) -> None:
    head = ["id", "text", 'quo"te', " spaced ", "Größe", ""]
    rows = [
        ["007", "row 1e5", '"', " x ", "=1+1", "\t"],
        ["NULL", "two\r\nlines", "a,b", "", "é e\u0301", "🙂"],
        ["", 'three\nlines, "quoted"', "'", ";", "\u202eabc\u202c", " "],
    ]
    batch = api.ready(api.network(run_server), rows, head)
    api.run(batch)
    api.wait(batch)
    exported = from_csv(api.export(batch, metadata=0))
    assert [line[:6] for line in exported] == [head, *rows]


def test_an_unfinished_batch_is_exported_only_on_request(api: Api, run_server: RunServer) -> None:
    batch = api.ready(api.network(run_server), numbered(3))
    refused = api.get(f"/csv_batches/{batch}/export", 409)
    assert refused["errors"][0]["code"] == "not_finished"
    assert len(from_csv(api.export(batch, partial=1))) == 4
