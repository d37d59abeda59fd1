"""A running batch of which nothing is in flight says why: its rows wait for a worker, or for a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Network, WorkerProcess
from tests.integration.web.support import batch_of, browser, queue_url
from tests.support.lanes import lane_at

pytestmark = pytest.mark.django_db
IN_A_MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _worker() -> None:
    now = timezone.now()
    WorkerProcess.objects.create(
        cluster="00000000-0000-0000-0000-000000000001", host="h", pid=1, role="guardian", started_at=now, beat_at=now
    )


def page(batch: CsvBatch) -> str:
    return browser("ann").get(queue_url(batch)).content.decode()


def hold(batch: CsvBatch, seconds: float) -> None:
    now = timezone.now()
    Network.objects.filter(pk=batch.network_id).update(
        held_since=now - IN_A_MINUTE, held_until=now + timedelta(seconds=seconds), hold_reason="host: HTTP 429: <Wait>"
    )


def test_a_network_that_is_held_says_why_since_when_and_until_when() -> None:
    batch = batch_of("ann", ["running", "queued"])
    hold(batch, 30)
    html = page(batch)
    assert "host: HTTP 429: &lt;Wait&gt; Since <time" in html
    assert "Continues at <time" in html


def test_nor_after_that_or_while_the_batch_does_not_run() -> None:
    batch = batch_of("ann", ["queued"])
    hold(batch, -1)
    assert "HTTP 429" not in page(batch)
    paused = batch_of("ann", ["queued"], status="paused", name="paused")
    hold(paused, 30)
    assert "HTTP 429" not in page(paused)


def test_rows_that_the_network_refused_more_than_once() -> None:
    batch = batch_of("ann", ["queued", "queued"])
    now = timezone.now()
    batch.rows.update(available_at=now + timedelta(hours=1), limited_since=now)
    html = page(batch)
    assert "Rate limited (429). Continues at <time" in html
    # A page of a busy machine may take some seconds.
    assert "again in 1 h" in html or "again in 60 min" in html or "again in 59 min" in html
    assert "for a worker" not in html


def test_rows_that_failed_and_are_tried_again() -> None:
    batch = batch_of("ann", ["queued"])
    batch.rows.update(available_at=timezone.now() + IN_A_MINUTE, attempts=2)
    html = page(batch)
    assert "What failed is tried again. Continues at <time" in html
    assert "tried 2 of 4 times, again in" in html


def test_rows_that_may_be_called_wait_for_a_worker() -> None:
    assert "Its rows wait for a worker." in page(batch_of("ann", ["queued"]))


def test_between_two_short_calls_they_do_not() -> None:
    batch = batch_of("ann", ["queued"])
    lane_at(batch)
    assert "wait for a worker" not in page(batch)


def test_a_row_outside_of_the_range_says_nothing() -> None:
    batch = batch_of("ann", ["queued", "queued"], range_from=1)
    batch.rows.filter(row_index=1).update(available_at=timezone.now() + IN_A_MINUTE, limited_since=timezone.now())
    assert "Rate limited (429)." in page(batch)


@pytest.mark.parametrize(("status", "rows"), [("running", ["running", "queued"]), ("paused", ["queued"])])
def test_nor_one_of_a_batch_that_calls_others_or_does_not_run(status: str, rows: list[str]) -> None:
    batch = batch_of("ann", rows, status=status)
    batch.rows.filter(status="queued").update(available_at=timezone.now() + IN_A_MINUTE, limited_since=timezone.now())
    assert "Rate limited" not in page(batch)
