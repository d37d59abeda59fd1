"""A duplicate, another pace, every row once more, and the way on for a draft."""

from typing import Any

import pytest

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, htmx, post_form, queue_url
from tests.integration.web.test_polling import tokens

pytestmark = pytest.mark.django_db


def test_a_duplicate_opens_where_its_set_up_goes_on() -> None:
    batch, client = batch_of("ann", ["succeeded", "failed"], status="completed"), browser("ann")
    response = post_form(client, queue_url(batch), queue_url(batch, "duplicate/"))
    copy = CsvBatch.objects.exclude(pk=batch.pk).get()
    assert response["Location"] == queue_url(copy, "review/")
    assert (copy.status, copy.total, copy.name) == ("draft", 2, "Mails (copy)")


def test_the_failed_rows_alone_can_be_duplicated() -> None:
    batch, client = batch_of("ann", ["succeeded", "failed"], status="completed"), browser("ann")
    post_form(client, queue_url(batch), queue_url(batch, "duplicate/"), only="failed")
    assert CsvBatch.objects.exclude(pk=batch.pk).get().total == 1


def test_where_none_failed_it_is_not_offered_and_said() -> None:
    batch, client = batch_of("ann", ["succeeded"], status="completed"), browser("ann")
    assert "act-duplicate-failed" not in client.get(queue_url(batch)).content.decode()
    post_form(client, queue_url(batch), queue_url(batch, "duplicate/"), only="failed")
    assert "No row of this batch failed." in client.get(queue_url(batch)).content.decode()
    assert CsvBatch.objects.count() == 1


@pytest.mark.parametrize("status", ["running", "paused"])
def test_the_pace_changes_while_there_are_rows_to_come(status: str) -> None:
    batch, client = batch_of("ann", ["queued"], status=status), browser("ann")
    post_form(client, queue_url(batch), queue_url(batch, "pace/"), concurrency="9")
    batch.refresh_from_db()
    assert batch.concurrency == 9


@pytest.mark.parametrize("typed", ["0", "fast", ""])
def test_a_pace_that_cannot_be_is_refused(typed: str) -> None:
    batch, client = batch_of("ann", ["queued"]), browser("ann")
    post_form(client, queue_url(batch), queue_url(batch, "pace/"), concurrency=typed)
    assert "It was not changed." in client.get(queue_url(batch)).content.decode()
    batch.refresh_from_db()
    assert batch.concurrency == 1


def test_a_poll_brings_the_pace_only_when_it_is_another() -> None:
    batch, client = batch_of("ann", ["queued"], status="paused"), browser("ann")
    has = tokens(client.get(queue_url(batch)).content.decode())
    assert 'id="pace"' not in htmx(client, queue_url(batch), data={"has": has}).content.decode()
    CsvBatch.objects.filter(pk=batch.pk).update(concurrency=4)
    assert 'id="pace"' in htmx(client, queue_url(batch), data={"has": has}).content.decode()


def test_every_row_runs_again_on_request() -> None:
    batch, client = batch_of("ann", ["succeeded", "failed"], status="completed"), browser("ann")
    post_form(client, queue_url(batch), queue_url(batch, "retry/"), force="1")
    batch.refresh_from_db()
    assert (batch.status, batch.queued) == ("running", 2)


def test_a_cancelled_batch_does_not_offer_it() -> None:
    batch = batch_of("ann", ["succeeded"], status="cancelled")
    assert "act-run-again" not in browser("ann").get(queue_url(batch)).content.decode()


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ({}, "review"),
        ({"response_fields": []}, "schema"),
        ({"prompt_template": "{{ row.nothing }}", "response_fields": []}, "prompt"),
    ],
)
def test_a_draft_s_set_up_goes_on_at_its_first_open_step(values: dict[str, Any], step: str) -> None:
    batch = batch_of("ann", ["queued"], status="draft", **values)
    html = browser("ann").get(queue_url(batch)).content.decode()
    assert f'id="set-up" class="btn primary" href="{queue_url(batch, f"{step}/")}"' in html


def test_what_was_started_has_no_set_up_to_go_on_with() -> None:
    assert 'id="set-up"' not in browser("ann").get(queue_url(batch_of("ann", ["queued"]))).content.decode()


@pytest.mark.parametrize("action", ["duplicate", "pace"])
def test_they_take_a_form_with_its_token_from_the_owner(action: str) -> None:
    batch, client = batch_of("ann", ["queued"]), browser("ann")
    assert client.get(queue_url(batch, f"{action}/")).status_code == 405
    assert client.post(queue_url(batch, f"{action}/")).status_code == 403
    other = browser("bob")
    other.get("/csv-batch/new/")
    token = other.cookies["csrftoken"].value
    assert other.post(queue_url(batch, f"{action}/"), {"csrfmiddlewaretoken": token}).status_code == 404
