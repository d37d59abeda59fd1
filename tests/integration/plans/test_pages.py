"""A page reads about as many rows as it shows, however many there are."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.selectors import items, results
from tests.integration.plans.support import ROWS, large_batch, reads
from tests.integration.web.support import browser, htmx, queue_url
from tests.support.api import Api
from tests.support.once import made_once

pytestmark = pytest.mark.django_db
MOST = 1_100
"""A thousand failures of a code are counted one by one; nothing else comes near."""
STRETCH = 5 * items.FIRST_STRETCH
"""Of a search: the rows of a stretch, with the values in each."""
MIDDLE = ROWS // 2


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[CsvBatch]:
    yield from made_once(large_batch, django_db_blocker)


@pytest.fixture
def batch(made: CsvBatch, db: None) -> CsvBatch:
    return CsvBatch.objects.get(pk=made.pk)


@pytest.mark.parametrize(
    "tail",
    [
        "",
        f"?after={MIDDLE}",
        f"?before={ROWS}",
        "?status=queued",
        "?status=running",
        f"?status=succeeded&after={MIDDLE // 2}",
        "?status=failed",
        "?error_code=timeout",
        "?error_code=rejected&after=100",
        "?error_code=crashed",
        "?status=succeeded&error_code=timeout",
        "row/0/",
        f"row/{MIDDLE}/",
        f"row/{MIDDLE}/?status=failed",
        "row/4003/?error_code=timeout",
        "history/",
    ],
)
def test_of_a_batch(batch: CsvBatch, tail: str) -> None:
    client = browser("ann")
    with reads() as seen:
        assert client.get(queue_url(batch, tail)).status_code == 200
    assert seen.most <= MOST, seen.sql


@pytest.mark.parametrize("tail", ["?search=subject", "?field=category&value=billing", "?search=subject&status=failed"])
def test_of_a_search_with_many_hits(batch: CsvBatch, tail: str) -> None:
    client = browser("ann")
    with reads() as seen:
        client.get(queue_url(batch, tail))
    assert seen.most <= STRETCH, seen.sql


def test_a_search_with_few_hits_reads_no_more_at_once_than_a_stretch(
    batch: CsvBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "LOOK_S", 0.0)
    client = browser("ann")
    for tail in (
        "?search=nowhere",
        "?field=category&value=other",
        f"?search=nowhere&before={MIDDLE}",
        "row/9/?search=x",
    ):
        with reads() as seen:
            client.get(queue_url(batch, tail))
        assert seen.most <= STRETCH, seen.sql


@pytest.mark.parametrize("tail", ["", "?status=queued", "?status=failed", f"?after={MIDDLE}"])
def test_a_poll(batch: CsvBatch, tail: str) -> None:
    CsvBatch.objects.filter(pk=batch.pk).update(status="running", started_at=timezone.now())
    client = browser("ann")
    with reads() as seen:
        htmx(client, queue_url(batch, tail))
    assert seen.most <= MOST, seen.sql


def test_results_read_a_sample(batch: CsvBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results.cached_counts, "LARGE", 1000)
    monkeypatch.setattr(results, "CHOSEN", 500)
    client = browser("ann")
    with reads() as seen:
        assert client.get(queue_url(batch, "results/")).status_code == 200
    # Two fields a row.
    assert seen.most <= 2 * 500, seen.sql


@pytest.mark.parametrize("who", [{}, {"is_staff": True}])
@pytest.mark.parametrize("tail", ["", "?older=2100-01-01T00:00:00%2B00:00~1", "?network=triage", "?kind=csv_batch"])
@pytest.mark.usefixtures("batch")
def test_runs(who: dict[str, bool], tail: str) -> None:
    client = browser("ann", **who)
    with reads() as seen:
        assert client.get(f"/runs/{tail}").status_code == 200
    assert seen.most <= MOST, seen.sql


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"limit": 1000},
        {"status": "failed"},
        {"error_code": "timeout"},
        {"search": "subject"},
        {"status": "running"},
        {"sort": "-row_index"},
        {"sort": "-row_index", "status": "failed"},
        {"sort": "-row_index", "search": "subject"},
    ],
)
def test_rows_of_the_api(batch: CsvBatch, query: dict[str, object]) -> None:
    api = Api.as_user("ann")
    with reads() as seen:
        page = api.get(f"/csv_batches/{batch.pk}/rows", **query)
    assert seen.most <= (STRETCH if "search" in query else MOST), seen.sql
    if page["next"]:
        with reads() as seen:
            api.get(page["next"].removeprefix("http://testserver/api"))
        assert seen.most <= (STRETCH if "search" in query else MOST), seen.sql


@pytest.mark.parametrize("path", ["/csv_batches", "/runs", "/runs?network=triage"])
@pytest.mark.usefixtures("batch")
def test_lists_of_the_api(path: str) -> None:
    api = Api.as_user("ann")
    with reads() as seen:
        api.get(path)
    assert seen.most <= MOST, seen.sql
