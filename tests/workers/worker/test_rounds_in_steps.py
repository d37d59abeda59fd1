"""A round that may pause its queue: limits are exact, and failures are counted in the order in which they came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Claim, Queue
from experiments.run_client.retry_policy import NOT_FOUND, RUN_ERROR, SCHEMA, UNAUTHORIZED, UNREACHABLE, Breaker
from experiments.worker.claim import ClaimedRow
from experiments.worker.record import MOST_STREAKS, Outcome
from experiments.worker.round import LaneKeys, RoundOrder, RoundResult
from experiments.worker.rounds_in_steps import run_in_steps
from tests.workers.worker.support import again, claim, counters, failed, keys_of, lane_at, succeeded, waiting

pytestmark = pytest.mark.django_db


def did(keys: LaneKeys, outcomes: Sequence[Outcome] = (), **values: Any) -> RoundResult:
    result = run_in_steps(keys, RoundOrder(outcomes, **values))
    assert result is not None
    return result


def refused(row: ClaimedRow) -> Outcome:
    return again(row, "unauthorized", breaker=UNAUTHORIZED, counted=False, delay_s=1.0)


def state(batch: CsvBatch) -> tuple[str, str]:
    queue = Queue.objects.get(pk=batch.pk)
    return queue.status, queue.pause_code


def streaks(batch: CsvBatch) -> tuple[dict[str, int], bool]:
    queue = Queue.objects.get(pk=batch.pk)
    return queue.streaks, queue.probing


# -- the limit on calls


def test_no_more_rows_are_claimed_than_calls_are_left() -> None:
    batch = waiting(10, max_calls=4)
    keys = keys_of(batch)
    assert len(did(keys, want=3).claimed) == 3
    assert len(did(keys, want=3, unsent=3).claimed) == 1
    assert did(keys, want=3, unsent=4).claimed == []
    assert counters(batch)["calls"] == 4


def test_rows_that_were_claimed_and_not_sent_are_no_reason_to_pause() -> None:
    batch = waiting(10, max_calls=4)
    keys = keys_of(batch)
    assert did(keys, want=9).status == "running"
    assert did(keys, unsent=1).status == "running"
    assert state(batch) == ("running", "")
    assert did(keys, unsent=0).status == "paused"
    assert state(batch) == ("paused", "cap_calls")
    assert "4 calls" in Queue.objects.get(pk=batch.pk).pause_detail


def test_with_rows_claimed_elsewhere_the_limit_is_exact_too() -> None:
    batch = waiting(10, max_calls=4)
    here, elsewhere = (keys_of(batch, lease_id=lane_at(batch, number).lease_id) for number in (0, 1))
    rows = did(elsewhere, want=3).claimed
    assert len(did(here, want=3).claimed) == 1
    assert did(here, unsent=0).status == "running", "the others have three to send"
    assert did(elsewhere, [succeeded(row) for row in rows[:2]], unsent=1).status == "running"
    # Ours is sent, but for all that anybody else knows it may be given back.
    assert did(elsewhere, [succeeded(rows[2])]).status == "running"
    assert did(here).status == "paused"
    assert counters(batch) == {"queued": 7, "succeeded": 3, "calls": 4, "tokens": 45}


def test_a_queue_of_which_no_row_is_left_is_not_paused_at_its_limit() -> None:
    batch = waiting(2, max_calls=2)
    keys = keys_of(batch)
    rows = did(keys, want=5).claimed
    assert did(keys, [succeeded(row) for row in rows]).status == "running"
    assert state(batch) == ("running", "")


@pytest.mark.parametrize("limit", ["max_failures", "max_tokens"])
def test_failures_and_tokens_pause_with_the_outcomes_that_reach_the_limit(limit: str) -> None:
    batch = waiting(5, **{limit: 20 if limit == "max_tokens" else 2})
    keys = keys_of(batch)
    outcome = succeeded if limit == "max_tokens" else failed
    first, second = did(keys, want=2).claimed
    assert did(keys, [outcome(first)]).status == "running"
    result = did(keys, [outcome(second)], want=1)
    assert result.status == "paused"
    assert state(batch)[0] == "paused"


# -- failures in a row


def test_five_refusals_in_a_row_pause_and_four_do_not() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 5)
    assert did(keys, [refused(row) for row in rows[:4]]).status == "running"
    assert streaks(batch) == ({"unauthorized": 4}, False)
    assert did(keys, [refused(rows[4])]).status == "paused"
    assert state(batch) == ("paused", "unauthorized")
    assert streaks(batch) == ({"unauthorized": 5}, True), "one row goes first after it"


def test_a_success_among_them_begins_anew() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 6)
    outcomes = [*(refused(row) for row in rows[:4]), succeeded(rows[4]), refused(rows[5])]
    assert did(keys, outcomes).status == "running"
    assert streaks(batch) == ({"unauthorized": 1}, False)


def test_a_failure_of_another_sort_counts_beside_them_and_what_says_nothing_does_not() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 7)
    did(keys, [refused(row) for row in rows[:4]])
    did(keys, [failed(rows[4], breaker=NOT_FOUND)])
    assert streaks(batch) == ({"unauthorized": 4, "not_found": 1}, False)
    did(keys, [again(rows[5], "given_back", neutral=True, counted=False)])
    assert streaks(batch) == ({"unauthorized": 4, "not_found": 1}, False)
    assert did(keys, [refused(rows[6])]).status == "paused"
    assert state(batch) == ("paused", "unauthorized")


def said(row: ClaimedRow, *words: str) -> Outcome:
    return failed(row, "run_error", breaker=RUN_ERROR, says=words)


def test_failures_by_words_count_together_only_where_they_say_the_same() -> None:
    batch = waiting(40)
    keys = keys_of(batch)
    rows = claim(keys, 40)
    did(keys, [said(row, f"each its own {row.row_index}") for row in rows[:20]])
    assert state(batch) == ("running", "")
    did(keys, [said(row, f"with its cell {row.row_index}", "without") for row in rows[20:39]])
    assert state(batch) == ("running", "")
    assert did(keys, [said(rows[39], "without")]).status == "paused"
    assert state(batch) == ("paused", "run_error")
    assert len(streaks(batch)[0]) <= MOST_STREAKS


def test_the_pause_says_who_was_called_how_often_and_the_last_words() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    outcomes = [
        replace(refused(row), host="http://there:1", message=f"HTTP 401: no. {row.row_index}") for row in claim(keys, 5)
    ]
    did(keys, outcomes)
    queue = Queue.objects.get(pk=batch.pk)
    assert (queue.pause_error_code, queue.pause_count) == ("unauthorized", 5)
    for part in ("http://there:1", "5 times in a row", "HTTP 401: no. 4", "token"):
        assert part in queue.pause_detail


def test_outcomes_of_rows_that_another_has_do_not_count() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 5)
    Claim.objects.filter(pk=rows[0].id).update(lease_id=keys_of(batch).lease_id)
    assert did(keys, [refused(row) for row in rows]).status == "running"
    assert streaks(batch)[0] == {"unauthorized": 4}


def test_the_rows_that_were_claimed_with_the_pause_are_told() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 5)
    result = did(keys, [refused(row) for row in rows], want=2)
    assert (result.status, [row.row_index for row in result.claimed]) == ("paused", [5, 6])


# -- while one row goes first


def probing(rows: int, **values: Any) -> tuple[CsvBatch, LaneKeys]:
    batch = waiting(rows, probing=True, streaks={"unauthorized": 5}, **values)
    return batch, keys_of(batch)


def test_one_failure_of_the_row_that_goes_first_pauses_again() -> None:
    batch, keys = probing(3)
    [row] = did(keys, want=1).claimed
    assert did(keys, [failed(row, breaker=NOT_FOUND)]).status == "paused"
    assert streaks(batch) == ({"unauthorized": 5, "not_found": 1}, True)


@pytest.mark.parametrize("breaker", [RUN_ERROR, SCHEMA])
def test_where_it_fails_by_itself_the_network_answers_and_the_others_go(breaker: Breaker) -> None:
    batch, keys = probing(3, reach_tries=2)
    [row] = did(keys, want=1).claimed
    result = did(keys, [failed(row, breaker=breaker, says=("no such word",))])
    assert (result.status, result.probing) == ("running", False)
    assert list(streaks(batch)[0].values()) == [1]
    assert Queue.objects.get(pk=batch.pk).reach_tries == 0


def test_where_it_fails_as_those_before_the_pause_did_it_pauses_again() -> None:
    batch = waiting(3, probing=True, streaks={"run_error:the same": 20})
    keys = keys_of(batch)
    [row] = did(keys, want=1).claimed
    assert did(keys, [said(row, "the same")]).status == "paused"
    assert Queue.objects.get(pk=batch.pk).pause_count == 21


def test_its_success_lets_the_others_go() -> None:
    batch, keys = probing(3)
    [row] = did(keys, want=1).claimed
    result = did(keys, [succeeded(row)])
    assert (result.status, result.probing) == ("running", False)
    assert streaks(batch) == ({}, False)


@pytest.mark.parametrize("outcome", [succeeded, refused])
def test_what_was_called_before_the_pause_does_not_say_how_things_are_now(outcome: Any) -> None:
    batch = waiting(4)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    Queue.objects.filter(pk=batch.pk).update(status="paused", probing=True, streaks={"unauthorized": 5})
    Queue.objects.filter(pk=batch.pk).update(status="running", running_since=timezone.now() + timedelta(seconds=1))
    assert Queue.objects.get(pk=batch.pk).running_since != row.running_since
    assert did(keys, [outcome(row)]).status == "running"
    assert streaks(batch) == ({"unauthorized": 5}, True)


# -- a network that cannot be reached


def unreached(row: ClaimedRow) -> Outcome:
    return again(row, "connection", breaker=UNREACHABLE, counted=False)


def waits_s(batch: CsvBatch) -> float | None:
    until = Queue.objects.get(pk=batch.pk).pause_until
    return None if until is None else (until - timezone.now()).total_seconds()


@pytest.mark.parametrize(("tries", "wait_s"), [(0, 60), (1, 120), (2, 300), (3, 600), (4, 3600), (50, 3600)])
def test_it_is_tried_again_by_itself_each_time_later(tries: int, wait_s: int) -> None:
    batch = waiting(2, probing=True, streaks={"unreachable": 5 + tries}, reach_tries=tries)
    keys = keys_of(batch)
    [row] = did(keys, want=1).claimed
    assert did(keys, [unreached(row)]).status == "paused"
    assert state(batch) == ("paused", "unreachable")
    assert waits_s(batch) == pytest.approx(wait_s, abs=5)
    assert Queue.objects.get(pk=batch.pk).reach_tries == tries + 1


def test_an_answer_ends_the_growing_of_the_waits() -> None:
    batch = waiting(2, probing=True, streaks={"unreachable": 8}, reach_tries=3)
    keys = keys_of(batch)
    [row] = did(keys, want=1).claimed
    did(keys, [succeeded(row)])
    assert Queue.objects.get(pk=batch.pk).reach_tries == 0


def test_another_reason_waits_for_a_person() -> None:
    batch = waiting(5)
    keys = keys_of(batch)
    did(keys, [refused(row) for row in claim(keys, 5)])
    assert waits_s(batch) is None


def test_so_does_a_trial() -> None:
    batch = waiting(2, probing=True, streaks={"unreachable": 5}, parent_id=waiting(1).pk, trial=1)
    keys = keys_of(batch)
    [row] = did(keys, want=1).claimed
    did(keys, [unreached(row)])
    assert (state(batch), waits_s(batch)) == (("paused", "unreachable"), None)


# -- other reasons


def test_a_queue_that_is_gone_is_none() -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    Queue.objects.filter(pk=batch.pk).update(deleted_at=timezone.now())
    assert run_in_steps(keys, RoundOrder(want=1)) is None
