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


def test_pinned_columns_come_first_and_stay_until_others_are_chosen() -> None:
    batch, client = batch_of("ann", ["succeeded", "failed", "queued"]), browser("ann")
    pinned = ["urgent", "id", "subject", "category"]
    assert headings(client, batch, "?col=c0&col=c1&col=a0&col=a1&pin=a1&pin=c0") == pinned
    assert headings(client, batch, "row/0/") == pinned
    html = client.get(queue_url(batch)).content.decode()
    first, second, third = (one.partition("</tr>")[0] for one in html.split('<tr id="r')[1:])
    assert re.findall(r'<td class="([^"]+)" data-l="urgent"', first) == ["ans stuck s1 t-choice"]
    assert "00000" in first.partition("stuck s2")[2]
    assert re.findall(r"stuck s\d", second) == re.findall(r"stuck s\d", third) == ["stuck s1", "stuck s2"]
    assert 'colspan="1"' in second, "the reason has the other answer's place"
    menu = html.partition('id="menu-a1"')[2]
    unpinned = re.findall(r'\?([^"]+)"', menu.partition("Unpin</a>")[0])[-1].replace("&amp;", "&")
    assert headings(client, batch, f"?{unpinned}") == ["id", "subject", "category", "urgent"]
    assert headings(client, batch, "?reset=1") == ["subject", "body", "category", "urgent"]


def test_one_field_of_the_answer_moves_for_it_says_why_a_row_failed() -> None:
    batch, client = batch_of("ann", ["failed"]), browser("ann")
    html = client.get(queue_url(batch, "?col=c1&col=a0&pin=a0")).content.decode()
    assert "stuck" not in html.partition("<tbody")[2]
    assert "Timed out" in html
