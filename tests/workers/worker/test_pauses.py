"""What a person stops, and what the system stops by itself."""

import pytest

from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker


def test_pause_lets_calls_in_flight_end_and_starts_none(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("")
    batch = api.ready(api.network(run_server), numbered(20), concurrency=4)
    api.run(batch)
    run_server.wait(held=4)
    paused = api.post(f"/csv_batches/{batch}/pause", want=202)
    assert paused["status"] == "paused"
    assert paused["pause_reason"]["code"] == "user"
    run_server.release()
    run_server.wait(done=4)
    state = api.wait(batch, until=["paused"])
    assert state["progress"]["queued"] == 16
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 20
    assert run_server.stats()["calls"] == 20


def test_cancel_keeps_results_and_can_be_resumed(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("^row [5-9]$")
    batch = api.ready(api.network(run_server), numbered(10))
    api.run(batch)
    run_server.wait(held=1, done=5)
    assert api.post(f"/csv_batches/{batch}/cancel", want=202)["status"] == "cancelled"
    run_server.release()
    run_server.wait(done=6)
    assert len(from_csv(api.export(batch))) == 11
    assert api.post(f"/csv_batches/{batch}/retry", want=409)["errors"][0]["code"] == "wrong_status"
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 10
    assert run_server.stats()["calls"] == 10


def test_401_on_every_row_pauses_and_leaves_the_rows_alone(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.always({"do": "status", "status": 401})
    batch = api.ready(api.network(run_server), numbered(100), concurrency=4)
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "unauthorized")
    assert state["progress"]["failed"] == 0
    assert run_server.stats()["calls"] <= 5 + 4


@pytest.mark.parametrize("then", [["resume"], ["cancel", "resume"]])
def test_after_such_a_pause_one_row_goes_first(
    api: Api, run_server: RunServer, worker: Worker, then: list[str]
) -> None:
    run_server.always({"do": "status", "status": 401})
    batch = api.ready(api.network(run_server), numbered(40), concurrency=4)
    api.run(batch)
    api.rest(batch)
    before = run_server.stats()["calls"]
    for action in then:
        api.post(f"/csv_batches/{batch}/{action}", want=202)
    assert api.rest(batch)["pause_reason"]["code"] == "unauthorized"
    assert run_server.stats()["calls"] == before + 1
    run_server.reset()
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch)["progress"]["succeeded"] == 40


@pytest.mark.parametrize(
    ("fault", "code", "most"),
    [
        ({"do": "status", "status": 404, "json": {"detail": "no such network"}}, "not_found", 5 + 4),
        ({"do": "status", "status": 500}, "server_error", 20 + 4),
        ({"do": "ok", "payload": {"topic": 1}}, "schema_mismatch", 20 + 4),
    ],
)
def test_failures_in_a_row_pause_with_their_reason(
    api: Api, run_server: RunServer, worker: Worker, fault: object, code: str, most: int
) -> None:
    run_server.always(fault)  # type: ignore[arg-type]
    batch = api.ready(api.network(run_server), numbered(200), concurrency=4)
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", code)
    assert run_server.stats()["calls"] <= most


def test_a_host_that_does_not_exist_pauses_as_unreachable(api: Api, worker: Worker, run_server: RunServer) -> None:
    network = api.network(None, run_url="http://localhost:1/run", timeout_s=5)
    batch = api.ready(network, numbered(60), concurrency=4)
    api.run(batch)
    state = api.wait(batch)
    assert state["status"] == "paused"
    assert state["pause_reason"]["code"] in ("unreachable", "server_error")
    assert "Look at" in state["pause_reason"]["detail"] or "run URL" in state["pause_reason"]["detail"]


def test_a_long_retry_after_pauses_and_says_until_when(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.always({"do": "status", "status": 429, "headers": {"Retry-After": "3600"}})
    batch = api.ready(api.network(run_server), numbered(10))
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "rate_limited")
    assert state["pause_reason"]["until"] is not None
    assert run_server.stats()["calls"] == 1


def test_a_pause_with_an_end_is_over_by_itself(api: Api, run_server: RunServer, worker: Worker) -> None:
    from django.utils import timezone

    from experiments.models import Network, Queue

    run_server.script(
        rules=[{"match": "^row 0$", "attempts": [{"do": "status", "status": 429, "headers": {"Retry-After": "3600"}}]}]
    )
    batch = api.ready(api.network(run_server), numbered(3))
    api.run(batch)
    api.wait(batch, until=["paused"])
    # As if the hour had passed.
    Network.objects.update(held_until=timezone.now())
    Queue.objects.filter(pk=batch).update(pause_until=timezone.now())
    Queue.objects.get(pk=batch).items.filter(row_index=0).update(available_at=timezone.now())
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 3


def test_a_range_is_run_and_then_it_pauses(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(10))
    api.run(batch, first=3)
    state = api.wait(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "range")
    assert [row["row_index"] for row in api.rows(batch, status="succeeded")] == [0, 1, 2]
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 10


def test_a_range_in_the_middle_takes_both_its_ends(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(10))
    api.run(batch, **{"from": 4, "to": 6})
    assert api.wait(batch)["pause_reason"]["code"] == "range"
    assert [row["row_index"] for row in api.rows(batch, status="succeeded")] == [4, 5, 6]


def test_what_was_mended_during_a_pause_counts_although_a_call_was_in_flight_all_the_time(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(
        hold="^row 0$", rules=[{"match": "^row 0$", "attempts": ["ok"]}], default={"do": "status", "status": 401}
    )
    batch = api.ready(api.network(run_server, run_token="an-old-token"), numbered(8), concurrency=2)
    api.run(batch)
    assert api.wait(batch)["pause_reason"]["code"] == "unauthorized"
    before = len(run_server.ledger(bodies=False))
    api.patch(f"/networks/{api.batch(batch)['network']['id']}", {"run_token": "a-new-token"})
    run_server.script()
    api.post(f"/csv_batches/{batch}/resume", want=202)
    run_server.release()
    assert api.wait(batch)["progress"]["succeeded"] == 8
    assert {call["authorization"] for call in run_server.ledger(bodies=False)[before:]} == {"Bearer a-new-token"}


def test_a_call_from_before_the_pause_is_not_the_row_that_goes_first(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    broken, refused = {"do": "status", "status": 500}, {"do": "status", "status": 401}
    run_server.script(hold="^row 0$", rules=[{"match": "^row 0$", "attempts": [broken]}], default=refused)
    batch = api.ready(api.network(run_server), numbered(8), concurrency=2)
    api.run(batch)
    assert api.wait(batch)["pause_reason"]["code"] == "unauthorized"
    run_server.script()
    api.post(f"/csv_batches/{batch}/resume", want=202)
    run_server.release()
    state = api.wait(batch)
    assert (state["status"], state["progress"]["succeeded"]) == ("completed", 8)
