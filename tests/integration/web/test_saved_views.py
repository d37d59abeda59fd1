"""Views of a batch under a name: its columns, filters and order, for whoever saved them."""

import re
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from experiments.models import SavedView
from tests.integration.web.support import batch_of, browser, queue_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> CsvBatch:
    return batch_of("ann", ["succeeded", "failed", "queued"])


def save(client: Client, batch: CsvBatch, query: str, name: str) -> str:
    """What the page that follows says."""
    page = queue_url(batch, f"?{query}")
    tail = page_tail(client.get(page).content.decode())
    response = send(client, page, f"{queue_url(batch, 'views/')}{tail}", name=name)
    return str(client.get(response["Location"]).content.decode())


def send(client: Client, page: str, action: str, **data: str) -> Any:
    """As a browser that has opened the page."""
    client.get(page)
    return client.post(action, {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, **data})


def page_tail(html: str) -> str:
    found = re.search(r'action="[^"]*/views/([^"/]*)"', html)
    assert found
    return found[1].replace("&amp;", "&")


def listed(html: str) -> list[tuple[str, str, bool]]:
    """Query, name and whether it is the one that is shown, of each view in the menu."""
    menu = html.partition('id="menu-views"')[2].partition("</div>")[0]
    found = re.findall(r'<a class="mi grow" href="[^?]*\?([^"]*)" *(aria-current="true")?>([^<]*)</a>', menu)
    return [(query.replace("&amp;", "&"), name, bool(current)) for query, current, name in found]


def test_a_view_leads_back_to_filters_order_columns_and_height(batch: CsvBatch) -> None:
    client = browser("ann")
    wanted = "status=failed&sort=-elapsed_ms&col=c1&col=a0&pin=c1&height=tall"
    html = save(client, batch, f"{wanted}&after=5", "Slow  failures")
    assert "View “Slow failures” saved." in html
    query, name, shown = listed(html)[0]
    assert (query, name, shown) == (wanted, "Slow failures", True)
    client.get(queue_url(batch, "?reset=1&height=compact"))
    html = client.get(queue_url(batch, f"?{query}")).content.decode()
    assert listed(html) == [(query, name, True)]
    assert 'aria-current="true"' in html.partition('id="chip-failed"')[2].partition(">")[0]


def test_a_view_of_the_usual_columns_shows_them_whatever_was_chosen_since(batch: CsvBatch) -> None:
    client = browser("ann")
    save(client, batch, "status=failed", "Failures")
    client.get(queue_url(batch, "?col=c0"))
    (query, _, shown), *_ = listed(client.get(queue_url(batch)).content.decode())
    assert (query, shown) == ("status=failed&reset=1&height=compact", False)
    assert listed(client.get(queue_url(batch, f"?{query}")).content.decode())[0][2]


def test_under_a_name_that_is_there_it_replaces_that_view(batch: CsvBatch) -> None:
    client = browser("ann")
    save(client, batch, "status=failed", "Mine")
    save(client, batch, "status=queued", "Mine")
    assert SavedView.objects.get().query.startswith("status=queued")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_name_that_is_none_is_refused(batch: CsvBatch, name: str) -> None:
    assert "Give the view a name of up to 80 characters." in save(browser("ann"), batch, "", name)
    assert not SavedView.objects.exists()


def test_others_have_their_own_and_delete_no_one_else_s(batch: CsvBatch) -> None:
    save(browser("ann"), batch, "status=failed", "Mine")
    view, root = SavedView.objects.get(), browser("root", is_staff=True)
    assert listed(root.get(queue_url(batch)).content.decode()) == []
    delete = queue_url(batch, f"views/{view.pk}/delete/")
    assert send(root, queue_url(batch), delete).status_code == 404
    assert send(browser("ann"), queue_url(batch), delete).status_code == 302
    assert not SavedView.objects.exists()


def test_it_goes_with_its_batch(batch: CsvBatch) -> None:
    save(browser("ann"), batch, "status=failed", "Mine")
    CsvBatch.objects.filter(pk=batch.pk).delete()
    assert not SavedView.objects.exists()
