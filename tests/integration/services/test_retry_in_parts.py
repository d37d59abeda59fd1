"""A large retry is done in parts: each row once, the count exact, and what was done stays where it is stopped."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.core.errors import Conflict, Gone
from experiments.models import Queue, QueueItem
from experiments.services import queues
from tests.integration.web.support import batch_of

pytestmark = pytest.mark.django_db

PART = 3


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "RETRY_ROWS", PART)


@pytest.fixture
def after_part(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], Any]], None]:
    """What happens between that part and the next."""

    def set_up(number: int, happens: Callable[[], Any]) -> None:
        requeue, parts = queues._requeue, iter(range(1, 1_000))

        def spied(*args: Any, **values: Any) -> int:
            done = requeue(*args, **values)
            if next(parts) == number:
                happens()
            return done

        monkeypatch.setattr(queues, "_requeue", spied)

    return set_up


def counts(batch: CsvBatch) -> tuple[str, int, int, int]:
    queue = Queue.objects.get(pk=batch.pk)
    return queue.status, queue.queued, queue.failed, queue.succeeded


def generations(batch: CsvBatch) -> list[int]:
    return list(QueueItem.objects.filter(queue_id=batch.pk).order_by("row_index").values_list("generation", flat=True))


@pytest.mark.parametrize("rows", [1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 1])
def test_every_failed_row_is_queued_once(rows: int) -> None:
    batch = batch_of("ann", ["failed"] * rows, status="completed")
    assert queues.retry(queue_id=batch.pk) == rows
    assert counts(batch) == ("running", rows, 0, 0)
    assert generations(batch) == [2] * rows
    assert set(batch.rows.values_list("status", "error_code", "error_message")) == {("queued", "", "")}


def test_rows_between_them_that_did_not_fail_are_left_alone() -> None:
    statuses = ["failed", "succeeded", "queued"] * 4
    batch = batch_of("ann", statuses)
    assert queues.retry(queue_id=batch.pk) == 4
    assert counts(batch) == ("running", 8, 0, 4)
    assert generations(batch) == [2, 1, 1] * 4


def test_with_force_those_that_succeeded_are_queued_too_and_running_ones_are_not() -> None:
    batch = batch_of("ann", ["failed", "succeeded", "running", "succeeded"] * 2)
    assert queues.retry(queue_id=batch.pk, force=True) == 6
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
    assert queues.retry(queue_id=batch.pk, **chosen) == len(rows)
    assert [index for index, generation in enumerate(generations(batch)) if generation == 2] == rows


def test_rows_that_fail_again_meanwhile_are_not_queued_a_second_time(
    after_part: Callable[[int, Callable[[], Any]], None],
) -> None:
    batch = batch_of("ann", ["failed"] * 7)

    def fail_again() -> None:
        first = QueueItem.objects.filter(queue_id=batch.pk, row_index__lt=PART)
        first.update(status="failed", error_code="timeout", completed_at=timezone.now())
        Queue.objects.filter(pk=batch.pk).update(queued=0, failed=7)

    after_part(1, fail_again)
    assert queues.retry(queue_id=batch.pk) == 7
    assert generations(batch) == [2] * 7
    assert counts(batch) == ("running", 4, 3, 0)


def test_one_that_is_completed_in_the_middle_runs_again(after_part: Callable[[int, Callable[[], Any]], None]) -> None:
    batch = batch_of("ann", ["failed"] * 4, status="completed")

    def complete() -> None:
        QueueItem.objects.filter(queue_id=batch.pk, status="queued").update(status="succeeded")
        Queue.objects.filter(pk=batch.pk).update(status="completed", queued=0, succeeded=PART)

    after_part(1, complete)
    assert queues.retry(queue_id=batch.pk) == 4
    assert counts(batch) == ("running", 1, 0, PART)


def test_cancelled_in_the_middle_it_keeps_what_was_done(after_part: Callable[[int, Callable[[], Any]], None]) -> None:
    batch = batch_of("ann", ["failed"] * 8)
    after_part(2, lambda: queues.cancel(queue_id=batch.pk))
    assert queues.retry(queue_id=batch.pk) == 2 * PART
    assert counts(batch) == ("cancelled", 2 * PART, 2, 0)
    assert generations(batch) == [2] * 6 + [1] * 2


def test_deleted_in_the_middle_it_says_how_many_it_had_queued(
    after_part: Callable[[int, Callable[[], Any]], None],
) -> None:
    batch = batch_of("ann", ["failed"] * 8)
    after_part(1, lambda: Queue.objects.filter(pk=batch.pk).update(deleted_at=timezone.now()))
    assert queues.retry(queue_id=batch.pk) == PART


def test_paused_in_the_middle_it_goes_on_and_stays_paused(
    after_part: Callable[[int, Callable[[], Any]], None],
) -> None:
    batch = batch_of("ann", ["failed"] * 8)
    after_part(1, lambda: queues.pause(queue_id=batch.pk, by="ann"))
    assert queues.retry(queue_id=batch.pk) == 8
    assert counts(batch) == ("paused", 8, 0, 0)


@pytest.mark.parametrize("status", ["cancelled", "draft"])
def test_where_it_was_not_allowed_from_the_beginning_it_is_refused(status: str) -> None:
    batch = batch_of("ann", ["failed"] * 4, status=status)
    with pytest.raises(Conflict):
        queues.retry(queue_id=batch.pk)
    assert generations(batch) == [1] * 4


def test_one_that_was_deleted_is_gone() -> None:
    batch = batch_of("ann", ["failed"] * 4, deleted_at=timezone.now())
    with pytest.raises(Gone):
        queues.retry(queue_id=batch.pk)


def test_failures_in_a_row_are_forgotten_once_and_not_by_every_part(
    after_part: Callable[[int, Callable[[], Any]], None],
) -> None:
    batch = batch_of("ann", ["failed"] * 8, streaks={"server": 3})
    after_part(1, lambda: Queue.objects.filter(pk=batch.pk, streaks={}).update(streaks={"server": 2}))
    queues.retry(queue_id=batch.pk)
    assert Queue.objects.get(pk=batch.pk).streaks == {"server": 2}
