"""A hard limit pauses the batch with its reason, and what goes over it is at most what was in flight."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from experiments.models import Network, Queue
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

BROKEN = {"do": "status", "status": 422, "json": {"detail": "no"}}


def started(api: Api, run_server: RunServer, rows: int = 30, **values: Any) -> str:
    batch = api.ready(api.network(run_server), numbered(rows), **values)
    api.run(batch)
    return batch


def pause_code(state: dict[str, Any]) -> tuple[str, str]:
    return state["status"], (state["pause_reason"] or {}).get("code")


@pytest.mark.parametrize("concurrency", [1, 8])
def test_never_more_calls_are_made_than_allowed(
    api: Api, run_server: RunServer, worker: Worker, concurrency: int
) -> None:
    batch = started(api, run_server, concurrency=concurrency, max_calls=11)
    state = api.rest(batch)
    assert pause_code(state) == ("paused", "cap_calls")
    assert "11 calls" in state["pause_reason"]["detail"]
    assert (state["progress"]["succeeded"], state["progress"]["calls"]) == (11, 11)
    assert run_server.stats()["calls"] == 11


def test_every_attempt_is_a_call(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(default={"do": "status", "status": 500})
    batch = started(api, run_server, rows=2, max_calls=3, max_attempts=10)
    assert pause_code(api.wait(batch)) == ("paused", "cap_calls")
    assert run_server.stats()["calls"] == 3


def test_a_row_that_was_never_sent_is_no_call(api: Api, run_server: RunServer, worker: Worker) -> None:
    longer = f"{{{{ row.text | replace('x', '{'y' * 100}') }}}}"
    rows = [["0", "x" * 20_000], ["1", "x" * 20_000], ["2", "a"], ["3", "b"]]
    batch = api.ready(api.network(run_server), rows, max_calls=2, prompt_template=longer)
    api.run(batch)
    state = api.wait(batch)
    assert state["status"] == "completed", state
    assert [row["error_code"] for row in api.rows(batch)] == ["template_error", "template_error", None, None]
    assert state["progress"]["calls"] == run_server.stats()["calls"] == 2


def test_failures_pause_after_at_most_what_was_in_flight(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.always(BROKEN)
    batch = started(api, run_server, concurrency=4, max_failures=6)
    state = api.wait(batch)
    assert pause_code(state) == ("paused", "cap_failures")
    assert "6 failed rows" in state["pause_reason"]["detail"]
    assert 6 <= run_server.stats()["calls"] <= 6 + 3


def test_tokens_pause_as_soon_as_they_are_recorded(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = started(api, run_server, max_tokens=40)
    state = api.wait(batch)
    assert pause_code(state) == ("paused", "cap_tokens")
    # 15 tokens a call.
    assert state["progress"]["tokens"] == 45
    assert run_server.stats()["calls"] == 3


def test_minutes_of_running_pause_and_those_of_pauses_do_not_count(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.hold("^row [2-9]$")
    batch = started(api, run_server, max_minutes=3)
    run_server.wait(held=1)
    api.post(f"/csv_batches/{batch}/pause", want=202)
    queue = Queue.objects.get(pk=batch)
    assert queue.running_since is None
    assert 0 < queue.ran_before_s < 60
    # As if it had run for three minutes less a second.
    Queue.objects.filter(pk=batch).update(ran_before_s=179)
    api.post(f"/csv_batches/{batch}/resume", want=202)
    a_second_ago = Now() - timedelta(seconds=1)
    eventually(lambda: Queue.objects.filter(pk=batch, running_since__lt=a_second_ago).exists(), what="three minutes")
    run_server.release()
    state = api.wait(batch)
    assert pause_code(state) == ("paused", "cap_minutes")
    assert "3 minutes" in state["pause_reason"]["detail"]
    assert state["progress"]["running_seconds"] >= 180
    assert run_server.stats()["calls"] == 3


def test_a_batch_that_ends_exactly_at_its_limits_is_completed(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = started(api, run_server, rows=4, max_calls=4, max_tokens=60, max_failures=1)
    assert api.wait(batch)["status"] == "completed"


def test_resuming_needs_a_higher_limit_which_takes_effect(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = started(api, run_server, rows=10, max_calls=2)
    api.wait(batch)
    [refused] = api.post(f"/csv_batches/{batch}/resume", want=409)["errors"]
    assert (refused["code"], refused["attr"]) == ("cap_calls", "max_calls")
    assert "Raise the limit" in refused["detail"]
    assert api.batch(batch)["pause_reason"]["code"] == "cap_calls"
    assert api.patch(f"/csv_batches/{batch}", {"max_calls": 5})["max_calls"] == 5
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert pause_code(api.wait(batch)) == ("paused", "cap_calls")
    assert run_server.stats()["calls"] == 5
    api.patch(f"/csv_batches/{batch}", {"max_calls": None})
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch)["status"] == "completed"


def test_a_limit_that_is_lowered_while_it_runs_pauses_it(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("^row 4$")
    batch = started(api, run_server)
    run_server.wait(held=1)
    api.patch(f"/csv_batches/{batch}", {"max_calls": 3})
    run_server.release()
    assert pause_code(api.wait(batch)) == ("paused", "cap_calls")
    assert run_server.stats()["calls"] == 5


def test_retrying_failed_rows_makes_room_under_a_limit_of_failures(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.always(BROKEN)
    batch = started(api, run_server, rows=5, max_failures=2)
    api.wait(batch)
    run_server.reset()
    assert api.post(f"/csv_batches/{batch}/retry", want=202)["requeued"] == 2
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch)["progress"]["succeeded"] == 5


def test_a_pause_that_ends_by_itself_ends_at_the_limit_too(api: Api, run_server: RunServer, worker: Worker) -> None:
    refused = {"do": "status", "status": 429, "headers": {"Retry-After": "3600"}}
    run_server.script(rules=[{"match": "^row 1$", "attempts": [refused]}])
    # Not reached before: with the last call that may be made in flight, the batch pauses by its limit.
    batch = started(api, run_server, rows=3, max_calls=3)
    assert pause_code(api.wait(batch)) == ("paused", "rate_limited")
    # As if the hour had passed, and somebody had lowered the limit: it goes on by itself, and finds that it may not.
    past = timezone.now() - timedelta(seconds=1)
    Network.objects.update(held_until=past)
    Queue.objects.filter(pk=batch).update(pause_until=past, max_calls=1)
    eventually(lambda: pause_code(api.batch(batch)) == ("paused", "cap_calls"), what="the pause by the limit")
    progress = api.batch(batch)["progress"]
    assert (progress["calls"], progress["refused_calls"], run_server.stats()["calls"]) == (1, 1, 2)
