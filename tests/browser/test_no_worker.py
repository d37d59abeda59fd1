"""Where rows wait and no worker is heard of, the pages say so, and stop saying so by themselves."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from csv_batches.models import CsvBatch
from experiments.models import Attempt, WorkerProcess
from tests.browser.conftest import Open
from tests.browser.support.looks import EVERY_LOOK, Look, assert_flawless
from tests.integration.web.support import batch_of, queue_url, row_of

NOTE = "No worker has been heard of for 7 min: rows wait."


@pytest.fixture
def batch(transactional_db: None) -> CsvBatch:
    beat_at = timezone.now() - timedelta(minutes=7, seconds=10)
    WorkerProcess.objects.create(
        cluster=uuid4(), host="h", pid=7, role="guardian", doing="idle", started_at=beat_at, beat_at=beat_at
    )
    waiting = batch_of("ann", ["succeeded", "running", "queued", "queued"], started_at=beat_at)
    row = row_of(waiting, 4, "queued")
    for attempt, outcome in enumerate(("server_error", "lost"), start=1):
        Attempt.objects.create(
            item_id=row.pk,
            generation=1,
            attempt=attempt,
            started_at=beat_at,
            ended_at=beat_at + timedelta(seconds=3),
            http_status=503 if attempt == 1 else None,
            outcome=outcome,
            detail="The network answered 503." if attempt == 1 else "The worker ended without recording the call.",
        )
    CsvBatch.objects.filter(pk=waiting.pk).update(total=5, queued=3)
    return waiting


@EVERY_LOOK
def test_it_reads_well_in_the_list_on_the_batch_s_page_and_beside_a_row(
    open_page: Open, batch: CsvBatch, look: Look
) -> None:
    page = open_page("/csv-batch/", look)
    expect(page.get_by_text(NOTE)).to_be_visible()
    assert_flawless(page)
    page.goto(queue_url(batch, "row/4/?tab=message"))
    expect(page.get_by_text(NOTE)).to_be_visible()
    expect(page.locator(".attempts li")).to_have_count(2)
    assert_flawless(page)


def test_it_goes_when_a_worker_is_heard_of(open_page: Open, batch: CsvBatch) -> None:
    page = open_page("/csv-batch/")
    expect(page.get_by_text(NOTE)).to_be_visible()
    WorkerProcess.objects.update(beat_at=timezone.now())
    expect(page.get_by_text(NOTE)).to_have_count(0)
