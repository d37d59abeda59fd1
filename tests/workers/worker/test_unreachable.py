"""A network that cannot be reached: its rows have had no attempt, and it is tried again by itself."""

import socket
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from experiments.models import Queue
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

ROWS, AT_A_TIME = 30, 4


@pytest.fixture
def port() -> int:
    """Where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])


def away(api: Api, port: int) -> dict[str, Any]:
    network = api.network(None, run_url=f"http://127.0.0.1:{port}/run", timeout_s=10)
    batch = api.ready(network, numbered(ROWS), concurrency=AT_A_TIME, max_attempts=1)
    api.run(batch)
    state: dict[str, Any] = api.wait(batch, until=["paused"])
    eventually(lambda: not api.batch(batch)["progress"]["running"], what="what is in flight comes back")
    return state


def as_if_the_time_had_come(batch: str) -> None:
    Queue.objects.filter(pk=batch).update(pause_until=timezone.now())


def tries(batch: str) -> int:
    return Queue.objects.get(pk=batch).reach_tries


def test_it_pauses_after_five_calls_with_every_row_still_waiting(api: Api, worker: Worker, port: int) -> None:
    batch = away(api, port)["id"]
    state = api.batch(batch)
    reason = state["pause_reason"]
    assert (reason["code"], reason["error_code"]) == ("unreachable", "connection")
    assert (state["progress"]["queued"], state["progress"]["failed"]) == (ROWS, 0)
    assert f"127.0.0.1:{port} could not be reached" in reason["detail"]
    assert {row["attempts"] for row in api.rows(batch)} == {0}
    until = Queue.objects.get(pk=batch).pause_until
    assert until is not None
    assert timedelta(seconds=30) < until - timezone.now() <= timedelta(seconds=60)


def test_one_call_tries_again_when_the_time_has_come_and_the_next_wait_is_longer(
    api: Api, worker: Worker, port: int
) -> None:
    batch = away(api, port)["id"]
    calls = api.batch(batch)["progress"]["calls"]
    as_if_the_time_had_come(batch)
    eventually(lambda: tries(batch) == 2, what="it was tried and paused again")
    until = Queue.objects.get(pk=batch).pause_until
    assert until is not None
    assert timedelta(seconds=90) < until - timezone.now() <= timedelta(seconds=120)
    eventually(lambda: api.batch(batch)["progress"]["calls"] == calls + 1, what="only one row was called")
    assert api.batch(batch)["progress"]["failed"] == 0


def test_it_goes_on_by_itself_when_the_network_is_back(api: Api, worker: Worker, port: int) -> None:
    batch = away(api, port)["id"]
    with RunServer(port=port):
        as_if_the_time_had_come(batch)
        state = api.wait(batch, until=["completed"])
    assert state["progress"]["succeeded"] == ROWS
    assert tries(batch) == 0


def test_a_person_need_not_wait(api: Api, worker: Worker, port: int) -> None:
    batch = away(api, port)["id"]
    with RunServer(port=port):
        api.post(f"/csv_batches/{batch}/resume", want=202)
        assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == ROWS


def test_a_row_that_fails_by_itself_after_it_does_not_stop_the_others(api: Api, worker: Worker, port: int) -> None:
    batch = away(api, port)["id"]
    with RunServer(port=port) as back:
        refused = {"do": "status", "status": 422, "json": {"detail": "This row is too long."}}
        back.script(rules=[{"match": "^row [0-3]$", "attempts": [refused]}])
        as_if_the_time_had_come(batch)
        progress = api.wait(batch, until=["completed"])["progress"]
    assert (progress["succeeded"], progress["failed"]) == (ROWS - 4, 4)
