"""Trying some rows before the start, without a worker: the rows are brought to their states by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from csv_batches.models import CsvBatch, CsvBatchRow
from tests.integration.csv_batches.wizard.review_support import (
    draft_of,
    finish_trial,
    html_of,
    review_url,
    send,
    trial_of,
)
from tests.integration.web.support import browser, htmx
from tests.integration.web.test_polling import tokens
from tests.support.lanes import lane_at

pytestmark = pytest.mark.django_db


def poll(client: Client, batch: CsvBatch, **more: Any) -> Any:
    return htmx(client, review_url(batch, "try/"), **more)


def waiting_since(batch: CsvBatch, seconds: int) -> None:
    CsvBatchRow.objects.filter(queue_id=trial_of(batch).pk).update(
        available_at=timezone.now() - timedelta(seconds=seconds)
    )


def test_a_plain_form_starts_a_trial_and_shows_its_rows() -> None:
    batch, client = draft_of("ann"), browser("ann")
    response = send(client, batch, "try/")
    assert response["Location"] == f"{review_url(batch)}#trial"
    html = html_of(client, batch)
    assert [f"<b>Row {index}</b>" in html for index in range(4)] == [True, True, True, False]
    assert "The rows wait for a worker." in html


def test_the_button_says_how_many_rows() -> None:
    batch, client = draft_of("ann"), browser("ann")
    assert ">Try 3 rows</button>" in html_of(client, batch)
    assert ">Try 1 row</button>" in send(client, batch, fragment=True, try_rows=1).content.decode()


def test_the_settings_in_the_form_are_the_ones_that_are_tried() -> None:
    batch = draft_of("ann")
    send(browser("ann"), batch, "try/", concurrency=2, debug="on")
    trial = trial_of(batch)
    assert (trial.concurrency, trial.debug) == (2, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"try_rows": "21"}, "Enter a number of at most 20."),
        ({"try_start": "4"}, "There is no row 4"),
        ({"try_rows": ""}, ""),
    ],
)
def test_rows_that_cannot_be_are_said(typed: dict[str, str], sentence: str) -> None:
    batch = draft_of("ann")
    html = send(browser("ann"), batch, "try/", fragment=True, **typed).content.decode()
    said = html.partition('id="error-try"')[2].partition("</div>")[0]
    assert "note bad" in said
    assert sentence in said
    assert not CsvBatch.objects.filter(parent_id=batch.pk).exists()


def test_it_asks_for_news_while_it_runs_and_ends_with_the_answers() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    running = poll(client, batch)
    assert running.status_code == 200
    assert 'hx-trigger="every 2s"' in running.content.decode()
    assert poll(client, batch, data={"has": tokens(running.content.decode())}).status_code == 204
    finish_trial(batch)
    done = poll(client, batch)
    html = done.content.decode()
    assert done.status_code == 286
    assert "hx-trigger" not in html
    assert "billing" in html
    assert 'href="/runs/trace-of-trial/?network=' in html


def test_the_estimate_is_a_range_of_time_and_the_tokens_of_all_rows() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    finish_trial(batch)
    html = html_of(client, batch)
    assert "<dt>Time of all 4 rows</dt> <dd>about 8 s</dd>" in " ".join(html.split())
    assert "about 400" in html


def test_a_bar_shows_how_far_slow_rows_are_from_the_median() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    finish_trial(batch)
    assert 'class="rg" x="80.0" y="1" width="0.0"' in html_of(client, batch), "all took the same time"
    for index, elapsed_ms in enumerate((2000, 4000, 8000)):
        trial_of(batch).rows.filter(row_index=index).update(elapsed_ms=elapsed_ms)
    assert 'class="rg" x="42.1" y="1" width="37.9"' in html_of(client, batch)


def test_what_takes_no_second_is_not_said_to_take_none() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    finish_trial(batch)
    trial_of(batch).rows.update(elapsed_ms=20)
    assert "<dt>Time of all 4 rows</dt> <dd>less than 1 s</dd>" in " ".join(html_of(client, batch).split())


def test_answers_from_before_a_change_are_called_so() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    finish_trial(batch)
    assert "before your last changes" not in html_of(client, batch)
    CsvBatch.objects.filter(pk=batch.pk).update(prompt_template="Something else.")
    assert "before your last changes" in html_of(client, batch)


def test_answers_of_rows_that_are_others_by_now_are_called_so() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    batch.rows.filter(row_index=2).update(payload=["other", "cells", "now"])
    assert "before your last changes" in html_of(client, batch)


def test_a_failed_row_says_why() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/", try_rows=1)
    trial = trial_of(batch)
    trial.rows.update(status="failed", error_code="rejected", error_message="The network refused <this>.")
    CsvBatch.objects.filter(pk=trial.pk).update(status="completed", queued=0, failed=1)
    html = html_of(client, batch)
    assert "The network refused &lt;this&gt;." in html
    assert "<dt>All 4 rows take" not in html


def test_without_a_worker_it_says_so_after_a_while() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    assert "No worker" not in html_of(client, batch)
    waiting_since(batch, 16)
    assert "No worker takes the rows" in html_of(client, batch)


def test_a_worker_that_is_busy_elsewhere_is_no_missing_worker() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    waiting_since(batch, 16)
    lane_at(batch)
    assert "busy with other batches" in html_of(client, batch)


def test_a_worker_at_the_trial_is_not_spoken_of() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    waiting_since(batch, 16)
    lane_at(trial_of(batch))
    html = html_of(client, batch)
    assert "No worker" not in html
    assert "busy" not in html


def test_a_pause_of_the_trial_says_why() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "try/")
    CsvBatch.objects.filter(parent_id=batch.pk).update(status="paused", pause_detail="Check its token.")
    assert "Check its token." in html_of(client, batch)
