"""Pause, resume, cancel and retry with plain forms, and with htmx."""

from typing import Any

import pytest

from tests.integration.web.support import batch_of, browser, post_form, queue_url, row_of

pytestmark = pytest.mark.django_db


def status_of(batch: Any) -> str:
    batch.refresh_from_db()
    return str(batch.status)


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("running", "pause", "paused"),
        ("paused", "resume", "running"),
        ("cancelled", "resume", "running"),
        ("running", "cancel", "cancelled"),
        ("paused", "cancel", "cancelled"),
    ],
)
def test_a_plain_form_changes_the_status(before: str, action: str, after: str) -> None:
    batch = batch_of("ann", ["queued"], status=before)
    response = post_form(browser("ann"), queue_url(batch), queue_url(batch, f"{action}/"))
    assert (response.status_code, response["Location"]) == (302, queue_url(batch))
    assert status_of(batch) == after


def test_a_form_leads_back_to_the_filtered_table() -> None:
    batch = batch_of("ann", ["failed", "queued"])
    page = queue_url(batch, "?status=failed")
    response = post_form(browser("ann"), page, queue_url(batch, "pause/?status=failed"))
    assert response["Location"] == page


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "retry", "row/0/retry"])
def test_no_get_changes_anything(action: str) -> None:
    batch = batch_of("ann", ["failed"], status="running")
    assert browser("ann").get(queue_url(batch, f"{action}/")).status_code == 405
    batch.refresh_from_db()
    assert (batch.status, batch.failed) == ("running", 1)


def test_a_form_without_its_token_is_refused() -> None:
    batch = batch_of("ann", ["queued"])
    assert browser("ann").post(queue_url(batch, "pause/")).status_code == 403
    assert status_of(batch) == "running"


def test_what_the_state_does_not_allow_is_said_on_the_page() -> None:
    batch, client = batch_of("ann", ["queued"]), browser("ann")
    client.get(queue_url(batch))
    batch.__class__.objects.filter(pk=batch.pk).update(status="cancelled")
    client.post(queue_url(batch, "pause/"), {"csrfmiddlewaretoken": client.cookies["csrftoken"].value})
    assert "Only a running batch can be paused." in client.get(queue_url(batch)).content.decode()


def test_retry_puts_all_failed_rows_back_and_says_how_many() -> None:
    batch, client = batch_of("ann", ["failed", "failed", "succeeded"], status="completed"), browser("ann")
    post_form(client, queue_url(batch), queue_url(batch, "retry/"))
    assert status_of(batch) == "running"
    assert (batch.failed, batch.queued) == (0, 2)
    assert "2 rows wait for another try." in client.get(queue_url(batch)).content.decode()


def test_retry_takes_the_rows_of_one_error_code() -> None:
    batch = batch_of("ann", ["failed", "failed"])
    batch.rows.filter(row_index=1).update(error_code="schema_mismatch")
    post_form(browser("ann"), queue_url(batch), queue_url(batch, "retry/"), error_code="schema_mismatch")
    assert list(batch.rows.failed().values_list("row_index", flat=True)) == [0]


def test_a_failed_row_is_retried_from_the_table() -> None:
    batch = batch_of("ann", ["failed", "failed"])
    post_form(browser("ann"), queue_url(batch), queue_url(batch, "row/1/retry/"))
    assert list(batch.rows.failed().values_list("row_index", flat=True)) == [0]


def test_a_row_that_succeeded_runs_again_from_its_own_page_and_leads_back_there() -> None:
    batch = batch_of("ann", ["succeeded"], status="completed")
    page = queue_url(batch, "row/0/")
    response = post_form(browser("ann"), page, f"{page}retry/", force="1", detail="1")
    assert response["Location"] == page
    assert batch.rows.get().status == "queued"


def test_a_row_that_succeeded_is_not_run_again_by_mistake() -> None:
    batch, client = batch_of("ann", ["failed"]), browser("ann")
    client.get(queue_url(batch))
    row_of(batch, 1, "succeeded")
    token = client.cookies["csrftoken"].value
    client.post(queue_url(batch, "row/1/retry/"), {"csrfmiddlewaretoken": token})
    assert "there is nothing to retry" in client.get(queue_url(batch)).content.decode()
    assert batch.rows.get(row_index=1).status == "succeeded"


def test_an_action_by_htmx_answers_with_the_parts_as_they_are_now() -> None:
    batch, client = batch_of("ann", ["queued"]), browser("ann")
    client.get(queue_url(batch))
    token = client.cookies["csrftoken"].value
    response = client.post(queue_url(batch, "pause/"), {"csrfmiddlewaretoken": token}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in html
    assert 'id="state"' in html
    assert "Paused by ann." in html


def test_what_is_put_back_in_a_paused_batch_goes_on_when_it_is_resumed() -> None:
    batch, client = batch_of("ann", ["failed", "failed", "failed"], status="paused"), browser("ann")
    post_form(client, queue_url(batch), queue_url(batch, "row/2/retry/"))
    assert "Row 2 waits for another try when you resume." in client.get(queue_url(batch)).content.decode()
    post_form(client, queue_url(batch), queue_url(batch, "retry/"))
    assert "2 rows wait for another try when you resume." in client.get(queue_url(batch)).content.decode()
