"""What the API says while a real worker is at it."""

from collections.abc import Iterator

import pytest

from tests.integration.api.support import ATTEMPT_KEYS, ROW_KEYS, Draft, errors
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker


@pytest.fixture
def batch(transactional_db: None, run_server: RunServer, worker: Worker) -> Iterator[Draft]:
    ann = Api.as_user("ann", is_staff=True)
    made = Draft(ann, ann.ready(ann.network(run_server), numbered(4), concurrency=2, max_attempts=2))
    yield made
    run_server.release()


def test_each_attempt_is_logged_with_what_came(batch: Draft, run_server: RunServer) -> None:
    busy = {"do": "status", "status": 503, "json": {"detail": "busy"}}
    refused = {"do": "status", "status": 422, "json": {"detail": [{"loc": ["body", "x"], "msg": "no x"}]}}
    run_server.script(
        rules=[{"match": "^row 1$", "attempts": [busy, "ok"]}, {"match": "^row 2$", "attempts": [refused]}]
    )
    batch.api.run(batch.id)
    assert batch.api.wait(batch.id)["status"] == "completed"
    again = batch.api.get(f"{batch.path}/rows/1")
    assert set(again) == ROW_KEYS | {"attempt_log"}
    assert all(set(entry) == ATTEMPT_KEYS for entry in again["attempt_log"])
    assert [(e["attempt"], e["http_status"], e["outcome"]) for e in again["attempt_log"]] == [
        (1, 503, "server_error"),
        (2, 200, "succeeded"),
    ]
    bad = batch.api.get(f"{batch.path}/rows/2")
    assert (bad["status"], bad["error_code"]) == ("failed", "rejected")
    assert "no x" in bad["error_message"]


def test_only_the_rows_of_a_range(batch: Draft, run_server: RunServer) -> None:
    batch.api.run(batch.id, **{"from": 1, "to": 2})
    state = batch.api.wait(batch.id)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "range")
    assert [row["status"] for row in batch.api.rows(batch.id)] == ["queued", "succeeded", "succeeded", "queued"]
    batch.api.post(f"{batch.path}/resume", want=202)
    assert batch.api.wait(batch.id, until=("completed",))["progress"]["succeeded"] == 4


def test_a_retry_is_never_answered_by_a_completed_batch(batch: Draft, run_server: RunServer) -> None:
    run_server.always({"do": "status", "status": 422, "json": {"detail": "no"}})
    batch.api.run(batch.id)
    batch.api.wait(batch.id, until=("completed",))
    run_server.reset()
    run_server.hold()
    assert batch.api.post(f"{batch.path}/retry", {}, 202) == {"requeued": 4}
    assert batch.state()["status"] == "running"
    run_server.wait(held=1)
    run_server.release()
    assert batch.api.wait(batch.id, until=("completed",))["progress"]["succeeded"] == 4
    assert {call["idempotency_key"].rpartition("-")[2] for call in run_server.ledger()} == {"2"}


def test_a_cancelled_batch_keeps_what_it_has(batch: Draft, run_server: RunServer) -> None:
    run_server.hold()
    batch.api.run(batch.id)
    run_server.wait(held=2)
    assert batch.api.post(f"{batch.path}/cancel", want=202)["status"] == "cancelled"
    assert errors(batch.api.post(f"{batch.path}/retry", {}, 409), kind="client_error") == [("wrong_status", None)]
    run_server.release()
    batch.api.post(f"{batch.path}/resume", want=202)
    assert batch.api.wait(batch.id, until=("completed",))["progress"]["succeeded"] == 4
