"""Another kind on the real worker, by the API that it gets."""

import csv
import io
import json

from tests.integration.kinds.support import QUESTIONS, asked, ended
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker


def test_it_runs_on_the_worker_and_is_exported(api: Api, worker: Worker, run_server: RunServer) -> None:
    survey = asked(api, api.network(run_server))
    found = ended(api, survey)
    assert (found["kind"], found["status"], found["greeting"]) == ("survey", "completed", "Hello,")
    assert found["progress"]["succeeded"] == len(QUESTIONS)

    rows = api.get(f"/surveys/{survey}/rows")["results"]
    assert [row["row_payload"] for row in rows] == [{"question": question} for question in QUESTIONS]
    assert [row["length"] for row in rows] == [len(question) for question in QUESTIONS]
    assert {line["user_message"] for line in run_server.ledger()} == {f"Hello, {question}" for question in QUESTIONS}

    lines = list(csv.reader(io.StringIO(api.get(f"/surveys/{survey}/export").decode(), newline="")))
    assert lines[0][:4] == ["question", "topic", "length", "run_trace_id"]
    answers = [row["result_payload"]["topic"] for row in rows]
    wanted = [[question, answer, str(len(question))] for question, answer in zip(QUESTIONS, answers, strict=True)]
    assert [line[:3] for line in lines[1:]] == wanted

    first = json.loads(api.get(f"/surveys/{survey}/export", format="jsonl").splitlines()[0])
    assert (first["row"], first["extra"]) == ({"question": QUESTIONS[0]}, {"length": 4})


def test_a_failed_item_is_retried_and_corrected(api: Api, worker: Worker, run_server: RunServer) -> None:
    run_server.script(rules=[{"match": "Why", "attempts": [{"do": "status", "status": 422}]}])
    survey = asked(api, api.network(run_server), ["Why?", "Where?"])
    assert ended(api, survey)["progress"]["failed"] == 1
    run_server.reset()
    assert api.post(f"/surveys/{survey}/retry", want=202) == {"requeued": 1}
    assert ended(api, survey)["progress"]["failed"] == 0

    address = f"/surveys/{survey}/rows/0"
    refused = api.patch(address, {"corrected_payload": {"topic": 3}}, want=400)
    assert refused["errors"][0]["code"] == "schema_mismatch"
    assert api.patch(address, {"corrected_payload": {"topic": "mine"}})["corrected_payload"] == {"topic": "mine"}
    [field] = api.get(f"/surveys/{survey}/results")["fields"]
    assert {"value": "mine", "count": 1} in field["values"]


def test_calls_that_it_does_not_have_are_not_there(api: Api, run_server: RunServer) -> None:
    body = {"name": "People", "network": api.network(run_server), "greeting": "Hello,", "questions": ["Why?"]}
    survey = api.post("/surveys", body)["id"]
    api.patch(f"/surveys/{survey}", {"name": "Others"}, want=405)
    api.post(f"/surveys/{survey}/rows", {"rows": []}, want=405)
    api.post(f"/surveys/{survey}/duplicate", want=404)
    assert (
        api.post(f"/surveys/{survey}/pause", want=409)["errors"][0]["detail"] == "Only a running survey can be paused."
    )


def test_queues_of_one_kind_are_not_among_those_of_another(api: Api, run_server: RunServer) -> None:
    network = api.network(run_server)
    batch = api.draft(network)
    survey = api.post("/surveys", {"name": "People", "network": network, "greeting": "Hello,", "questions": ["Why?"]})
    assert [one["id"] for one in api.get("/surveys")["results"]] == [survey["id"]]
    assert [one["id"] for one in api.get("/csv_batches")["results"]] == [batch]
    api.get(f"/surveys/{batch}", want=404)
    api.get(f"/csv_batches/{survey['id']}", want=404)
