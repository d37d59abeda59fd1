"""A page that keeps itself up to date: only what is new, until there is nothing new to come."""

import re
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from csv_batches.models import CsvBatch
from experiments.web.queue import page as queue_page
from tests.integration.web.support import batch_of, browser, htmx, queue_url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other queues beside a page are looked at every ten seconds; here that time does not pass."""
    monkeypatch.setattr(queue_page, "time", lambda: 1_800_000_000.0)


def tokens(html: str) -> list[str]:
    return re.findall(r'name="has" value="([^"]+)"', html)


def news(client: Client, batch: CsvBatch, has: list[str], tail: str = "") -> Any:
    """What a poll of the page with this query string answers to a browser that has these fingerprints."""
    return htmx(client, queue_url(batch), data={**dict(parse_qsl(tail.lstrip("?"))), "has": has})


@pytest.mark.parametrize("status", ["running", "paused", "draft"])
def test_a_batch_that_can_change_asks_for_news(status: str) -> None:
    html = browser("ann").get(queue_url(batch_of("ann", ["queued"], status=status))).content.decode()
    assert 'hx-trigger="every ' in html


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_a_batch_at_its_end_does_not(status: str) -> None:
    batch, client = batch_of("ann", ["succeeded"], status=status), browser("ann")
    assert 'hx-trigger="every ' not in client.get(queue_url(batch)).content.decode()
    assert news(client, batch, []).status_code == 286


def test_a_cancelled_batch_asks_until_its_last_call_has_ended() -> None:
    batch = batch_of("ann", ["running"], status="cancelled")
    assert 'hx-trigger="every 2s"' in browser("ann").get(queue_url(batch)).content.decode()


def test_nothing_new_is_answered_with_nothing_but_the_title() -> None:
    batch, client = batch_of("ann", ["succeeded", "queued"], status="paused"), browser("ann")
    response = news(client, batch, tokens(client.get(queue_url(batch)).content.decode()))
    assert response.content.decode().strip() == "<title>50 % · 1 of 2 · Mails</title>"


@pytest.mark.parametrize(
    ("rows", "most"),
    # Where nothing is in flight it looks which row comes next, and when.
    [(["running", "queued"], 6), (["queued"], 8)],
)
def test_a_poll_asks_no_more_for_twelve_queues_than_for_one_and_reads_the_settings_of_its_own_alone(
    rows: list[str], most: int
) -> None:
    batch, client = batch_of("ann", rows), browser("ann")
    has = tokens(client.get(queue_url(batch)).content.decode())
    with CaptureQueriesContext(connection) as alone:
        news(client, batch, has)
    for number in range(12):
        batch_of("ann", ["queued"], name=f"Other {number}")
    with CaptureQueriesContext(connection) as among_others:
        news(client, batch, has)
    assert len(among_others) == len(alone) <= most
    assert [query["sql"].count('"prompt_template"') for query in among_others].count(1) == 1


def test_a_row_that_changed_comes_alone() -> None:
    batch, client = batch_of("ann", ["succeeded", "queued", "queued"], status="paused"), browser("ann")
    has = tokens(client.get(queue_url(batch)).content.decode())
    batch.rows.filter(row_index=1).update(status="succeeded", result_payload={"category": "fresh"})
    html = news(client, batch, has).content.decode()
    assert re.findall(r'<tr id="(r\d+)"', html) == ["r1"]
    assert "fresh" in html


def test_other_rows_bring_the_whole_table_body() -> None:
    batch, client = batch_of("ann", ["failed", "queued"], status="paused"), browser("ann")
    has = tokens(client.get(queue_url(batch, "?status=failed")).content.decode())
    batch.rows.filter(row_index=1).update(status="failed", error_code="timeout")
    html = news(client, batch, has, "?status=failed").content.decode()
    assert '<tbody id="rows" ' in html
    assert re.findall(r'<tr id="(r\d+)"', html) == ["r0", "r1"]


def test_a_search_is_not_repeated_but_its_rows_are_refreshed() -> None:
    batch, client = batch_of("ann", ["queued", "queued"], status="paused"), browser("ann")
    has = tokens(client.get(queue_url(batch, "?search=subject 1")).content.decode())
    batch.rows.update(payload=["1", "other words", ""])
    html = news(client, batch, has, "?search=subject 1").content.decode()
    assert re.findall(r'<tr id="(r\d+)"', html) == ["r1"]
    assert "other words" in html


@pytest.mark.parametrize("odd", ["r1", "r.x", "r99999999999.00000000", "r²." + "0" * 8, "", "\0"])
def test_fingerprints_that_nobody_made_do_no_harm(odd: str) -> None:
    assert news(browser("ann"), batch_of("ann", ["queued"]), [odd]).status_code == 200


def test_going_back_in_the_browser_gets_the_whole_page() -> None:
    batch = batch_of("ann", ["queued"])
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in browser("ann").get(queue_url(batch), headers=headers).content.decode()


def test_the_open_row_asks_while_it_waits_and_not_when_it_is_done() -> None:
    batch, client = batch_of("ann", ["queued", "succeeded"]), browser("ann")
    waiting, done = (htmx(client, queue_url(batch, f"row/{index}/")).content.decode() for index in (0, 1))
    assert "hx-trigger" in waiting
    assert "hx-trigger" not in done


def test_an_open_row_that_did_not_change_is_not_sent_again() -> None:
    batch, client = batch_of("ann", ["queued"]), browser("ann")
    page = queue_url(batch, "row/0/")
    has = tokens(htmx(client, page).content.decode())
    assert htmx(client, page, data={"has": has}).status_code == 204
    batch.rows.update(status="succeeded", result_payload={"category": "x"})
    assert htmx(client, page, data={"has": has}).status_code == 200


def test_the_list_asks_while_a_batch_runs_and_answers_only_what_is_new() -> None:
    batch, client = batch_of("ann", ["queued"]), browser("ann")
    html = client.get("/csv-batch/").content.decode()
    assert 'hx-trigger="every ' in html
    assert htmx(client, "/csv-batch/", data={"has": tokens(html)}).status_code == 204
    CsvBatch.objects.filter(pk=batch.pk).update(status="paused")
    assert 'hx-trigger="every ' not in htmx(client, "/csv-batch/", data={"has": tokens(html)}).content.decode()
