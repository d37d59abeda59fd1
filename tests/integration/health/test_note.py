"""The pages say so where rows wait and there is no worker, and say nothing otherwise."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from experiments.models import WorkerLease, WorkerProcess
from tests.integration.web.support import batch_of, browser, htmx, queue_url
from tests.support.lanes import lane_at

pytestmark = pytest.mark.django_db
LIST = "/csv-batch/"
NOTE = "No worker has been heard of for 3 min: rows wait."


@pytest.fixture(autouse=True)
def _no_worker() -> None:
    WorkerProcess.objects.all().delete()
    WorkerLease.objects.all().delete()


def heard_of(seconds_ago: float) -> None:
    beat_at = timezone.now() - timedelta(seconds=seconds_ago)
    WorkerProcess.objects.create(
        cluster=uuid4(), host="h", pid=7, role="guardian", doing="idle", started_at=beat_at, beat_at=beat_at
    )


def pages(statuses: list[str], *, status: str = "running", started_s_ago: float = 3600) -> tuple[str, str]:
    """The page of a batch, and the list that it is in."""
    started_at = timezone.now() - timedelta(seconds=started_s_ago)
    batch = batch_of("ann", statuses, status=status, started_at=started_at)
    ann = browser("ann")
    return ann.get(queue_url(batch)).content.decode(), ann.get(LIST).content.decode()


def test_a_silent_worker_is_told_where_rows_wait() -> None:
    heard_of(200)
    assert all(NOTE in html for html in pages(["queued", "running"]))


def test_a_worker_that_was_never_heard_of_is_told_after_the_same_time() -> None:
    assert all(NOTE in html for html in pages(["queued"], started_s_ago=200))


def test_a_batch_that_was_just_started_may_wait_a_moment_for_the_first_worker() -> None:
    assert all("No worker" not in html for html in pages(["queued"], started_s_ago=20))


def test_a_worker_that_lives_is_not_worth_a_word() -> None:
    heard_of(20)
    assert all("No worker" not in html for html in pages(["queued"]))


def test_a_process_that_renews_its_lease_is_a_worker_too() -> None:
    heard_of(200)
    batch = batch_of("ann", ["queued"], started_at=timezone.now())
    lane_at(batch)
    assert "No worker" not in browser("ann").get(queue_url(batch)).content.decode()


@pytest.mark.parametrize(("status", "rows"), [("running", ["running"]), ("paused", ["queued"]), ("completed", [])])
def test_where_nothing_waits_nobody_is_missed(status: str, rows: list[str]) -> None:
    heard_of(200)
    assert all("No worker" not in html for html in pages(rows, status=status))


def test_it_comes_and_goes_with_the_polls_of_both_pages() -> None:
    heard_of(200)
    batch = batch_of("ann", ["queued"], started_at=timezone.now())
    ann = browser("ann")
    assert NOTE in htmx(ann, queue_url(batch)).content.decode()
    listed = htmx(ann, LIST).content.decode()
    assert NOTE in listed
    has = {"has": re.findall(r'name="has" value="([^"]+)"', listed)}
    assert htmx(ann, LIST, data=has).status_code == 204
    WorkerProcess.objects.update(beat_at=timezone.now())
    assert NOTE not in htmx(ann, LIST, data=has).content.decode()
    assert "Its rows wait for a worker." in htmx(ann, queue_url(batch)).content.decode()
