"""A large retry is done in parts: each row once, the count exact, and what was done stays where it is stopped."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.core.errors import Conflict, Gone
from experiments.models import Queue, QueueItem
from experiments.services import queue_retry, queues
from experiments.services.queue_end import settle
from tests.integration.web.support import batch_of

pytestmark = pytest.mark.django_db

PART = 3


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_retry, "PART_ROWS", PART)


def retried(batch: CsvBatch, happens: Callable[[], Any] = lambda: None, *, after_part: int = 0, **chosen: Any) -> int:
    """Retries as a request and a worker do; how many the request says. `happens` between that part and the next."""
    rows = queue_retry.retry(queue_id=batch.pk, **chosen)
    for part in count(1):
        if part == after_part:
            happens()
        if not queue_retry._part(batch.pk):
            return rows
    raise AssertionError


def counts(batch: CsvBatch) -> tuple[str, int, int, int]:
    queue = Queue.objects.get(pk=batch.pk)
    return queue.status, queue.queued, queue.failed, queue.succeeded


def generations(batch: CsvBatch) -> list[int]:
    return list(QueueItem.objects.filter(queue_id=batch.pk).order_by("row_index").values_list("generation", flat=True))


@pytest.mark.parametrize("rows", [1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1])
def test_every_failed_row_is_queued_once(rows: int) -> None:
    batch = batch_of("ann", ["failed"] * rows, status="completed")
    assert retried(batch) == rows
    assert counts(batch) == ("running", rows, 0, 0)
    assert generations(batch) == [2] * rows
    assert set(batch.rows.values_list("status", "error_code", "error_message")) == {("queued", "", "")}


def test_rows_between_them_that_did_not_fail_are_left_alone() -> None:
    statuses = ["failed", "succeeded", "queued"] * 4
    batch = batch_of("ann", statuses)
    assert retried(batch) == 4
    assert counts(batch) == ("running", 8, 0, 4)
    assert generations(batch) == [2, 1, 1] * 4


def test_with_force_those_that_succeeded_are_queued_too_and_running_ones_are_not() -> None:
    batch = batch_of("ann", ["failed", "succeeded", "running", "succeeded"] * 2)
    assert retried(batch, force=True) == 6
    assert counts(batch) == ("running", 6, 0, 0)
    assert generations(batch) == [2, 2, 1, 2] * 2


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [
        ({"row_indexes": [0, 2, 3, 4, 6]}, [0, 2, 3, 4, 6]),
        ({"row_indexes": []}, []),
        ({"error_code": "timeout"}, list(range(8))),
        ({"error_code": "rejected"}, []),
    ],
)
def test_only_the_chosen_rows_are_queued(chosen: dict[str, Any], rows: Sequence[int]) -> None:
    batch = batch_of("ann", ["failed"] * 8)
    assert retried(batch, **chosen) == len(rows)
    assert [index for index, generation in enumerate(generations(batch)) if generation == 2] == rows


def test_rows_that_fail_again_meanwhile_are_not_queued_a_second_time() -> None:
    batch = batch_of("ann", ["failed"] * 7)

    def fail_again() -> None:
        first = QueueItem.objects.filter(queue_id=batch.pk, row_index__lt=PART)
        first.update(status="failed", error_code="timeout", completed_at=timezone.now())
        Queue.objects.filter(pk=batch.pk).update(queued=0, failed=7)

    assert retried(batch, fail_again, after_part=1) == 7
    assert generations(batch) == [2] * 7
    assert counts(batch) == ("running", 4, 3, 0)


def test_it_does_not_end_while_rows_are_still_to_be_queued_again_and_ends_after_that() -> None:
    batch = batch_of("ann", ["failed"] * 4, status="completed")

    def call_them() -> None:
        called = QueueItem.objects.filter(queue_id=batch.pk, status="queued").update(status="succeeded")
        Queue.objects.filter(pk=batch.pk).update(queued=0, succeeded=F("succeeded") + called)
        settle(batch.pk)

    def call_those_of_the_first_part() -> None:
        call_them()
        assert counts(batch) == ("running", 0, 1, PART)

    assert retried(batch, call_those_of_the_first_part, after_part=1) == 4
    assert counts(batch) == ("running", 1, 0, PART)
    call_them()
    assert counts(batch) == ("completed", 0, 0, 4)


def test_where_nothing_is_left_to_queue_after_its_last_full_part_it_ends_with_that() -> None:
    batch = batch_of("ann", ["failed"] * PART, status="completed")

    def call_them() -> None:
        QueueItem.objects.filter(queue_id=batch.pk).update(status="succeeded")
        Queue.objects.filter(pk=batch.pk).update(queued=0, succeeded=PART)

    retried(batch, call_them, after_part=1)
    assert counts(batch) == ("completed", 0, 0, PART)


def test_a_range_does_not_end_meanwhile_either() -> None:
    batch = batch_of("ann", ["failed"] * 4, range_to=PART)

    def call_them() -> None:
        QueueItem.objects.filter(queue_id=batch.pk, status="queued").update(status="succeeded")
        Queue.objects.filter(pk=batch.pk).update(queued=0, succeeded=PART)
        settle(batch.pk)
        assert counts(batch)[0] == "running"

    retried(batch, call_them, after_part=1)
    assert counts(batch) == ("paused", 1, 0, PART)


def test_cancelled_in_the_middle_it_keeps_what_was_done() -> None:
    batch = batch_of("ann", ["failed"] * 8)
    retried(batch, lambda: queues.cancel(queue_id=batch.pk), after_part=2)
    assert counts(batch) == ("cancelled", 2 * PART, 2, 0)
    assert generations(batch) == [2] * 6 + [1] * 2


def test_cancelled_and_resumed_in_the_middle_it_does_not_go_on() -> None:
    batch = batch_of("ann", ["failed"] * 8)

    def cancel_and_resume() -> None:
        queues.cancel(queue_id=batch.pk)
        queues.resume(queue_id=batch.pk)

    retried(batch, cancel_and_resume, after_part=1)
    assert counts(batch) == ("running", PART, 5, 0)


def test_deleted_in_the_middle_it_queues_no_more() -> None:
    batch = batch_of("ann", ["failed"] * 8)
    retried(batch, lambda: Queue.objects.filter(pk=batch.pk).update(deleted_at=timezone.now()), after_part=1)
    assert generations(batch) == [2] * PART + [1] * 5


def test_paused_in_the_middle_it_goes_on_and_stays_paused() -> None:
    batch = batch_of("ann", ["failed"] * 8)
    assert retried(batch, lambda: queues.pause(queue_id=batch.pk, by="ann"), after_part=1) == 8
    assert counts(batch) == ("paused", 8, 0, 0)


@pytest.mark.parametrize("status", ["cancelled", "draft"])
def test_where_it_was_not_allowed_from_the_beginning_it_is_refused(status: str) -> None:
    batch = batch_of("ann", ["failed"] * 4, status=status)
    with pytest.raises(Conflict):
        queue_retry.retry(queue_id=batch.pk)
    assert generations(batch) == [1] * 4


def test_one_that_was_deleted_is_gone() -> None:
    batch = batch_of("ann", ["failed"] * 4, deleted_at=timezone.now())
    with pytest.raises(Gone):
        queue_retry.retry(queue_id=batch.pk)


def test_failures_in_a_row_are_forgotten_once_and_not_by_every_part() -> None:
    batch = batch_of("ann", ["failed"] * 8, streaks={"server": 3})
    retried(
        batch,
        lambda: Queue.objects.filter(pk=batch.pk, streaks={}).update(streaks={"server": 2}),
        after_part=1,
    )
    assert Queue.objects.get(pk=batch.pk).streaks == {"server": 2}
