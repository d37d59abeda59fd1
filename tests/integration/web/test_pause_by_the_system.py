"""A pause by the system: how often what failed, where and when, a test of the connection, and what happens next."""

import pytest

from csv_batches.models import CsvBatch
from experiments.models import Attempt, NetworkCall
from tests.integration.web.support import batch_of, browser, htmx, post_form, queue_url

pytestmark = pytest.mark.django_db
REASON = {"pause_code": "server_error", "pause_error_code": "server_error", "pause_count": 3, "pause_detail": "Away."}


@pytest.fixture
def batch() -> CsvBatch:
    batch = batch_of("ann", ["succeeded", "queued", "queued", "queued"], status="paused", **REASON)
    for row in batch.rows.filter(row_index__in=(1, 2)):
        Attempt.objects.create(
            item=row, generation=1, attempt=1, outcome="connection", detail="Nothing answers at a:1."
        )
    last = batch.rows.get(row_index=3)
    Attempt.objects.create(item=last, generation=1, attempt=1, outcome="server_error", http_status=503, detail="Gone.")
    return batch


def page(batch: CsvBatch) -> str:
    return browser("ann").get(queue_url(batch)).content.decode()


def test_its_errors_are_grouped_with_their_rows(batch: CsvBatch) -> None:
    html = page(batch)
    assert "triage failed 3 times in a row: Server error" in html
    assert '<th scope="row">2 × Network unreachable</th>' in html
    assert "<q>Nothing answers at a:1.</q> · rows 1–2" in html
    assert '<th scope="row">1 × Server error, HTTP 503</th>' in html
    assert f'<a href="{queue_url(batch, "?status=queued")}">Show rows</a>' in html
    assert "Stays paused until you resume." in html


def test_a_pause_by_a_person_has_none_of_it() -> None:
    html = page(batch_of("ann", ["queued"], status="paused", pause_code="user", pause_detail="Paused by ann."))
    assert "Test connection" not in html
    assert "Stays paused until" not in html


def test_the_result_of_a_test_stands_beside_the_errors(batch: CsvBatch) -> None:
    client = browser("ann")
    answer = post_form(client, queue_url(batch), queue_url(batch, "test/"))
    assert answer["Location"] == queue_url(batch)
    assert "Waiting for the answer" in client.get(queue_url(batch)).content.decode()
    NetworkCall.objects.update(state="done", error_code="connection", understood=["Nothing answers."])
    html = htmx(client, queue_url(batch)).content.decode()
    assert '<th scope="row">Last test</th>' in html
    assert "Network unreachable: Nothing answers." in html
    assert "Last test" not in browser("root", is_staff=True).get(queue_url(batch)).content.decode(), "of another person"
