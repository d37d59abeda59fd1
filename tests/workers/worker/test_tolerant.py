"""Answers that are meant rightly: taken by a batch that is tolerant, each change recorded, and by no other."""

from typing import Any

from tests.integration.web.support import browser
from tests.support.api import SCORE, TOPIC, Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

FIELDS = [{**TOPIC, "choices": ["Billing", "Not urgent"]}, SCORE]
NEAR = {"topic": " not URGENT", "score": "274.0"}
CHANGES = [
    {"path": "topic", "from": " not URGENT", "to": "Not urgent"},
    {"path": "score", "from": "274.0", "to": 274},
]


def finished(api: Api, run_server: RunServer, payload: dict[str, Any], **values: Any) -> tuple[str, dict[str, Any]]:
    """A batch of two rows, of which the second gets this answer; and that row."""
    run_server.script(rules=[{"match": "^row 1$", "attempts": [{"do": "ok", "payload": payload}], "repeat": True}])
    batch = api.ready(api.network(run_server), numbered(2), response_fields=FIELDS, **values)
    api.run(batch)
    api.wait(batch)
    return batch, api.get(f"/csv_batches/{batch}/rows/1")


def test_the_row_has_what_was_meant_and_each_change(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch, row = finished(api, run_server, NEAR, tolerant=True)
    assert (row["status"], row["result_payload"]) == ("succeeded", {"topic": "Not urgent", "score": 274})
    assert row["changes"] == CHANGES
    assert api.rows(batch)[0]["changes"] is None
    assert api.rows(batch)[1]["changes"] == CHANGES
    assert api.get(f"/runs/{row['run_trace_id']}")["final"]["response_payload"] == NEAR
    assert api.export(batch).decode().splitlines()[2].startswith("1,row 1,Not urgent,274,")


def test_pages_of_row_and_trace_show_what_was_changed(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch, row = finished(api, run_server, NEAR, tolerant=True)
    for path in (f"/csv-batch/{batch}/row/1/", f"/runs/{row['run_trace_id']}/"):
        html = browser("ann").get(path).content.decode()
        assert "Accepted as meant" in html, path
        assert "not URGENT" in html
    assert "Accepted as meant" not in browser("ann").get(f"/csv-batch/{batch}/row/0/").content.decode()


def test_nothing_is_changed_without_the_switch(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch, row = finished(api, run_server, NEAR)
    assert (row["error_code"], row["result_payload"], row["changes"]) == ("schema_mismatch", NEAR, None)
    assert api.batch(batch)["tolerant"] is False


def test_an_answer_that_is_wrong_all_the_same_stays_as_it_came(api: Api, run_server: RunServer, worker: Worker) -> None:
    payload = {"topic": "BILLING", "score": "$4.75"}
    _, row = finished(api, run_server, payload, tolerant=True)
    assert (row["error_code"], row["result_payload"], row["changes"]) == ("schema_mismatch", payload, None)
    assert row["error_message"] == '"score" is "$4.75", not a whole number'


def test_a_retry_forgets_the_changes(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch, _ = finished(api, run_server, NEAR, tolerant=True)
    run_server.reset()
    api.post(f"/csv_batches/{batch}/retry", {"row_indexes": [1], "force": True}, 202)
    api.wait(batch)
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert (row["status"], row["changes"]) == ("succeeded", None)


def test_an_experiment_is_tolerant_too(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.always({"do": "ok", "payload": NEAR})
    topic = {"enum": ["Billing", "Not urgent"]}
    schema = {"type": "object", "properties": {"topic": topic, "score": {"type": "integer"}}}
    draft = {"name": "e", "network": api.network(run_server), "schema_json": schema, "tolerant": True}
    path = f"/experiments/{api.post('/experiments', draft)['id']}"
    api.post(f"{path}/items", {"user_message": "row 0", "expected": {"topic": "Not urgent", "score": 274}})
    api.post(f"{path}/run", want=202)
    row = eventually(
        lambda: next(iter(api.get(f"{path}/rows", status="succeeded")["results"]), None), what="the answer"
    )
    assert row["changes"] == CHANGES
    assert row["verdict"] == "right"
