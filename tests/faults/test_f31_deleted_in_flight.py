"""F31: a running batch is deleted or cancelled while its calls are under way; a trial is restarted.

What was in flight either ends or is counted: the network never has more calls than it allows.
"""

import time
from typing import Any

import pytest

from experiments.models import Attempt, Claim, QueueItem
from tests.faults.batches import assert_each_called_once, calls_of
from tests.faults.support import StartWorker, assert_whole, seen
from tests.faults.watch import most_at_once
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually

SLOTS = 4
ABORTED_WITHIN_S = 2.0
LATER_S = 1.5
"""Longer than a call that must not come would take to come."""
ABORT = {"calls": "abort"}
FINISH = {"calls": "finish"}
BY_A_WORKER = 25_000
"""A batch of so many rows is deleted by a worker, not within the request."""


def full_network(api: Api, run_server: RunServer, start_worker: StartWorker, *, rows: int) -> tuple[str, str]:
    """A batch whose held calls take all slots of a network, and one on the same network that waits for one."""
    run_server.hold("")
    network = api.network(run_server, timeout_s=300, max_concurrency=SLOTS)
    first = api.ready(network, numbered(rows), concurrency=2 * SLOTS)
    second = api.ready(network, numbered(12), concurrency=2 * SLOTS)
    start_worker()
    api.run(first)
    run_server.wait(held=SLOTS)
    api.run(second)
    return first, second


def assert_taken_over(run_server: RunServer, first: str, second: str, *, since: float) -> None:
    """The calls of the first have ended soon, and the second has all slots."""
    eventually(lambda: len(calls_of(run_server, second)) == SLOTS, timeout_s=10, what="the other batch takes over")
    ended = [call["ended"] for call in calls_of(run_server, first)]
    assert None not in ended, "its calls were not ended"
    took_s = max(ended) - since
    seen(f"the last of its {len(ended)} calls ended {took_s:.2f} s later (at most {ABORTED_WITHIN_S:.0f})")
    assert took_s <= ABORTED_WITHIN_S


def assert_limit_held(run_server: RunServer, slots: int = SLOTS) -> None:
    """At each moment up to now and for a while longer."""
    until = time.monotonic() + LATER_S
    eventually(lambda: time.monotonic() > until, what="calls that must not come have had time to come")
    most = most_at_once(run_server.ledger(bodies=False))
    seen(f"{most} calls at once at most (the network allows {slots})")
    assert most <= slots


@pytest.mark.parametrize("rows", [30, BY_A_WORKER])
def test_a_deleted_batch_s_calls_are_ended_and_count_until_then(
    api: Api, run_server: RunServer, start_worker: StartWorker, rows: int
) -> None:
    first, second = full_network(api, run_server, start_worker, rows=rows)
    asked_at = time.time()
    api.delete(f"/csv_batches/{first}")
    api.get(f"/csv_batches/{first}", want=404)
    assert_taken_over(run_server, first, second, since=asked_at)
    assert_limit_held(run_server)
    assert len(calls_of(run_server, first)) == SLOTS, "none of its rows is called again"
    run_server.release()
    assert_each_called_once(api, run_server, second, rows=12)
    assert most_at_once(run_server.ledger(bodies=False)) <= SLOTS
    eventually(lambda: not QueueItem.objects.filter(queue_id=first).exists(), what="nothing is left of its rows")
    kept = QueueItem.objects.filter(queue_id=second).values("id")
    assert not Attempt.objects.exclude(item_id__in=kept).exists(), "a late answer left something of it behind"
    eventually(lambda: not Claim.objects.exists(), what="nor is a row claimed")


def test_cancelled_with_abort_the_calls_are_ended_and_their_rows_wait_uncounted(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    first, second = full_network(api, run_server, start_worker, rows=30)
    asked_at = time.time()
    assert api.post(f"/csv_batches/{first}/cancel", ABORT, 202)["status"] == "cancelled"
    assert_taken_over(run_server, first, second, since=asked_at)
    assert_limit_held(run_server)
    progress = api.batch(first)["progress"]
    assert (progress["queued"], progress["running"], progress["failed"]) == (30, 0, 0)
    assert {row["attempts"] for row in api.rows(first)} == {0}
    run_server.release()
    assert_each_called_once(api, run_server, second, rows=12)

    api.post(f"/csv_batches/{first}/resume", want=202)
    assert api.wait(first, until=["completed"])["progress"]["succeeded"] == 30
    assert {row["attempts"] for row in api.rows(first)} == {1}
    assert len(calls_of(run_server, first)) == SLOTS + 30
    assert most_at_once(run_server.ledger(bodies=False)) <= SLOTS


@pytest.mark.parametrize("order", [FINISH, None], ids=["asked for", "by default"])
def test_cancelled_otherwise_the_calls_go_on_keep_their_slots_and_are_recorded(
    api: Api, run_server: RunServer, start_worker: StartWorker, order: dict[str, str] | None
) -> None:
    first, second = full_network(api, run_server, start_worker, rows=30)
    assert api.post(f"/csv_batches/{first}/cancel", order, 202)["status"] == "cancelled"
    assert_limit_held(run_server)
    stats = run_server.stats()
    assert (stats["calls"], stats["in_flight"], stats["left"]) == (SLOTS, SLOTS, 0), "and nobody else has them"
    run_server.release()
    assert_each_called_once(api, run_server, second, rows=12)
    state = eventually(lambda: at_rest(api, first), what="what was in flight is recorded")
    assert (state["status"], state["progress"]["succeeded"], state["progress"]["queued"]) == ("cancelled", SLOTS, 26)
    assert most_at_once(run_server.ledger(bodies=False)) <= SLOTS


def test_calls_that_a_pause_lets_finish_are_ended_by_a_cancel_with_abort(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    """Paused first, which lets calls finish; then cancelled with abort, because they take too long."""
    first, second = full_network(api, run_server, start_worker, rows=30)
    api.post(f"/csv_batches/{first}/pause", want=202)
    assert_limit_held(run_server)
    assert run_server.stats()["calls"] == SLOTS
    asked_at = time.time()
    api.post(f"/csv_batches/{first}/cancel", ABORT, 202)
    assert_taken_over(run_server, first, second, since=asked_at)
    run_server.release()
    assert_each_called_once(api, run_server, second, rows=12)


@pytest.mark.parametrize("order", [{"calls": "explode"}, {"calls": 1}])
def test_another_word_is_refused_and_changes_nothing(api: Api, order: dict[str, Any], run_server: RunServer) -> None:
    batch = api.ready(api.network(run_server), numbered(2))
    api.run(batch)
    (error,) = api.post(f"/csv_batches/{batch}/cancel", order, 400)["errors"]
    assert error["attr"] == "calls"
    assert api.batch(batch)["status"] == "running"


def test_a_restarted_trial_ends_the_calls_of_the_one_before(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    run_server.hold("")
    network = api.network(run_server, timeout_s=300, max_concurrency=2)
    batch = api.ready(network, numbered(8), concurrency=2)
    start_worker()
    api.post(f"/csv_batches/{batch}/try", {"rows": 2}, 202)
    run_server.wait(held=2)
    asked_at = time.time()
    api.post(f"/csv_batches/{batch}/try", {"start": 2, "rows": 2}, 202)
    run_server.wait(calls=4)
    eventually(lambda: run_server.stats()["left"] == 2, timeout_s=10, what="the calls of the first trial are ended")
    old = [call for call in run_server.ledger(bodies=False) if call["user_message"] in ("row 0", "row 1")]
    assert [call["left"] for call in old] == [True, True]
    assert max(call["ended"] for call in old) <= asked_at + ABORTED_WITHIN_S
    assert_limit_held(run_server, 2)
    run_server.release()
    trial = eventually(lambda: completed_trial(api, batch), what="the second trial")
    assert [row["row_index"] for row in trial["rows"]] == [2, 3]
    # The batch itself is not touched by any of that.
    run_server.script()
    run_server.reset()
    api.run(batch)
    api.wait(batch, until=["completed"])
    assert_each_called_once(api, run_server, batch, rows=8)


def test_a_batch_alone_loses_nothing_to_an_abort(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    run_server.script(latency_ms=100)
    batch = api.ready(api.network(run_server), numbered(200), concurrency=8)
    start_worker()
    api.run(batch)
    aborted = 0
    for done in (20, 60):
        run_server.wait(done=done)
        api.post(f"/csv_batches/{batch}/cancel", ABORT, 202)
        eventually(lambda: at_rest(api, batch), what="nothing in flight")
        aborted = run_server.stats()["left"]
        api.post(f"/csv_batches/{batch}/resume", want=202)
    # An answer that was on its way when the call was given up is asked for again.
    assert_whole(api, run_server, batch, rows=200, repeated=2 * 8)
    assert aborted >= 1


def at_rest(api: Api, batch: str) -> dict[str, Any] | None:
    state = api.batch(batch)
    return state if state["progress"]["running"] == 0 else None


def completed_trial(api: Api, batch: str) -> dict[str, Any] | None:
    trial: dict[str, Any] = api.get(f"/csv_batches/{batch}/try")
    return trial if trial["status"] == "completed" else None
