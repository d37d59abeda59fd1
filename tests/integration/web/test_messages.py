"""What was said of an action stays until the next one, and no longer."""

from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, htmx, queue_url

pytestmark = pytest.mark.django_db
SENTENCE = "The limit of 2 calls is reached, 2 are used. Raise the limit or take it away, then resume."


def press(client: Client, batch: CsvBatch, action: str, **data: str) -> Any:
    """What htmx gets for the press on a button."""
    client.get(queue_url(batch))
    given = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, **data}
    return client.post(queue_url(batch, action), given, headers={"HX-Request": "true"}).content.decode()


def said(html: str) -> str | None:
    """The text between the tags of the messages; None where they were left as they are."""
    _, found, rest = html.partition('id="messages"')
    return rest.partition(">")[2].partition("</div>")[0].strip() if found else None


@pytest.fixture
def capped() -> CsvBatch:
    reached = {"pause_code": "cap_calls", "pause_detail": SENTENCE, "calls": 2, "max_calls": 2}
    return batch_of("ann", ["succeeded", "failed", "queued"], status="paused", **reached)


def test_an_action_that_succeeds_takes_away_what_was_said_before() -> None:
    batch, client = batch_of("ann", ["queued"]), browser("ann")
    assert "Give a number from 1" in (said(press(client, batch, "pace/", concurrency="0")) or "")
    assert said(press(client, batch, "pace/", concurrency="3")) == ""


def test_news_that_come_by_themselves_do_not() -> None:
    assert said(htmx(browser("ann"), queue_url(batch_of("ann", ["queued"]))).content.decode()) is None


def test_a_resume_at_a_limit_does_not_repeat_the_reason_that_the_page_has(capped: CsvBatch) -> None:
    told = said(press(browser("ann"), capped, "resume/")) or ""
    assert "Not resumed: the limit is still reached." in told
    assert SENTENCE not in told


def test_a_reason_that_the_page_does_not_have_is_said_in_full(capped: CsvBatch) -> None:
    CsvBatch.objects.filter(pk=capped.pk).update(max_calls=1)
    assert "The limit of 1 calls is reached" in (said(press(browser("ann"), capped, "resume/")) or "")
