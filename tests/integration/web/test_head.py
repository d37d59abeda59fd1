"""The head of a batch: state in words, progress, export."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from experiments.services import queues
from tests.integration.web.support import batch_of, browser, queue_url

pytestmark = pytest.mark.django_db


def page(status: str, statuses: list[str], **values: Any) -> str:
    batch = batch_of("ann", statuses, status=status, **values)
    return browser("ann").get(queue_url(batch)).content.decode()


def test_progress_is_told_to_eyes_and_ears_and_in_the_title() -> None:
    html = page("running", ["succeeded", "failed", "running", "queued"])
    assert 'aria-valuenow="50" aria-valuetext="2 of 4 rows done: 1 succeeded, 1 failed, 1 running, 1 queued"' in html
    assert "<title>50 % · 2 of 4 · Mails</title>" in html


def test_a_pause_by_the_system_says_why_what_to_do_and_until_when() -> None:
    until = timezone.now() + timedelta(minutes=5)
    html = page("paused", ["queued"], pause_code="rate_limited", pause_detail="The network asked.", pause_until=until)
    assert "The network asked." in html
    assert "Continues at <time" in html


def test_a_completed_batch_says_how_many_rows_failed() -> None:
    assert "1 row failed." in page("completed", ["succeeded", "failed"])
    assert "All rows succeeded." in page("completed", ["succeeded"])


def test_it_says_how_long_ago_it_ended_or_was_started() -> None:
    at = timezone.now() - timedelta(minutes=3)
    for status, times, word in (
        ("running", {"started_at": at}, "Started"),
        ("completed", {"started_at": at - timedelta(hours=1), "completed_at": at}, "Completed"),
    ):
        html = page(status, ["succeeded"], **times)
        assert re.search(rf'{word} <time datetime="[^"]+" title="[^"]+ UTC" data-style="since">3 min ago</time>', html)


def test_it_says_how_many_rows_wait_for_another_attempt_and_how_long_ago_it_was_paused() -> None:
    batch = batch_of("ann", ["queued"] * 3)
    later = timezone.now() + timedelta(minutes=1)
    batch.rows.filter(row_index__lt=2).update(delayed=True, available_at=later)
    batch.rows.filter(row_index=1).update(waits_for=b"of another row")
    client = browser("ann")
    assert "Retrying <b>1</b>" in client.get(queue_url(batch)).content.decode()
    queues.pause(queue_id=batch.pk, by="ann")
    html = client.get(queue_url(batch)).content.decode()
    assert "Retrying" not in html, "nothing is tried while it is stopped"
    assert re.search(r'Paused <time datetime="[^"]+" title="[^"]+ UTC" data-style="since">', html)
    assert "Retrying" not in page("running", ["queued"])


def test_skipped_rows_are_said_apart_and_count_as_done() -> None:
    html = page("completed", ["succeeded", "skipped", "skipped"])
    assert "2 rows were skipped: no text in the prompt columns. All other rows succeeded." in html
    assert "All rows were skipped" in page("completed", ["skipped"])
    assert "<title>66 % · 2 of 3 · Mails</title>" in page("running", ["succeeded", "skipped", "queued"])


def test_the_file_of_a_batch_stands_under_its_name() -> None:
    assert "<span>mails.csv</span>" in page("completed", ["succeeded"], source_name="mails.csv")


def test_a_draft_says_what_is_missing() -> None:
    html = page("draft", [], prompt_template="", columns=[], response_fields=[])
    for sentence in ("Upload a file, or add rows.", "Write a prompt template", "Add at least one response field."):
        assert sentence in html


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_the_export_is_open_at_the_end(status: str) -> None:
    batch = batch_of("ann", ["succeeded"], status=status)
    html = browser("ann").get(queue_url(batch)).content.decode()
    assert f'href="{queue_url(batch, "export/?format=csv")}"' in html
    response = browser("ann").get(queue_url(batch, "export/?format=jsonl"))
    assert b"".join(response.streaming_content).count(b"\n") == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", ["draft", "running", "paused"])
def test_before_that_it_is_of_what_is_there_so_far(status: str) -> None:
    batch, client = batch_of("ann", ["queued"], status=status), browser("ann")
    html = client.get(queue_url(batch)).content.decode()
    assert f'href="{queue_url(batch, "export/?format=csv&amp;partial=1")}"' in html
    assert "with the answers so far" in html
    assert client.get(queue_url(batch, "export/?format=csv&partial=1")).status_code == 200
    response = client.get(queue_url(batch, "export/?format=csv&partial=0"), follow=True)
    assert response.redirect_chain == [(queue_url(batch), 302)]
    assert "Export it when it is completed" in response.content.decode()


def test_an_empty_list_says_how_to_begin() -> None:
    html = browser("ann").get("/csv-batch/").content.decode()
    assert "Run a CSV through your agents" in html
    assert 'action="/csv-batch/new/"' in html
    assert 'href="/api/docs"' in html


def test_the_start_page_leads_to_the_batches() -> None:
    assert browser("ann").get("/")["Location"] == "/csv-batch/"


def test_the_list_asks_no_more_for_twelve_batches_than_for_one_and_reads_no_settings() -> None:
    client = browser("ann", is_staff=True)
    batch_of("ann", ["queued"])
    client.get("/csv-batch/")
    with CaptureQueriesContext(connection) as for_one:
        client.get("/csv-batch/")
    for number in range(11):
        batch_of(f"user {number}", ["queued"], name=f"Other {number}")
    with CaptureQueriesContext(connection) as for_twelve:
        assert b"Other 10" in client.get("/csv-batch/").content
    assert len(for_twelve) == len(for_one)
    assert not any('"prompt_template"' in query["sql"] for query in for_twelve)


def test_the_list_goes_on_to_older_batches() -> None:
    for number in range(52):
        batch_of("ann", name=f"Batch {number:02}")
    client = browser("ann")
    first = client.get("/csv-batch/").content.decode()
    assert "Batch 51" in first
    assert "Batch 01" not in first
    older = first.partition("?older=")[2].partition('"')[0]
    assert "Batch 01" in client.get(f"/csv-batch/?older={older}").content.decode()
    assert client.get("/csv-batch/?older=yesterday").status_code == 200
