"""Starting all rows, the first ones, or a range."""

from typing import Any

import pytest

from csv_batches.models import CsvBatch
from experiments.models import Network
from tests.integration.csv_batches.wizard.review_support import draft_of, review_url, send
from tests.integration.web.support import browser, queue_url

pytestmark = pytest.mark.django_db


def started(batch: CsvBatch) -> tuple[str, int | None, int | None]:
    after = CsvBatch.objects.get(pk=batch.pk)
    return after.status, after.range_from, after.range_to


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        ({"which": "all"}, (None, None)),
        ({"which": "all", "first": "2", "range_from": "1"}, (None, None)),
        ({"which": "first", "first": "2"}, (0, 2)),
        ({"which": "range", "range_from": "1", "range_to": "2"}, (1, 3)),
        ({"which": "range", "range_from": "2"}, (2, None)),
        ({"which": "range", "range_to": "0"}, (None, 1)),
    ],
)
def test_which_rows(order: dict[str, Any], rows: tuple[int | None, int | None]) -> None:
    batch = draft_of("ann")
    response = send(browser("ann"), batch, "start/", **order)
    assert (response.status_code, response["Location"]) == (302, queue_url(batch))
    assert started(batch) == ("running", *rows)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"which": "first"}, "Say how many rows."),
        ({"which": "first", "first": "0"}, "Enter a number of at least 1."),
        ({"which": "range"}, "Say from which row"),
        ({"which": "range", "range_from": "3", "range_to": "1"}, "ends before it begins"),
        ({"which": "range", "range_from": "9"}, "There is no row in this range."),
        ({"which": "some"}, "Choose one of the options."),
    ],
)
def test_rows_that_cannot_be_are_said_and_nothing_typed_is_lost(order: dict[str, Any], sentence: str) -> None:
    batch = draft_of("ann")
    html = send(browser("ann"), batch, "start/", **order).content.decode()
    assert sentence in html.partition('id="error-start"')[2].partition("</div>")[0]
    for name in ("first", "range_from", "range_to"):
        assert f'value="{order.get(name, "")}"' in html.partition(f'name="{name}"')[2].partition(">")[0]
    assert started(batch)[0] == "draft"


def test_the_settings_in_the_form_are_the_ones_that_start() -> None:
    batch = draft_of("ann")
    other = Network.objects.create(name="other")
    send(browser("ann"), batch, "start/", network=other.pk, concurrency=5)
    after = CsvBatch.objects.get(pk=batch.pk)
    assert (after.status, after.network_id, after.concurrency) == ("running", other.pk, 5)


def test_nothing_starts_while_a_setting_cannot_be_taken() -> None:
    batch = draft_of("ann")
    assert "It is not saved." in send(browser("ann"), batch, "start/", concurrency="0").content.decode()
    assert started(batch)[0] == "draft"


def test_what_is_missing_is_said_when_the_button_was_pressed_all_the_same() -> None:
    batch = draft_of("ann", prompt_template="{{ row.nothing }}")
    html = send(browser("ann"), batch, "start/").content.decode()
    assert "row.nothing is unknown" in html.partition('id="error-start"')[2].partition("</div>")[0]
    assert started(batch)[0] == "draft"


def test_a_second_start_leads_to_the_queue() -> None:
    batch, client = draft_of("ann"), browser("ann")
    send(client, batch, "start/")
    token = client.cookies["csrftoken"].value
    again = client.post(review_url(batch, "start/"), {"csrfmiddlewaretoken": token})
    assert again["Location"] == queue_url(batch)


def test_opening_the_address_of_a_start_starts_nothing() -> None:
    batch = draft_of("ann")
    assert browser("ann").get(review_url(batch, "start/"))["Location"] == review_url(batch)
    assert started(batch)[0] == "draft"
