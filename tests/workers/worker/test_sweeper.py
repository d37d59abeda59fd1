"""The sweeper ends pauses that are over, and one queue that cannot be swept does not keep it from the others."""

import logging
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Queue
from experiments.services import queues
from experiments.worker import sweeper
from tests.integration.web.support import batch_of


def paused(*, minutes: int | None) -> CsvBatch:
    """A batch that is paused until so many minutes from now."""
    until = timezone.now() + timedelta(minutes=minutes) if minutes is not None else None
    return batch_of("ann", ["queued"], status="paused", pause_code="rate_limited", pause_until=until)


@pytest.mark.django_db
def test_a_pause_that_is_over_ends() -> None:
    batch = paused(minutes=-1)
    queues.resume_due(batch.pk)
    queue = Queue.objects.get(pk=batch.pk)
    assert (queue.status, queue.pause_code, queue.pause_until) == ("running", "", None)


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [5, None])
def test_one_that_is_not_over_or_has_no_end_stays(minutes: int | None) -> None:
    batch = paused(minutes=minutes)
    queues.resume_due(batch.pk)
    assert Queue.objects.get(pk=batch.pk).status == "paused"


@pytest.mark.django_db
def test_a_person_who_cancelled_meanwhile_was_faster() -> None:
    batch = paused(minutes=-1)
    queues.cancel(queue_id=batch.pk)
    queues.resume_due(batch.pk)
    assert Queue.objects.get(pk=batch.pk).status == "cancelled"


@pytest.mark.django_db
def test_a_range_pauses_whose_last_row_was_recorded_by_a_worker_that_died_then() -> None:
    over, under_way = (batch_of("ann", ["queued", status], range_from=1) for status in ("succeeded", "queued"))
    sweeper.sweep()
    codes = dict(Queue.objects.values_list("pk", "pause_code"))
    assert (codes[over.pk], codes[under_way.pk]) == ("range", "")


def test_a_queue_that_cannot_be_swept_is_logged_and_the_others_are_swept(caplog: pytest.LogCaptureFixture) -> None:
    broken, *others = [uuid4() for _ in range(3)]
    swept: list[UUID] = []

    def chore(queue_id: UUID) -> None:
        if queue_id == broken:
            raise ValueError("defect")
        swept.append(queue_id)

    with caplog.at_level(logging.ERROR):
        sweeper._each([broken, *others], chore)
    assert swept == others
    assert f"queue {broken} cannot be swept" in caplog.text


def test_a_database_that_is_away_ends_the_sweep() -> None:
    asked: list[UUID] = []

    def chore(queue_id: UUID) -> None:
        asked.append(queue_id)
        raise OperationalError

    with pytest.raises(OperationalError):
        sweeper._each([uuid4(), uuid4()], chore)
    assert len(asked) == 1
