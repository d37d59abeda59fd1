"""A search looks at the rows stretch by stretch and ends when its time is up: it says how far it came, and goes on."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from csv_batches.models import CsvBatch
from experiments.selectors import items
from experiments.web.queue import table
from tests.integration.web.support import batch_of, browser, htmx, queue_url

pytestmark = pytest.mark.django_db
SEARCH = "?search=needle"


@pytest.fixture(autouse=True)
def _one_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is up after the first stretch, of ten rows."""
    monkeypatch.setattr(items, "LOOK_S", 0.0)
    monkeypatch.setattr(items, "FIRST_STRETCH", 10)


def haystack(rows: int, needles: list[int]) -> CsvBatch:
    batch = batch_of("ann", ["queued"] * rows, status="paused")
    batch.rows.filter(row_index__in=needles).update(payload=["", "needle", ""])
    return batch


def page(batch: CsvBatch, tail: str = SEARCH) -> str:
    return browser("ann").get(queue_url(batch, tail)).content.decode()


def shown(html: str) -> list[int]:
    return [int(index) for index in re.findall(r'<tr id="r(\d+)"', html)]


def further(html: str) -> str:
    found = re.search(r'id="look-further" href="[^"]*/(\?[^"]*)"', html)
    return found[1].replace("&amp;", "&") if found else ""


def test_where_it_found_nothing_yet_it_says_up_to_where_and_looks_further() -> None:
    batch = haystack(25, [21])
    html = page(batch)
    assert "No row up to 9 matches." in html
    assert further(html) == "?search=needle&after=9"
    html = page(batch, further(html))
    assert "No row up to 19 matches." in html
    html = page(batch, further(html))
    assert (shown(html), further(html)) == ([21], "")


def test_with_javascript_it_goes_on_by_itself() -> None:
    html = page(haystack(25, []))
    assert 'hx-trigger="load, click"' in html
    assert 'hx-replace-url="true"' in html


def test_at_the_end_nothing_matches() -> None:
    html = page(haystack(25, [3]), f"{SEARCH}&after=19")
    assert "No row matches." in html
    assert further(html) == ""


def test_where_it_found_some_the_next_page_begins_where_it_stopped() -> None:
    html = page(haystack(25, [3, 21]))
    assert shown(html) == [3]
    assert ", searched up to 9" in html
    assert "search=needle&amp;after=9" in html


def test_the_part_that_htmx_asks_for_brings_the_table() -> None:
    batch = haystack(25, [14])
    html = htmx(browser("ann"), queue_url(batch, f"{SEARCH}&after=9")).content.decode()
    assert '<div id="table" class="grid" data-keep hx-swap-oob="true">' in html
    assert shown(html) == [14]


def test_backwards_it_looks_down() -> None:
    batch = haystack(40, [2])
    html = page(batch, f"{SEARCH}&before=30")
    assert "No row down to 20 matches." in html
    assert further(html) == "?search=needle&before=20"
    html = page(batch, f"{SEARCH}&before=12")
    assert shown(html) == [2]


def test_in_time_it_looks_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "LOOK_S", 1000.0)
    html = page(haystack(60, [55]))
    assert (shown(html), further(html)) == ([55], "")


def test_pages_follow_each_other_as_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "LOOK_S", 1000.0)
    batch = haystack(130, list(range(130)))
    assert shown(page(batch)) == list(range(50))
    assert shown(page(batch, f"{SEARCH}&after=49")) == list(range(50, 100))
    assert shown(page(batch, f"{SEARCH}&before=100")) == list(range(50, 100))
    assert shown(page(batch, f"{SEARCH}&before=20")) == list(range(50)), "filled up from the start"


def test_each_statement_reads_one_stretch() -> None:
    batch = haystack(25, [])
    with CaptureQueriesContext(connection) as queries:
        page(batch)
    searches = [query["sql"] for query in queries if "needle" in query["sql"]]
    assert len(searches) == 1
    assert '"row_index" <= 9' in searches[0]


def test_gaps_between_indexes_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "LOOK_S", 1000.0)
    batch = haystack(3, [])
    batch.rows.filter(row_index=2).update(row_index=1_000_000, payload=["", "needle", ""])
    with CaptureQueriesContext(connection) as queries:
        assert shown(page(batch)) == [1_000_000]
    assert sum("needle" in query["sql"] for query in queries) < 10


def test_neighbours_of_a_row_are_those_nearby() -> None:
    batch = haystack(40, [20, 25, 39])
    html = page(batch, f"row/20/{SEARCH}")
    assert queue_url(batch, "row/25/") in html
    html = page(batch, f"row/25/{SEARCH}")
    assert queue_url(batch, "row/39/") not in re.sub(r"<tr id=.*?</tr>", "", html)


def polled_searches(batch: CsvBatch) -> list[Any]:
    """The searches of a poll of a page that found nothing."""
    client = browser("ann")
    html = client.get(queue_url(batch, f"{SEARCH}&after=19")).content.decode()
    has = re.findall(r'name="has" value="([^"]+)"', html)
    with CaptureQueriesContext(connection) as queries:
        htmx(client, queue_url(batch), data={"search": "needle", "after": "19", "has": has})
    return [query["sql"] for query in queries if "needle" in query["sql"]]


def test_a_poll_does_not_search_again_where_nothing_was_found_among_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "LARGE", 20)
    assert polled_searches(haystack(25, [])) == []


def test_among_few_it_does() -> None:
    assert len(polled_searches(haystack(25, []))) == 1
