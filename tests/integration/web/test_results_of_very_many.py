"""Of very many rows the results show a random sample, and say so; whoever wants all of them counted can have that."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from csv_batches.models import CsvBatch
from experiments.selectors import cached_counts, results
from tests.integration.plans.support import large_batch
from tests.integration.web.support import batch_of, browser, queue_url
from tests.support.once import made_once

pytestmark = pytest.mark.django_db
SAMPLE = re.compile(r"A random sample: ([\d,]+) of the ([\d,]+) rows that succeeded")


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cached_counts, "LARGE", 50)
    yield
    cache.clear()


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[CsvBatch]:
    yield from made_once(large_batch, django_db_blocker)


@pytest.fixture
def many(made: CsvBatch, db: None) -> CsvBatch:
    return CsvBatch.objects.get(pk=made.pk)


def page(batch: CsvBatch, tail: str = "", client: Client | None = None) -> str:
    html: str = (client or browser("ann")).get(queue_url(batch, f"results/{tail}")).content.decode()
    return html


def test_a_sample_says_how_many_rows_it_has_of_how_many(many: CsvBatch) -> None:
    found = SAMPLE.search(page(many))
    assert found
    sampled, answered = (int(number.replace(",", "")) for number in found.groups())
    assert answered == 7_200
    assert 0.75 * results.CHOSEN < sampled <= results.CHOSEN


def test_its_shares_are_about_those_of_all(many: CsvBatch) -> None:
    found = results.distributions_at_once(many)
    counts = {one["value"]: one["count"] for one in found["fields"][0]["values"]}
    # Of nine rows that succeeded four have an odd number.
    assert set(counts) == {"billing", "praise"}
    assert sum(counts.values()) == found["sampled"]
    assert 0.35 < counts["praise"] / found["sampled"] < 0.65


def test_it_is_the_same_each_time(many: CsvBatch) -> None:
    first = results.distributions_at_once(many)
    cache.clear()
    assert results.distributions_at_once(many) == first


def test_its_bars_show_shares_and_no_counts(many: CsvBatch) -> None:
    html = page(many)
    assert re.search(r'<span class="num">\d+%</span>', html)
    assert not re.search(r'<span class="num">[\d,]+<span class="vh">', html)


def test_all_are_counted_where_somebody_asks_for_it(many: CsvBatch) -> None:
    client = browser("ann")
    assert f'<a href="{queue_url(many, "results/?all=1")}">Count all answers</a>' in page(many, client=client)
    html = page(many, "?all=1", client)
    assert "Of 7,200 rows with an answer" in html
    assert "Of 7,200 rows with an answer" in page(many, client=client), "what has been counted is shown"


def test_few_rows_are_all_counted() -> None:
    batch = batch_of("ann", ["succeeded"] * 3, status="completed")
    assert "Of 3 rows with an answer" in page(batch)


def test_of_many_rows_of_which_none_succeeded_it_says_so() -> None:
    batch = batch_of("ann", ["failed"] * 60, status="completed")
    assert "No row has succeeded yet." in page(batch)


def test_rows_at_the_end_alone_are_found() -> None:
    batch = batch_of("ann", ["failed"] * 60 + ["succeeded"] * 4, status="completed")
    found = results.distributions_at_once(batch)
    assert (found["sampled"], found["fields"][0]["answered"]) == (4, 4)


def test_a_correction_counts_in_the_place_of_the_answer() -> None:
    batch = batch_of("ann", ["succeeded"] * 60, status="completed")
    batch.rows.update(corrected_payload={"category": "praise", "urgent": False})
    values = results.distributions_at_once(batch)["fields"][0]["values"]
    assert values == [{"value": "praise", "count": 60}]
