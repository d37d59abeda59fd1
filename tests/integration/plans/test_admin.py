"""The admin's lists of items and runs count, page and sort within the newest, and search by what has an index."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from experiments import admin
from tests.integration.plans.support import ROWS, large_batch, reads
from tests.integration.web.support import batch_of, browser, row_of, run_for
from tests.support.once import made_once

pytestmark = pytest.mark.django_db
ITEMS, RUNS = "/admin/experiments/queueitem/", "/admin/experiments/run/"


@pytest.fixture
def client() -> Client:
    return browser("root", is_staff=True, is_superuser=True)


@pytest.fixture(scope="module")
def batch(django_db_setup: None, django_db_blocker: Any) -> Iterator[CsvBatch]:
    yield from made_once(large_batch, django_db_blocker)


@pytest.mark.parametrize("address", [ITEMS, RUNS])
@pytest.mark.parametrize("query", ["", "?p=2", "?p=20", "?o=3", "?o=-4", "?all=1", "?q=trace-7", "?q=nothing"])
def test_a_list_reads_what_it_lists(client: Client, batch: CsvBatch, address: str, query: str) -> None:
    with reads() as seen:
        assert client.get(address + query).status_code == 200
    # On its last page each row is joined with its network and its owner before it is passed over.
    assert seen.most <= 2 * admin.LISTED, seen.sql
    assert seen.sorted <= 200


def test_the_items_of_a_queue_are_found_by_its_id(client: Client, batch: CsvBatch) -> None:
    with reads() as seen:
        html = client.get(f"{ITEMS}?q={batch.pk}").content.decode()
    assert seen.most <= admin.LISTED, seen.sql
    indexes = re.findall(r'class="field-row_index">([\d,]+)<', html)
    assert [int(index.replace(",", "")) for index in indexes] == list(range(100))


def test_an_item_is_found_by_the_trace_of_its_run(client: Client) -> None:
    batch = batch_of("ann")
    for index in range(3):
        run_for(row_of(batch, index, "succeeded"), f"run-{index}")
    html = client.get(f"{ITEMS}?q=run-1").content.decode()
    assert re.findall(r'class="field-row_index">(\d+)<', html) == ["1"]
    assert (
        "0 items" in client.get(f"{ITEMS}?q=run").content.decode()
        or "0 queue items" in client.get(f"{ITEMS}?q=run").content.decode()
    )


def test_it_says_that_it_lists_the_newest(client: Client, batch: CsvBatch) -> None:
    assert ROWS > admin.LISTED
    html = client.get(ITEMS).content.decode()
    assert "The newest 2,000 are listed." in html
    newest = re.findall(r'class="field-row_index">([\d,]+)<', html)
    assert int(newest[0].replace(",", "")) == ROWS - 1
