"""A round that may pause its queue: limits are exact, and failures are counted in the order in which they came."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Claim, Queue
from experiments.run_client.retry_policy import NOT_FOUND, UNAUTHORIZED
from experiments.worker.claim import ClaimedRow
from experiments.worker.record import Outcome
from experiments.worker.round import LaneKeys, RoundOrder, RoundResult
from experiments.worker.rounds_in_steps import run_in_steps
from tests.integration.worker.support import again, claim, counters, failed, keys_of, lane_at, succeeded, waiting

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


def streak(batch: CsvBatch) -> tuple[int, str, bool]:
    queue = Queue.objects.get(pk=batch.pk)
    return queue.streak, queue.streak_group, queue.probing


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
    assert streak(batch) == (4, "unauthorized", False)
    assert did(keys, [refused(rows[4])]).status == "paused"
    assert state(batch) == ("paused", "unauthorized")
    assert streak(batch) == (5, "unauthorized", True), "one row goes first after it"


def test_a_success_among_them_begins_anew() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 6)
    outcomes = [*(refused(row) for row in rows[:4]), succeeded(rows[4]), refused(rows[5])]
    assert did(keys, outcomes).status == "running"
    assert streak(batch) == (1, "unauthorized", False)


def test_so_does_a_failure_of_another_sort_and_what_says_nothing_does_not() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 7)
    did(keys, [refused(row) for row in rows[:4]])
    did(keys, [failed(rows[4], breaker=NOT_FOUND)])
    assert streak(batch) == (1, "not_found", False)
    did(keys, [again(rows[5], "given_back", neutral=True, counted=False)])
    assert streak(batch) == (1, "not_found", False)


def test_outcomes_of_rows_that_another_has_do_not_count() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 5)
    Claim.objects.filter(pk=rows[0].id).update(lease_id=keys_of(batch).lease_id)
    assert did(keys, [refused(row) for row in rows]).status == "running"
    assert streak(batch)[0] == 4


def test_the_rows_that_were_claimed_with_the_pause_are_told() -> None:
    batch = waiting(9)
    keys = keys_of(batch)
    rows = claim(keys, 5)
    result = did(keys, [refused(row) for row in rows], want=2)
    assert (result.status, [row.row_index for row in result.claimed]) == ("paused", [5, 6])


# -- while one row goes first


def probing(rows: int) -> tuple[CsvBatch, LaneKeys]:
    batch = waiting(rows, probing=True, streak=5, streak_group="unauthorized")
    return batch, keys_of(batch)


def test_one_failure_of_the_row_that_goes_first_pauses_again() -> None:
    batch, keys = probing(3)
    [row] = did(keys, want=1).claimed
    assert did(keys, [failed(row, breaker=NOT_FOUND)]).status == "paused"
    assert streak(batch) == (1, "not_found", True)


def test_its_success_lets_the_others_go() -> None:
    batch, keys = probing(3)
    [row] = did(keys, want=1).claimed
    result = did(keys, [succeeded(row)])
    assert (result.status, result.probing) == ("running", False)
    assert streak(batch) == (0, "", False)


@pytest.mark.parametrize("outcome", [succeeded, refused])
def test_what_was_called_before_the_pause_does_not_say_how_things_are_now(outcome: Any) -> None:
    batch = waiting(4)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    Queue.objects.filter(pk=batch.pk).update(status="paused", probing=True, streak=5, streak_group="unauthorized")
    Queue.objects.filter(pk=batch.pk).update(status="running", running_since=timezone.now() + timedelta(seconds=1))
    assert Queue.objects.get(pk=batch.pk).running_since != row.running_since
    assert did(keys, [outcome(row)]).status == "running"
    assert streak(batch) == (5, "unauthorized", True)


# -- other reasons


def test_a_network_that_asks_for_a_long_wait_pauses_until_then() -> None:
    batch = waiting(4)
    keys = keys_of(batch)
    first, second = claim(keys, 2)
    waits = [again(row, "rate_limited", pause_until_s=s) for row, s in ((first, 300.0), (second, 200.0))]
    assert did(keys, waits).status == "paused"
    queue = Queue.objects.get(pk=batch.pk)
    assert (queue.pause_code, queue.pause_until is not None) == ("rate_limited", True)
    assert timedelta(seconds=250) < queue.pause_until - timezone.now() <= timedelta(seconds=301)


def test_a_queue_that_is_gone_is_none() -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    Queue.objects.filter(pk=batch.pk).update(deleted_at=timezone.now())
    assert run_in_steps(keys, RoundOrder(want=1)) is None
