"""What happens to a queue is in the outbox exactly where the transaction commits in which it happened."""

from typing import Any

import pytest
from django.db import transaction

from experiments.core.choices import PauseReason
from experiments.models import Delivery, Network, Queue
from experiments.services import notices, queue_retry, queues
from experiments.services.queue_end import settle
from experiments.services.queue_pause import queue_pause, queue_pause_at_network
from tests.integration.notices.support import body, told, webhook
from tests.integration.web.support import batch_of, row_of, user
from tests.support import datasets

pytestmark = pytest.mark.django_db
CANARY = "a secret in a cell"


def done(rows: int = 3, failed: int = 0, **values: Any) -> Any:
    """A batch with nothing left to do that still runs."""
    return batch_of("ann", ["succeeded"] * (rows - failed) + ["failed"] * failed, **values)


def pause(queue: Any, reason: PauseReason = PauseReason.SERVER_ERROR, **values: Any) -> None:
    queue_pause(queue.pk, reason=reason, detail=CANARY, **values)


def test_an_end_is_told_once() -> None:
    webhook("ann")
    batch = done()
    settle(batch.pk)
    settle(batch.pk)
    assert told() == ["completed"]
    found = body()
    assert found["type"] == "csv_batch.completed"
    assert found["data"]["id"] == str(batch.pk)
    assert found["data"]["progress"] == {
        "total": 3,
        "queued": 0,
        "running": 0,
        "succeeded": 3,
        "failed": 0,
        "skipped": 0,
    }
    assert found["data"]["url"].endswith(f"/csv-batch/{batch.pk}/")
    assert found["timestamp"].endswith("Z")


def test_nothing_is_told_of_what_is_rolled_back() -> None:
    webhook("ann")
    batch = done()
    with transaction.atomic():
        settle(batch.pk)
        assert told() == ["completed"]
        transaction.set_rollback(True)
    assert told() == []
    assert Queue.objects.get(pk=batch.pk).status == "running"


def test_a_queue_with_rows_left_is_not_told_of() -> None:
    webhook("ann")
    settle(batch_of("ann", ["succeeded", "queued"]).pk)
    assert told() == []


def test_a_pause_by_the_system_is_told_with_its_reason_and_without_its_words() -> None:
    webhook("ann")
    pause(batch_of("ann", ["queued"]), until_s=60)
    data = body()["data"]
    assert (data["status"], data["reason"]) == ("paused", "server_error")
    assert data["until"]
    assert CANARY not in Delivery.objects.get().body


def test_a_pause_of_a_network_is_told_for_each_of_its_queues() -> None:
    webhook("ann")
    batch_of("ann", ["queued"])
    batch_of("ann", ["queued"], status="paused")
    network = Network.objects.get()
    queue_pause_at_network(network.pk, reason=PauseReason.QUOTA, detail="", until_s=None)
    assert told() == ["paused"]


def test_a_pause_by_a_person_is_not_told() -> None:
    webhook("ann")
    queues.pause(queue_id=batch_of("ann", ["queued"]).pk, by="ann")
    assert told() == []


def test_a_cancellation_is_told_once() -> None:
    webhook("ann")
    batch = batch_of("ann", ["queued"])
    queues.cancel(queue_id=batch.pk)
    assert told() == ["cancelled"]


def test_a_network_that_stays_away_is_told_of_the_first_time_only() -> None:
    webhook("ann")
    batch = batch_of("ann", ["queued"], reach_tries=1)
    pause(batch, PauseReason.UNREACHABLE)
    queues.resume(queue_id=batch.pk)
    Queue.objects.filter(pk=batch.pk).update(reach_tries=2)
    pause(batch, PauseReason.UNREACHABLE)
    assert told() == ["paused"]


def test_no_cell_prompt_or_answer_is_in_a_body() -> None:
    webhook("ann")
    batch = batch_of("ann", prompt_template=CANARY)
    row_of(batch, 0, "succeeded", payload=["1", CANARY, CANARY], result_payload={"category": CANARY, "urgent": True})
    Queue.objects.filter(pk=batch.pk).update(total=1, succeeded=1)
    settle(batch.pk)
    assert told() == ["completed"]
    assert CANARY not in Delivery.objects.get().body


def test_an_experiment_is_told_of_under_its_own_kind() -> None:
    webhook("ann")
    made = datasets.with_items("run_input,expected\na,yes\n")
    Queue.objects.filter(pk=made.pk).update(status="running", queued=0, succeeded=1)
    settle(made.pk)
    assert body()["type"] == "experiment.completed"


def test_a_kind_may_keep_its_queues_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    webhook("ann")
    monkeypatch.setattr("csv_batches.kind.CsvBatchKind.tells_events", False)
    settle(done().pk)
    assert told() == []


def test_trials_are_not_told_of() -> None:
    webhook("ann")
    parent = batch_of("ann", ["queued"], status="draft")
    trial = done(parent=parent, trial=1)
    settle(trial.pk)
    assert Queue.objects.get(pk=trial.pk).status == "completed"
    assert told() == []


# -- who hears of what


def test_others_hear_nothing_and_staff_who_want_it_hear_everybody() -> None:
    webhook("bob")
    user("sam", is_staff=True)
    webhook("sam")
    everybodys = webhook("sam", all_users=True)
    settle(done().pk)
    assert [one.subscription_id for one in Delivery.objects.all()] == [everybodys.pk]


def test_who_is_no_longer_staff_hears_only_of_their_own() -> None:
    webhook("exstaff", all_users=True)
    settle(done().pk)
    assert told() == []


def test_who_is_switched_off_hears_nothing() -> None:
    webhook("ann", is_active=False)
    webhook("ann", events=["paused"])
    settle(done().pk)
    assert told() == []
    webhook("ann")
    user("ann").__class__.objects.filter(username="ann").update(is_active=False)
    settle(done().pk)
    assert told() == []


# -- the share of failures


def test_a_share_of_failures_is_told_while_the_queue_runs_and_once() -> None:
    webhook("ann", failure_percent=10)
    batch_of("ann", ["succeeded"] * 18 + ["failed"] * 2 + ["queued"] * 20)
    notices.announce_shares()
    notices.announce_shares()
    assert told() == ["failure_share"]
    data = body()["data"]
    assert (data["failure_percent"], data["progress"]["failed"]) == (10, 2)


@pytest.mark.parametrize(
    ("succeeded", "failed", "queued"),
    [(19, 1, 10), (0, 19, 1)],
    ids=["a smaller share", "too few rows to say"],
)
def test_a_share_is_not_told_before_it_is_reached(succeeded: int, failed: int, queued: int) -> None:
    webhook("ann", failure_percent=10)
    batch_of("ann", ["succeeded"] * succeeded + ["failed"] * failed + ["queued"] * queued)
    notices.announce_shares()
    assert told() == []


def test_a_share_reached_with_the_last_row_is_told_before_the_end() -> None:
    webhook("ann", failure_percent=50)
    settle(done(rows=2, failed=1).pk)
    assert told() == ["failure_share", "completed"]


def test_each_has_their_own_share() -> None:
    webhook("ann", failure_percent=60)
    low = webhook("ann", failure_percent=20)
    batch_of("ann", ["succeeded"] * 15 + ["failed"] * 5 + ["queued"])
    notices.announce_shares()
    assert [one.subscription_id for one in Delivery.objects.all()] == [low.pk]


def test_a_share_is_told_again_in_the_next_run() -> None:
    webhook("ann", failure_percent=50)
    batch = done(rows=2, failed=1)
    settle(batch.pk)
    queue_retry.retry(queue_id=batch.pk)
    Queue.objects.filter(pk=batch.pk).update(queued=0, failed=1)
    settle(batch.pk)
    assert told() == ["failure_share", "completed"] * 2


def test_a_resumed_queue_is_in_the_same_run() -> None:
    webhook("ann", failure_percent=50)
    batch = batch_of("ann", ["succeeded"] * 10 + ["failed"] * 10 + ["queued"])
    pause(batch)
    queues.resume(queue_id=batch.pk)
    notices.announce_shares()
    assert told() == ["failure_share", "paused"]
