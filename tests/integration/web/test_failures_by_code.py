"""Failures are counted by code, very many of them only as far as a bound; the page then says that there are more."""

import re

import pytest

from csv_batches.models import CsvBatch
from experiments.selectors import failures
from experiments.selectors.failures import Failures, failures_by_code
from tests.integration.web.support import batch_of, browser, queue_url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "MOST", 3)


def failed(**codes: int) -> CsvBatch:
    batch = batch_of("ann", ["failed"] * sum(codes.values()), status="completed")
    start = 0
    for code, rows in codes.items():
        batch.rows.filter(row_index__gte=start, row_index__lt=start + rows).update(error_code=code)
        start += rows
    return batch


def test_few_are_counted_each_the_most_frequent_first() -> None:
    batch = failed(timeout=1, rejected=3, crashed=1)
    assert failures_by_code(batch) == [Failures("rejected", 3), Failures("crashed", 1), Failures("timeout", 1)]


def test_the_one_code_that_is_beyond_the_bound_follows_from_the_counter() -> None:
    assert failures_by_code(failed(timeout=7, rejected=2)) == [Failures("timeout", 7), Failures("rejected", 2)]


def test_where_there_are_two_such_codes_there_are_more_than_the_bound() -> None:
    found = failures_by_code(failed(timeout=7, rejected=4, crashed=2))
    assert found == [Failures("rejected", 3, more=True), Failures("timeout", 3, more=True), Failures("crashed", 2)]


def test_no_failures_are_no_codes() -> None:
    assert failures_by_code(batch_of("ann", ["succeeded"])) == []


def test_the_page_says_that_there_are_more() -> None:
    html = browser("ann").get(queue_url(failed(timeout=7, rejected=4, crashed=2))).content.decode()
    assert re.search(r">Timed out<span class=.end.>&gt; 3</span>", html)
    assert re.search(r">Worker crashed<span class=.end.>2</span>", html)
    assert re.search(r'value="timeout"><svg.*?</svg>Timed out<span class="end">&gt; 3</span>', html)
