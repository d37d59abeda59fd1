"""A batch that the system paused leads to the rows that it is paused for, and says when it tries again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, queue_url

pytestmark = pytest.mark.django_db
DETAIL = "http://there:1 refused the request 20 times in a row: HTTP 422: no."


def page(batch: CsvBatch) -> str:
    return browser("ann").get(queue_url(batch)).content.decode()


def link(batch: CsvBatch, query: str) -> str:
    return f'<a class="btn" href="{queue_url(batch)}?{query}">Show rows</a>'


def test_for_failed_rows_to_those_with_its_error() -> None:
    batch = batch_of(
        "ann",
        ["failed", "failed", "queued"],
        status="paused",
        pause_code="rejected",
        pause_detail=DETAIL,
        pause_error_code="rejected",
        pause_count=20,
    )
    batch.rows.filter(status="failed").update(error_code="rejected")
    html = page(batch)
    assert DETAIL in html
    assert link(batch, "error_code=rejected") in html


def test_for_rows_that_are_tried_again_to_those_that_wait() -> None:
    reason = {"pause_code": "server_error", "pause_error_code": "server_error"}
    batch = batch_of("ann", ["queued", "queued"], status="paused", **reason)
    assert link(batch, "status=queued") in page(batch)


@pytest.mark.parametrize("code", ["user", "cap_calls"])
def test_nowhere_where_no_row_is_the_reason(code: str) -> None:
    batch = batch_of("ann", ["queued", "failed"], status="paused", pause_code=code, pause_detail="Enough.")
    html = page(batch)
    assert "Enough." in html
    assert "Show rows" not in html


def test_nor_while_it_runs_again() -> None:
    batch = batch_of("ann", ["queued", "failed"], pause_error_code="rejected")
    assert "Show rows" not in page(batch)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [("unreachable", "Tries one row at <time"), ("rate_limited", "Continues at <time")],
)
def test_when_it_tries_again_or_goes_on(code: str, sentence: str) -> None:
    until = timezone.now() + timedelta(minutes=5)
    batch = batch_of("ann", ["queued"], status="paused", pause_code=code, pause_detail="Away.", pause_until=until)
    assert f"Away. {sentence}" in page(batch)
