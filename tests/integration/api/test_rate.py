"""Rows per second and the time left are measured since the batch began to run, and not while it stood still."""

from datetime import timedelta

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Queue
from experiments.selectors import queues
from tests.integration.api.support import finish, set_status
from tests.support.api import Api, numbered


def test_a_batch_that_stood_still_for_an_hour_is_as_fast_as_it_was_since() -> None:
    now = timezone.now()
    queue = Queue(
        status="running",
        started_at=now - timedelta(hours=1),
        running_since=now - timedelta(seconds=5),
        rate=10,
        rate_at=now,
        queued=20,
        total=30,
    )
    progress = queues.queue_progress(queue, now)
    assert progress["rows_per_second"] == pytest.approx(2, rel=0.1)
    assert progress["eta_seconds"] == pytest.approx(10, abs=1)


@pytest.mark.parametrize("status", ["completed", "paused", "cancelled"])
def test_it_begins_with_nothing(api: Api, status: str) -> None:
    batch = api.ready(api.network(None), numbered(2))
    api.run(batch)
    finish(batch, {0: {"topic": "x"}}, {1: "timeout"})
    set_status(batch, status)
    CsvBatch.objects.filter(pk=batch).update(rate=7, rate_at=timezone.now())
    if status == "completed":
        api.post(f"/csv_batches/{batch}/retry", want=202)
    else:
        api.post(f"/csv_batches/{batch}/resume", want=202)
    queue = CsvBatch.objects.get(pk=batch)
    assert (queue.rate, queue.rate_at) == (0, None)
    assert api.batch(batch)["progress"]["eta_seconds"] is None


def test_a_retry_while_it_runs_changes_nothing_about_it(api: Api) -> None:
    batch = api.ready(api.network(None), numbered(2))
    api.run(batch)
    finish(batch, {}, {1: "timeout"})
    CsvBatch.objects.filter(pk=batch).update(rate=7, rate_at=timezone.now())
    api.post(f"/csv_batches/{batch}/retry", want=202)
    assert CsvBatch.objects.get(pk=batch).rate == 7
