"""The hard limits of a batch: what is used of them stands in its head, and they change while there are rows to come."""

import re

import pytest

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, htmx, post_form, queue_url

pytestmark = pytest.mark.django_db


def limits_of(batch: CsvBatch) -> tuple[int | None, ...]:
    names = ("max_failures", "max_calls", "max_tokens", "max_minutes")
    return tuple(CsvBatch.objects.filter(pk=batch.pk).values_list(*names).get())


def test_the_head_says_what_is_used_of_each_limit() -> None:
    used = {"calls": 12, "tokens": 2_500_000, "ran_before_s": 150}
    batch = batch_of("ann", ["failed", "queued"], max_failures=5, max_calls=500, max_tokens=4_000_000, **used)
    html = browser("ann").get(queue_url(batch)).content.decode()
    for sentence in (
        "<b>1</b> of at most 5 failed rows",
        "<b>12</b> of at most 500 calls",
        "<b>2.5 M</b> of at most 4 M tokens</span>",
        "about 5 M in total",
    ):
        assert sentence in html
    assert "minutes</span>" not in html


def test_minutes_are_those_of_running() -> None:
    batch = batch_of("ann", ["queued"], status="paused", max_minutes=30, ran_before_s=150)
    assert "<b>2</b> of at most 30 minutes" in browser("ann").get(queue_url(batch)).content.decode()


@pytest.mark.parametrize("status", ["running", "paused"])
def test_a_plain_form_changes_them(status: str) -> None:
    batch = batch_of("ann", ["queued"], status=status, max_calls=5)
    values = {"max_failures": "3", "max_calls": "", "max_tokens": "10000000000", "max_minutes": ""}
    response = post_form(browser("ann"), queue_url(batch), queue_url(batch, "limits/"), **values)
    assert (response.status_code, response["Location"]) == (302, queue_url(batch))
    assert limits_of(batch) == (3, None, 10_000_000_000, None)


@pytest.mark.parametrize("typed", ["0", "-1", "many", "99999999999"])
def test_what_is_no_limit_is_said_and_changes_nothing(typed: str) -> None:
    batch, client = batch_of("ann", ["queued"], max_calls=5), browser("ann")
    post_form(client, queue_url(batch), queue_url(batch, "limits/"), max_calls=typed, max_failures="3")
    assert "no limit: Calls. Nothing was changed." in client.get(queue_url(batch)).content.decode()
    assert limits_of(batch) == (None, 5, None, None)


@pytest.mark.parametrize("status", ["draft", "completed", "cancelled"])
def test_where_no_row_is_to_come_there_is_no_form(status: str) -> None:
    batch = batch_of("ann", ["succeeded"], status=status, max_calls=5)
    assert queue_url(batch, "limits/") not in browser("ann").get(queue_url(batch)).content.decode()


def test_resuming_at_a_limit_is_refused_with_what_to_do() -> None:
    batch, client = batch_of("ann", ["queued"], status="paused", max_calls=5, calls=5), browser("ann")
    post_form(client, queue_url(batch), queue_url(batch, "resume/"))
    html = client.get(queue_url(batch)).content.decode()
    assert "The limit of 5 calls is reached, 5 are used. Raise the limit or take it away, then resume." in html
    assert CsvBatch.objects.get(pk=batch.pk).status == "paused"


def test_numbers_that_change_leave_the_form_alone() -> None:
    """What somebody types is not swept away by a poll."""
    batch, client = batch_of("ann", ["running", "queued"], max_calls=50), browser("ann")
    html = client.get(queue_url(batch)).content.decode()
    has = re.findall('name="has" value="([^"]+)"', html)
    CsvBatch.objects.filter(pk=batch.pk).update(calls=7)
    news = htmx(client, queue_url(batch), data={"has": has}).content.decode()
    assert "of at most 50 calls" in news
    assert 'id="limits"' not in news
