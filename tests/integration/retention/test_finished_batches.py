"""Finished batches are deleted some days after their end, where the settings say so."""

from typing import Any

import pytest

from csv_batches.models import CsvBatch
from experiments.models import Queue, Run
from experiments.services import queue_deletion, retention
from experiments.worker import sweeper
from tests.integration.retention.support import finished
from tests.support.api import Api

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_worker")]


def test_what_is_older_goes_with_all_that_is_its_and_the_rest_stays(api: Api, settings: Any) -> None:
    settings.RETENTION_DAYS = 30
    old, recent = finished(api, days_ago=31), finished(api, days_ago=29)
    sweeper.tidy()
    assert [str(key) for key in Queue.objects.values_list("pk", flat=True)] == [recent]
    assert Run.objects.count() == 3
    api.get(f"/csv_batches/{old}", 404)


@pytest.mark.parametrize("status", ["running", "paused", "draft"])
def test_what_is_not_finished_stays_however_old(api: Api, settings: Any, status: str) -> None:
    settings.RETENTION_DAYS = 1
    batch = finished(api, days_ago=99)
    # One that was completed once and runs again, because somebody retried rows, has no end.
    CsvBatch.objects.filter(pk=batch).update(status=status, completed_at=None)
    sweeper.tidy()
    assert Queue.objects.filter(pk=batch).exists()


def test_a_cancelled_batch_is_finished(api: Api, settings: Any) -> None:
    settings.RETENTION_DAYS = 1
    batch = finished(api, days_ago=2)
    CsvBatch.objects.filter(pk=batch).update(status="cancelled")
    sweeper.tidy()
    assert not Queue.objects.exists()


def test_without_a_setting_nothing_is_deleted(api: Api) -> None:
    batch = finished(api, days_ago=9999)
    sweeper.tidy()
    assert Queue.objects.filter(pk=batch).exists()


def test_it_ends_after_so_many_rows_and_goes_on_the_next_time(api: Api) -> None:
    for days in (5, 4, 3):
        finished(api, days_ago=days)
    assert retention.delete_finished(days=1, rows=4) == 2
    assert Queue.objects.count() == 1
    assert retention.delete_finished(days=1, rows=4) == 1


def test_large_ones_are_left_to_a_worker(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = finished(api, days_ago=2)
    monkeypatch.setattr(queue_deletion, "BIG", 2)
    assert retention.delete_finished(days=1) == 1
    assert Queue.objects.get(pk=batch).deleted_at is not None
    api.get(f"/csv_batches/{batch}", 404)
    assert retention.delete_finished(days=1) == 0
