"""*Follow* keeps the newest answers on top while a batch runs, and sends only what is new."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, queue_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> CsvBatch:
    """Rows 0 to 59 are done, the highest last; one is in progress."""
    batch = batch_of("ann", ["succeeded"] * 60 + ["running"] + ["queued"] * 9)
    now = timezone.now()
    for index in range(60):
        batch.rows.filter(row_index=index).update(completed_at=now - timedelta(seconds=60 - index))
    return batch


def shown(html: str) -> list[int]:
    return [int(index) for index in re.findall(r'<tr id="r(\d+)"', html)]


def page(client: Client, batch: CsvBatch, tail: str = "") -> str:
    return client.get(queue_url(batch, tail)).content.decode()


def test_the_newest_answers_stand_on_top_and_those_in_progress_are_one_line(batch: CsvBatch) -> None:
    client = browser("ann")
    html = page(client, batch, "?follow=1")
    assert shown(html) == list(range(59, 9, -1))
    assert "1 running" in html
    assert "Newest <b>50</b> of 60 answers" in html
    assert shown(page(client, batch)) == shown(html), "it is kept"
    assert shown(page(client, batch, "?follow=0"))[0] == 0


def test_a_failed_row_that_was_called_again_counts_as_new(batch: CsvBatch) -> None:
    batch.rows.filter(row_index=3).update(completed_at=timezone.now())
    batch.rows.filter(row_index=5).update(status="queued")
    assert shown(page(browser("ann"), batch, "?follow=1"))[0] == 3


@pytest.mark.parametrize("tail", ["?status=queued", "?sort=-row_index", "?after=49"])
def test_a_filter_an_order_or_a_page_comes_first(batch: CsvBatch, tail: str) -> None:
    client = browser("ann")
    page(client, batch, "?follow=1")
    assert 'id="act-follow"' not in page(client, batch, tail)


def test_a_poll_sends_what_is_new_and_nothing_while_somebody_reads(batch: CsvBatch) -> None:
    client = browser("ann")
    has = re.findall(r'name="has" value="([^"]+)"', page(client, batch, "?follow=1"))
    batch.rows.filter(row_index=60).update(status="succeeded", result_payload={}, completed_at=timezone.now())
    answer = client.get(queue_url(batch), {"has": has}, headers={"HX-Request": "true"}).content.decode()
    assert shown(answer) == list(range(60, 10, -1))
    assert answer.count("data-same") == 49
    held = client.get(queue_url(batch), {"has": has, "hold": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert not shown(held)
