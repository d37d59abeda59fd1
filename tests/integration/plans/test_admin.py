"""The admin's lists of rows and runs, and its first page, read what they show and no more, however much there is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from experiments.admin.large import STRETCH
from experiments.selectors.desk import LAST_CALLS
from tests.integration.admin.support import next_page
from tests.integration.plans.support import large_batch, reads
from tests.integration.web.support import batch_of, browser, row_of, run_for
from tests.support.once import made_once

pytestmark = pytest.mark.django_db
ITEMS, RUNS = "/admin/experiments/queueitem/", "/admin/experiments/run/"
PAGE = 101
BY_INDEX = 2 * PAGE
"""With what a row is joined with."""


@pytest.fixture
def client() -> Client:
    return browser("root", is_staff=True, is_superuser=True)


@pytest.fixture(scope="module")
def batch(django_db_setup: None, django_db_blocker: Any) -> Iterator[CsvBatch]:
    yield from made_once(large_batch, django_db_blocker)


@pytest.mark.parametrize("address", [ITEMS, RUNS])
@pytest.mark.parametrize("query", ["", "?p=20", "?o=3", "?o=-4", "?all=1", "?q=trace-7", "?q=nothing"])
def test_a_list_reads_what_it_lists(client: Client, batch: CsvBatch, address: str, query: str) -> None:
    with reads() as seen:
        assert client.get(address + query).status_code == 200
    assert seen.most <= BY_INDEX, seen.sql
    assert seen.sorted <= PAGE


@pytest.mark.parametrize(
    "query",
    [
        *(
            "batch={}",
            "batch={}&status__exact=failed",
            "batch={}&status__exact=queued",
            "batch={}&code=timeout",
            "q={}",
        ),
        *("batch={}&status__exact=succeeded&from=5000", "batch={}&from=19990"),
    ],
)
def test_so_do_those_within_a_batch(client: Client, batch: CsvBatch, query: str) -> None:
    with reads() as seen:
        html = client.get(f"{ITEMS}?{query.format(batch.pk)}").content.decode()
    assert 'class="field-place_in_batch"' in html
    assert "Looked at" not in html
    assert seen.most <= BY_INDEX, seen.sql


@pytest.mark.parametrize("query", ["owner=ann", "network=triage", "owner=ann&from=2020-01-01T00:00:00Z"])
def test_so_do_those_of_an_owner_or_a_network(client: Client, batch: CsvBatch, query: str) -> None:
    with reads() as seen:
        assert client.get(f"{RUNS}?{query}").status_code == 200
    assert seen.most <= BY_INDEX, seen.sql


@pytest.mark.parametrize(
    "address",
    [
        *(f"{ITEMS}?status__exact=running", f"{ITEMS}?kind__exact=experiment", f"{ITEMS}?owner=nobody&code=crashed"),
        *(f"{ITEMS}?batch={{}}&q=no row has this", f"{RUNS}?said=odd", f"{RUNS}?owner=ann&network=none"),
    ],
)
def test_without_an_index_it_looks_at_a_stretch(client: Client, batch: CsvBatch, address: str) -> None:
    while True:
        with reads() as seen:
            html = client.get(address.format(batch.pk)).content.decode()
        # Each value of an answer counts as a row, where a text is looked for.
        assert seen.most <= 4 * STRETCH, seen.sql
        more = next_page(html)
        if more is None:
            return
        address = address.partition("?")[0] + more


def test_the_first_page_reads_as_much_whatever_there_is(client: Client, batch: CsvBatch) -> None:
    with reads(apart="pg_class") as seen:
        assert client.get("/admin/").status_code == 200
    # Answers of the last hour: each minute has up to 60 here.
    assert seen.most <= max(LAST_CALLS, 60 * 60), seen.sql


def test_an_item_is_found_by_the_trace_of_its_run(client: Client) -> None:
    batch = batch_of("ann")
    for index in range(3):
        run_for(row_of(batch, index, "succeeded"), f"run-{index}")
    html = client.get(f"{ITEMS}?q=run-1").content.decode()
    assert html.count('class="field-place_in_batch"') == 1
    assert "None shown" in client.get(f"{ITEMS}?q=run").content.decode()
