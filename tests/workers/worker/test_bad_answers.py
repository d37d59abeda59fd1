"""What becomes of rows whose answers are no good."""

import itertools
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from experiments.models import Network, Run
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

BROKEN = {"do": "ok", "payload": {"topic": 17}}


def test_an_answer_that_breaks_the_schema_fails_its_row_and_is_kept(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(rules=[{"match": "^row [24]$", "attempts": [BROKEN]}])
    batch = api.ready(api.network(run_server), numbered(6))
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["progress"]["failed"]) == ("completed", 2)
    failed = api.rows(batch, status="failed")
    assert [row["row_index"] for row in failed] == [2, 4]
    assert {row["error_code"] for row in failed} == {"schema_mismatch"}
    assert failed[0]["result_payload"] == {"topic": 17}
    assert "topic" in failed[0]["error_message"]


def test_a_retry_of_one_row_calls_that_row_alone_under_a_new_key(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(rules=[{"match": "^row [24]$", "attempts": [BROKEN]}])
    batch = api.ready(api.network(run_server), numbered(6))
    api.run(batch)
    api.wait(batch)
    before = len(run_server.ledger(bodies=False))
    assert api.post(f"/csv_batches/{batch}/retry", {"row_indexes": [2]}, 202) == {"requeued": 1}
    assert api.batch(batch)["status"] != "completed"
    assert api.wait(batch)["progress"]["failed"] == 1
    calls = run_server.ledger(bodies=False)[before:]
    assert [(call["user_message"], call["idempotency_key"]) for call in calls] == [("row 2", f"{batch}-2-2")]
    row = api.get(f"/csv_batches/{batch}/rows/2")
    assert (row["status"], row["attempts"], row["error_code"]) == ("succeeded", 1, None)
    assert [(a["generation"], a["outcome"]) for a in row["attempt_log"]] == [(1, "schema_mismatch"), (2, "succeeded")]


TRANSIENT: dict[str, Any] = {
    "reset": "reset",
    "cut": {"do": "cut"},
    "truncated": {"do": "truncated"},
    "500": {"do": "status", "status": 500, "text": "Internal Server Error"},
    "503": {"do": "status", "status": 503},
    "429": {"do": "status", "status": 429, "headers": {"Retry-After": "1"}},
    "html": {"do": "html200"},
}


@pytest.mark.parametrize("fault", TRANSIENT.values(), ids=TRANSIENT)
def test_a_passing_fault_is_tried_again_under_the_same_key(
    api: Api, run_server: RunServer, worker: Worker, fault: Any
) -> None:
    run_server.script(rules=[{"match": "^row 1$", "attempts": [fault]}])
    batch = api.ready(api.network(run_server), numbered(3))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    calls = [call for call in run_server.ledger(bodies=False) if call["user_message"] == "row 1"]
    assert [call["idempotency_key"] for call in calls] == [f"{batch}-1-1"] * 2


def test_a_429_is_waited_out_and_not_counted(api: Api, run_server: RunServer, worker: Worker) -> None:
    limited = {"do": "status", "status": 429, "headers": {"Retry-After": "1"}}
    run_server.script(rules=[{"match": "^row 1$", "attempts": [limited, limited]}])
    batch = api.ready(api.network(run_server), numbered(2), max_attempts=1)
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 2
    calls = [call for call in run_server.ledger(bodies=False) if call["user_message"] == "row 1"]
    assert len(calls) == 3
    assert all(later["started"] - earlier["ended"] >= 0.99 for earlier, later in itertools.pairwise(calls))
    assert api.get(f"/csv_batches/{batch}/rows/1")["attempts"] == 1


def test_a_fault_that_stays_fails_the_row_after_max_attempts(api: Api, run_server: RunServer, worker: Worker) -> None:
    fault = {"do": "status", "status": 500, "json": {"detail": "out of order"}}
    run_server.script(rules=[{"match": "^row 1$", "attempts": [fault], "repeat": True}])
    batch = api.ready(api.network(run_server), numbered(3), max_attempts=2)
    api.run(batch)
    assert api.wait(batch)["progress"]["failed"] == 1
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert (row["error_code"], row["attempts"]) == ("server_error", 2)
    assert "out of order" in row["error_message"]


def test_a_rejection_fails_at_once_with_the_detail_in_words(api: Api, run_server: RunServer, worker: Worker) -> None:
    detail = [{"loc": ["body", "user_message"], "msg": "too long"}]
    run_server.script(
        rules=[{"match": "^row 1$", "attempts": [{"do": "status", "status": 422, "json": {"detail": detail}}]}]
    )
    batch = api.ready(api.network(run_server), numbered(3))
    api.run(batch)
    assert api.wait(batch)["progress"]["failed"] == 1
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert (row["error_code"], row["attempts"]) == ("rejected", 1)
    assert "too long" in row["error_message"]


def test_a_run_that_went_wrong_fails_with_the_runtime_s_words(api: Api, run_server: RunServer, worker: Worker) -> None:
    final = {"status": "error", "response_payload": None, "error": "no agent answered"}
    run_server.script(rules=[{"match": "^row 1$", "attempts": [{"do": "ok", "final": final}]}])
    batch = api.ready(api.network(run_server), numbered(3))
    api.run(batch)
    assert api.wait(batch)["progress"]["failed"] == 1
    row = api.get(f"/csv_batches/{batch}/rows/1")
    assert (row["error_code"], row["error_message"]) == ("run_error", "no agent answered")
    assert api.get(f"/runs/{row['run_trace_id']}")["status"] == "run_error"


def test_a_remote_that_answers_final_response_works_as_well(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(answer_key="response")
    batch = api.ready(api.network(run_server), numbered(5))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 5
    assert all(row["result_payload"]["topic"] for row in api.rows(batch))


def test_trace_ids_that_a_remote_repeats_are_told_apart(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.always({"do": "ok", "extra": {"trace_id": "a/b..c"}})
    batch = api.ready(api.network(run_server), numbered(4), concurrency=4)
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 4
    ids = [row["run_trace_id"] for row in api.rows(batch)]
    assert len(set(ids)) == 4
    assert all(api.get(f"/runs/{trace_id}")["row_index"] == index for index, trace_id in enumerate(ids))


def test_a_trace_id_that_a_run_of_the_owner_has_already_leaves_that_run_as_it_was(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.always({"do": "ok", "extra": {"trace_id": "always-the-same"}})
    name = api.network(run_server)
    ann, network = get_user_model().objects.get(username="ann"), Network.objects.get(name=name)
    kept = Run.objects.create(trace_id="always-the-same", network=network, owner=ann, request={"user_message": "tried"})
    batch = api.ready(name, numbered(1))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 1
    kept.refresh_from_db()
    assert (kept.item_id, kept.request) == (None, {"user_message": "tried"})
    trace_id = api.rows(batch)[0]["run_trace_id"]
    assert trace_id.startswith("always-the-same~")
    assert api.get(f"/runs/{trace_id}")["row_index"] == 0


def test_a_retry_of_all_failed_rows_takes_those_and_no_others(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(rules=[{"match": "^row [24]$", "attempts": [BROKEN]}])
    batch = api.ready(api.network(run_server), numbered(6))
    api.run(batch)
    api.wait(batch)
    assert api.post(f"/csv_batches/{batch}/retry", {"error_code": "timeout"}, 202) == {"requeued": 0}
    assert api.post(f"/csv_batches/{batch}/retry", {}, 202) == {"requeued": 2}
    assert api.wait(batch)["progress"]["succeeded"] == 6
    assert api.post(f"/csv_batches/{batch}/retry", {"force": True}, 202) == {"requeued": 6}
    assert api.wait(batch)["progress"]["succeeded"] == 6
    assert run_server.stats()["calls"] == 6 + 2 + 6
