"""A queue whose rows somebody calls is left to a worker, who waits until they have ended, but not without end."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models
from django_q.models import OrmQ

from csv_batches.models import CsvBatch
from experiments.models import Lane, Queue, QueueItem
from experiments.services import queue_deletion
from tests.integration.web.support import batch_of
from tests.workers.worker.support import lane_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_worker")]


def is_there(batch: models.Model) -> bool:
    return Queue.objects.filter(pk=batch.pk).exists() or QueueItem.objects.filter(queue_id=batch.pk).exists()


def is_hidden(batch: models.Model) -> bool:
    return is_there(batch) and not Queue.objects.kept().filter(pk=batch.pk).exists()


def trial_of(batch: CsvBatch) -> CsvBatch:
    return batch_of("ann", ["queued"], parent=batch, trial=1)


def test_one_that_nobody_calls_is_deleted_at_once() -> None:
    batch, other = batch_of("ann", ["queued", "failed"]), batch_of("ann", ["queued"])
    lane_at(other)
    queue_deletion.delete(queue=batch)
    assert not is_there(batch)
    assert is_there(other)
    assert not OrmQ.objects.exists()


def test_one_that_somebody_calls_is_hidden_and_left_to_a_worker() -> None:
    batch = batch_of("ann", ["queued", "running"])
    lane_at(batch)
    queue_deletion.delete(queue=batch)
    assert is_hidden(batch)
    [sent] = OrmQ.objects.all()
    assert (sent.task["func"], sent.task["args"]) == ("experiments.tasks.delete_queue", (str(batch.pk),))


def test_one_whose_trial_somebody_calls_goes_with_its_trial() -> None:
    batch = batch_of("ann", ["queued"], status="draft")
    trial = trial_of(batch)
    lane_at(trial)
    queue_deletion.delete(queue=batch)
    assert (is_hidden(batch), is_hidden(trial)) == (True, True)
    Lane.objects.all().delete()
    queue_deletion.destroy_when_left(batch.pk)
    assert (is_there(batch), is_there(trial)) == (False, False)


def test_a_large_one_is_left_to_a_worker_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_deletion, "BIG", 1)
    small, large = batch_of("ann", ["queued"]), batch_of("ann", ["queued"] * 2)
    for batch in (small, large):
        queue_deletion.delete(queue=batch)
    assert (is_there(small), is_hidden(large)) == (False, True)


def test_the_worker_deletes_it_when_nobody_calls_it_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batch_of("ann", ["queued", "running"])
    lane_at(batch)
    lane_at(batch, 1)
    queue_deletion.delete(queue=batch)
    seen: list[bool] = []

    def leave(seconds: float) -> None:
        """The lanes are left one after the other."""
        seen.append(is_hidden(batch))
        Lane.objects.filter(number=len(seen) - 1).delete()

    monkeypatch.setattr(queue_deletion, "time", SimpleNamespace(sleep=leave, monotonic=time.monotonic))
    queue_deletion.destroy_when_left(batch.pk)
    assert seen == [True, True]
    assert not is_there(batch)


def test_one_that_never_leaves_is_waited_for_no_longer_than_a_lease(settings: Any) -> None:
    settings.LEASE_S = 0.2
    batch = batch_of("ann", ["queued"])
    lane_at(batch)
    queue_deletion.delete(queue=batch)
    queue_deletion.destroy_when_left(batch.pk)
    assert not is_there(batch)
    assert not Lane.objects.filter(queue_id=batch.pk).exists()


def test_a_task_that_comes_twice_finds_nothing_to_do() -> None:
    batch = batch_of("ann", ["queued"])
    queue_deletion.destroy_when_left(batch.pk)
    queue_deletion.destroy_when_left(batch.pk)
    assert not is_there(batch)
