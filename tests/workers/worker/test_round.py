"""One round of a lane: what it records, marks and claims, and that the counters say so."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Attempt, Claim, Queue, QueueItem, Run
from experiments.worker.claim import give_back, give_back_unknown
from experiments.worker.round import RoundOrder, run_round
from tests.integration.web.support import batch_of, user
from tests.workers.worker.support import (
    again,
    claim,
    counters,
    did,
    failed,
    holder,
    item,
    keys_of,
    succeeded,
    waiting,
)

pytestmark = pytest.mark.django_db

RUN = {"agent_key": "a", "status": "ok", "request": {"user_message": "hi"}, "final": {"n": 1}, "duration_ms": 3}
RUN |= {"execution_log": [], "debug": None, "usage": {}}


def run(**values: Any) -> str:
    return json.dumps(RUN | values)


def indexes(rows: list[Any]) -> list[int]:
    return [row.row_index for row in rows]


# -- one statement for all


def test_a_round_records_marks_and_claims_at_once() -> None:
    batch = waiting(6)
    keys = keys_of(batch)
    first, second, third = claim(keys, 3)
    result = did(keys, [succeeded(first), failed(second)], marked=[(third.id, 0.4)], want=2)
    assert indexes(result.claimed) == [3, 4]
    assert (result.status, result.recorded, result.queued, result.running) == ("running", 2, 3, 1)
    assert counters(batch) == {"queued": 3, "running": 1, "succeeded": 1, "failed": 1, "calls": 5, "tokens": 15}
    assert [item(batch, index).status for index in range(4)] == ["succeeded", "failed", "running", "queued"]
    assert list(Attempt.objects.order_by("item_id").values_list("attempt", "outcome")) == [
        (1, "succeeded"),
        (1, "rejected"),
    ]


def test_a_claimed_row_is_told_as_it_is() -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    [row] = claim(keys, 5)
    stored = item(batch, 0)
    assert (row.id, row.row_index, row.payload) == (stored.pk, 0, stored.payload)
    assert (row.attempt, row.generation, row.lost, row.limited_s) == (1, 1, 0, 0)
    assert (row.queued_at, row.lease_id) == (None, keys.lease_id)
    assert row.running_since == Queue.objects.get(pk=batch.pk).running_since
    assert (holder(stored), stored.status, stored.attempts) == (keys.lease_id, "queued", 0)


def test_an_answer_is_stored_with_its_run() -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    did(keys, [succeeded(row, run=run(), trace_id="t", http_status=200)])
    stored, kept = item(batch, 0), Run.objects.get()
    assert stored.result_payload == {"category": "billing", "urgent": True}
    assert (stored.run_trace_id, stored.elapsed_ms, holder(stored)) == ("t", 12, None)
    assert stored.completed_at is not None
    assert (kept.trace_id, kept.item_id, kept.owner_id, kept.final) == ("t", row.id, batch.created_by_id, {"n": 1})
    assert kept.debug is None


def test_a_round_without_anything_to_do_changes_nothing() -> None:
    batch = waiting(1)
    before = Queue.objects.values().get(pk=batch.pk)
    assert did(keys_of(batch)).queued == 1
    assert Queue.objects.values().get(pk=batch.pk) == before


def test_of_a_queue_that_is_deleted_nothing_comes_back() -> None:
    batch = waiting(2)
    keys = keys_of(batch)
    Queue.objects.filter(pk=batch.pk).update(deleted_at=timezone.now())
    assert run_round(keys, RoundOrder(want=1)) is None
    assert not Claim.objects.exists()


# -- whose row it is


def test_an_outcome_of_a_row_that_another_has_by_now_is_refused_and_counts_nowhere() -> None:
    batch = waiting(2)
    keys, other = keys_of(batch), keys_of(batch)
    first, second = claim(keys, 2)
    Claim.objects.filter(pk=first.id).update(lease_id=other.lease_id)
    before = counters(batch)
    result = did(keys, [succeeded(first, run=run(), trace_id="t")])
    assert (result.recorded, counters(batch)) == (0, before)
    assert (item(batch, 0).status, holder(item(batch, 0))) == ("queued", other.lease_id)
    assert not Attempt.objects.exists()
    assert not Run.objects.exists()
    # The other of the same round is recorded all the same.
    assert did(keys, [succeeded(first), succeeded(second)]).recorded == 1
    assert (item(batch, 0).status, item(batch, 1).status) == ("queued", "succeeded")


def test_an_outcome_is_recorded_once() -> None:
    batch = waiting(2)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    assert [did(keys, [succeeded(row)]).recorded for _ in range(2)] == [1, 0]
    assert counters(batch) == {"queued": 1, "succeeded": 1, "calls": 1, "tokens": 15}


def test_a_row_that_another_has_is_not_marked() -> None:
    batch = waiting(1)
    [row] = claim(keys_of(batch), 1)
    did(keys_of(batch), marked=[(row.id, 1.0)])
    assert counters(batch) == {"queued": 1, "calls": 1}


# -- attempts


def test_a_row_that_was_never_marked_counts_as_one_attempt() -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    did(keys, [failed(row)])
    assert (item(batch, 0).attempts, item(batch, 0).started_at is not None) == (1, True)
    assert counters(batch) == {"failed": 1, "calls": 1}


def test_one_that_was_marked_counts_as_one_too() -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    did(keys, marked=[(row.id, 2.0)])
    stored = item(batch, 0)
    assert (stored.status, stored.attempts, counters(batch)) == ("running", 1, {"running": 1, "calls": 1})
    assert timedelta(seconds=1.5) < timezone.now() - stored.started_at < timedelta(seconds=30)
    did(keys, marked=[(row.id, 3.0)])
    assert item(batch, 0).attempts == 1, "a second mark changes nothing"
    did(keys, [failed(row)])
    assert (item(batch, 0).attempts, counters(batch)) == (1, {"failed": 1, "calls": 1})
    assert item(batch, 0).started_at == stored.started_at


@pytest.mark.parametrize("is_marked", [True, False])
@pytest.mark.parametrize("counted", [True, False])
def test_a_row_that_waits_again_has_one_attempt_more_where_it_counts(is_marked: bool, counted: bool) -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    if is_marked:
        did(keys, marked=[(row.id, 1.0)])
    did(keys, [again(row, counted=counted)])
    stored = item(batch, 0)
    assert (stored.status, stored.attempts, holder(stored)) == ("queued", int(counted), None)
    assert (stored.error_code, stored.error_message, stored.completed_at) == ("", "", None)
    assert counters(batch) == {"queued": 1, "calls": 1}
    [row] = claim(keys, 1)
    assert row.attempt == 1 + counted
    assert counters(batch) == {"queued": 1, "calls": 2}


def test_a_row_whose_prompt_could_not_be_made_was_no_call() -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    did(keys, [failed(row, "template_error")])
    assert counters(batch) == {"failed": 1}


# -- which rows are claimed


def test_rows_are_claimed_in_their_order_and_no_more_than_it_wants() -> None:
    batch = waiting(5)
    keys = keys_of(batch)
    assert [indexes(claim(keys, want)) for want in (2, 0, 2, 2)] == [[0, 1], [], [2, 3], [4]]


def test_rows_that_another_process_has_are_left_to_it() -> None:
    batch = waiting(4)
    claim(keys_of(batch), 2)
    assert indexes(claim(keys_of(batch), 9)) == [2, 3]
    assert counters(batch) == {"queued": 4, "calls": 4}


def test_a_row_that_is_recorded_for_a_later_try_is_not_claimed_before() -> None:
    batch = waiting(2)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    result = did(keys, [again(row, delay_s=30.0)], want=5)
    assert indexes(result.claimed) == [1]
    result = did(keys, want=5)
    assert result.claimed == []
    assert result.next_due_s is not None
    assert 20 < result.next_due_s <= 30
    QueueItem.objects.filter(pk=row.id).update(available_at=timezone.now() - timedelta(seconds=1))
    assert indexes(claim(keys, 5)) == [0]
    assert did(keys).next_due_s is None


def test_rows_that_are_due_come_in_their_place() -> None:
    batch = waiting(4)
    past = timezone.now() - timedelta(seconds=1)
    QueueItem.objects.filter(queue_id=batch.pk, row_index__in=[1, 3]).update(delayed=True, available_at=past)
    assert indexes(claim(keys_of(batch), 3)) == [0, 1, 2]


def test_suspect_rows_are_claimed_apart_and_others_are_not() -> None:
    batch = waiting(4)
    QueueItem.objects.filter(queue_id=batch.pk, row_index__in=[1, 2]).update(lost=2)
    QueueItem.objects.filter(queue_id=batch.pk, row_index=3).update(lost=1)
    assert indexes(claim(keys_of(batch), 9)) == [0, 3]
    apart = keys_of(batch, suspects=True)
    rows = claim(apart, 1)
    assert [(row.row_index, row.lost) for row in rows] == [(1, 2)]
    did(apart, [succeeded(rows[0])])
    assert item(batch, 1).lost == 0


def test_rows_outside_of_the_range_are_not_claimed() -> None:
    batch = waiting(6, range_from=2, range_to=4)
    past = timezone.now() - timedelta(seconds=1)
    QueueItem.objects.filter(queue_id=batch.pk, row_index__in=[1, 3, 5]).update(delayed=True, available_at=past)
    assert indexes(claim(keys_of(batch), 9)) == [2, 3]


@pytest.mark.parametrize("status", ["paused", "cancelled"])
def test_of_a_queue_that_was_stopped_nothing_is_claimed_and_what_ran_is_recorded(status: str) -> None:
    batch = waiting(3)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    Queue.objects.filter(pk=batch.pk).update(status=status)
    result = did(keys, [succeeded(row)], want=5)
    assert (result.status, result.recorded, result.claimed) == (status, 1, [])
    assert counters(batch) == {"queued": 2, "succeeded": 1, "calls": 1, "tokens": 15}


def test_rows_of_another_queue_are_not_claimed() -> None:
    batch, other = waiting(1), batch_of("ann", ["queued"] * 3, name="Other")
    assert len(claim(keys_of(batch), 9)) == 1
    assert counters(other) == {"queued": 3}


# -- trace ids


def recorded_with(batch: CsvBatch, *trace_ids: str | None) -> list[str | None]:
    """The trace ids under which the next rows are stored, where the network sends these."""
    keys = keys_of(batch)
    rows = claim(keys, len(trace_ids))
    did(keys, [succeeded(row, run=run(), trace_id=one) for row, one in zip(rows, trace_ids, strict=True)])
    stored = [item(batch, row.row_index).run_trace_id for row in rows]
    assert [Run.objects.get(trace_id=one).item_id for one in stored] == [row.id for row in rows]
    return stored


def test_a_trace_id_that_another_row_has_gets_a_suffix() -> None:
    batch = waiting(2)
    assert recorded_with(batch, "t") == ["t"]
    [second] = recorded_with(batch, "t")
    assert second is not None
    assert second.startswith("t~")
    assert Run.objects.count() == 2


def test_so_does_one_that_comes_twice_in_a_round_and_one_that_is_missing_is_made() -> None:
    first, second, third = recorded_with(waiting(3), "t", "t", None)
    assert first == "t"
    assert str(second).startswith("t~")
    assert third


def test_a_row_that_is_answered_again_under_its_own_updates_its_run() -> None:
    batch = waiting(1)
    keys = keys_of(batch)
    [row] = claim(keys, 1)
    did(keys, [again(row, run=run(final={"n": 1}), trace_id="t")])
    [row] = claim(keys, 1)
    did(keys, [succeeded(row, run=run(final={"n": 2}), trace_id="t")])
    kept = Run.objects.get()
    assert (kept.trace_id, kept.final, item(batch, 0).run_trace_id) == ("t", {"n": 2}, "t")


def test_a_run_that_our_own_runtime_kept_for_the_row_becomes_its_own_and_a_strangers_does_not() -> None:
    batch = waiting(2)
    assert batch.network_id is not None
    for index, owner in enumerate(("ann", "bob")):
        request = {"experiment_id": str(batch.pk), "experiment_item_index": index}
        Run.objects.create(trace_id=f"t{index}", network_id=batch.network_id, owner=user(owner), request=request)
    first, second = recorded_with(batch, "t0", "t1")
    assert first == "t0"
    assert str(second).startswith("t1~")


# -- rows that were not sent


def test_rows_that_are_given_back_wait_as_if_nobody_had_taken_them() -> None:
    batch = waiting(4)
    keys = keys_of(batch)
    rows = claim(keys, 3)
    did(keys, marked=[(rows[2].id, 1.0)])
    give_back(batch.pk, keys.lease_id, [rows[0].id, rows[2].id])
    assert counters(batch) == {"queued": 3, "running": 1, "calls": 2}
    assert [holder(item(batch, index)) is None for index in range(3)] == [True, False, False], "one of them was sent"
    assert (item(batch, 0).attempts, item(batch, 0).status) == (0, "queued")
    assert not Attempt.objects.exists()
    assert indexes(claim(keys_of(batch), 1)) == [0]


def test_rows_of_others_are_not_given_back() -> None:
    batch = waiting(2)
    [row] = claim(keys_of(batch), 1)
    give_back(batch.pk, keys_of(batch).lease_id, [row.id])
    assert counters(batch) == {"queued": 2, "calls": 1}
    assert holder(item(batch, 0)) is not None


def test_of_rows_that_were_deleted_meanwhile_no_claim_is_left() -> None:
    batch = waiting(2)
    keys = keys_of(batch)
    rows = claim(keys, 2)
    QueueItem.objects.filter(queue_id=batch.pk).delete()
    give_back(batch.pk, keys.lease_id, [row.id for row in rows])
    assert not Claim.objects.exists()


def test_rows_that_a_process_does_not_know_of_are_given_back_and_those_that_it_knows_are_not() -> None:
    batch = waiting(4)
    keys = keys_of(batch)
    known = claim(keys, 2)
    claim(keys, 1)
    claim(keys_of(batch), 1)
    give_back_unknown(batch.pk, keys.lease_id, [row.id for row in known])
    assert [holder(item(batch, index)) is None for index in range(4)] == [False, False, True, False]
    assert counters(batch) == {"queued": 4, "calls": 3}


# -- its plan


def test_a_plan_that_is_made_while_nothing_is_known_of_the_tables_looks_into_indexes_by_key() -> None:
    did(keys_of(waiting(1)))
    with connection.cursor() as cursor:
        # As where the tables were made a moment ago.
        cursor.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname LIKE 'experiments_%'")
        cursor.execute(
            "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements WHERE statement LIKE '%fenced%'"
        )
        name, places = cursor.fetchall()[-1]
        cursor.execute(f"EXPLAIN EXECUTE {name} ({', '.join(['NULL'] * places)})")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "using item_queued on" in plan, "and not through rows that were called"
    assert "using run_trace_unique on" in plan, "and not through all runs of the network"
