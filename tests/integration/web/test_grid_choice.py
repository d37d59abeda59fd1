"""The columns of the grid and the height of its rows: chosen, kept for the queue, and named by an address."""

import re

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.web.support import batch_of, browser, queue_url

pytestmark = pytest.mark.django_db


def headings(client: Client, batch: CsvBatch, tail: str = "") -> list[str]:
    head = client.get(queue_url(batch, tail)).content.decode().partition("<thead")[2].partition("</thead>")[0]
    return re.findall(r'class="cut"[^>]*>([^<>]+)</', head)[1:]


def test_chosen_columns_are_shown_and_kept_until_they_are_reset() -> None:
    batch, other, client = batch_of("ann", ["succeeded"]), batch_of("ann", ["succeeded"]), browser("ann")
    usual = ["subject", "body", "category", "urgent"]
    assert headings(client, batch) == usual
    chosen = ["id", "subject", "urgent", "Duration"]
    assert headings(client, batch, "?col=c0&col=c1&col=a1&col=duration") == chosen
    assert headings(client, batch, "?status=succeeded") == chosen
    assert headings(client, batch, "row/0/") == chosen
    assert headings(client, other) == usual
    assert headings(browser("ann"), batch) == usual, "of another session"
    assert headings(client, batch, "?reset=1") == usual
    assert headings(client, batch) == usual


@pytest.mark.parametrize("odd", ["?col=c99", "?col=zz&height=x", "?col=" + "c1&col=" * 300])
def test_columns_that_there_are_not_do_no_harm(odd: str) -> None:
    assert "category" in headings(browser("ann"), batch_of("ann", ["succeeded"]), odd)


def test_the_height_of_rows_is_kept() -> None:
    batch, client = batch_of("ann", ["succeeded"]), browser("ann")
    assert 'class="g stacks tall"' in client.get(queue_url(batch, "?height=tall")).content.decode()
    assert 'class="g stacks tall"' in client.get(queue_url(batch)).content.decode()


def test_the_chooser_lists_fields_columns_and_what_is_known_of_the_row() -> None:
    html = browser("ann").get(queue_url(batch_of("ann", ["succeeded"]))).content.decode()
    offered = re.findall(r'name="col" value="([^"]+)"', html)
    assert offered == ["a0", "a1", "c1", "c2", "c0", "started", "duration", "finished", "attempts", "trace"]
    assert "4 of 5</button>" in html
