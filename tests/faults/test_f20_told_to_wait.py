"""F20: 429 with `Retry-After` 2, an HTTP date, 3600."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from experiments.models import Lane
from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually


def limited(retry_after: str) -> dict[str, object]:
    return {"do": "status", "status": 429, "headers": {"Retry-After": retry_after}}


def calls_for(run_server: RunServer, message: str) -> list[dict[str, float]]:
    return [call for call in run_server.ledger(bodies=False) if call["user_message"] == message]


def test_two_seconds_are_two_seconds(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    start_worker()
    run_server.script(rules=[{"match": "^row 1$", "attempts": [limited("2"), limited("2")]}])
    batch = api.ready(api.network(run_server), numbered(6), max_attempts=1)
    api.run(batch)
    assert_whole(api, run_server, batch, rows=6, repeated=2)
    first, second, third = calls_for(run_server, "row 1")
    assert second["started"] - first["ended"] >= 2
    assert third["started"] - second["ended"] >= 2


def test_a_date_is_waited_for_and_no_worker_waits(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    start_worker()
    # An HTTP date has whole seconds.
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=12)
    run_server.script(rules=[{"match": "^row 1$", "attempts": [limited(format_datetime(until, usegmt=True))]}])
    batch = api.ready(api.network(run_server), numbered(3))
    api.run(batch)
    run_server.wait(done=2)
    eventually(lambda: not Lane.objects.filter(queue_id=batch).exists(), timeout_s=6, what="the lane ends meanwhile")
    assert run_server.stats()["calls"] == 2
    assert_whole(api, run_server, batch, rows=3, repeated=1)
    # No other row either: it is the network that asked.
    later = run_server.ledger(bodies=False)[2:]
    assert min(call["started"] for call in later) >= until.timestamp()


def test_an_hour_pauses_the_batch_and_says_until_when(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    start_worker()
    run_server.script(rules=[{"match": "^row 0$", "attempts": [limited("3600")]}])
    batch = api.ready(api.network(run_server), numbered(10))
    asked_at = datetime.now(UTC)
    api.run(batch)
    reason = api.wait(batch, until=["paused"])["pause_reason"]
    assert reason["code"] == "rate_limited"
    wait = datetime.fromisoformat(reason["until"]) - asked_at
    assert timedelta(seconds=3600) <= wait <= timedelta(seconds=3630)
    assert "127.0.0.1" in reason["detail"]
    assert run_server.stats()["calls"] == 1
    # A person who knows better goes on.
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert_whole(api, run_server, batch, rows=10, repeated=1)
