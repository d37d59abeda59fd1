"""Many rows have just been stored, and autovacuum has not come by yet: pages read as little as later."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from csv_batches.models import CsvBatch
from experiments.experiment_kind.models import Experiment
from experiments.services import bulk_insert
from tests.integration.plans.support import ROWS, reads
from tests.integration.plans.test_pages import MIDDLE, MOST
from tests.integration.web.support import browser, htmx, queue_url
from tests.support.api import Api, numbered, to_csv
from tests.support.datasets import with_items

pytestmark = pytest.mark.django_db
_FORGET = """
SELECT pg_clear_relation_stats('public', 'experiments_queueitem'),
    (SELECT count(pg_clear_attribute_stats('public', 'experiments_queueitem', attname, false))
     FROM pg_attribute WHERE attrelid = 'experiments_queueitem'::regclass AND attnum > 0 AND NOT attisdropped)
"""


@pytest.fixture
def ann(db: None) -> Api:
    """Nothing is known of the table of rows, as where it was empty until now."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
    return Api.as_user("ann", is_staff=True)


def uploaded(api: Api, *, rows: int) -> CsvBatch:
    draft = api.draft(api.network(None))
    api.upload(draft, to_csv([("id", "text"), *numbered(rows)]))
    return CsvBatch.objects.get(pk=draft)


@pytest.mark.parametrize("tail", ["", f"?after={MIDDLE}", f"?before={ROWS}", "?status=queued", "?status=failed"])
def test_a_page_reads_what_it_shows(ann: Api, tail: str) -> None:
    batch = uploaded(ann, rows=ROWS)
    client = browser("ann")
    with reads() as seen:
        assert client.get(queue_url(batch, tail)).status_code == 200
        htmx(client, queue_url(batch, tail))
    assert seen.most <= MOST, seen.sql


@pytest.mark.parametrize("query", [{}, {"limit": 1000}, {"status": "failed"}])
def test_a_page_of_the_api_too(ann: Api, query: dict[str, object]) -> None:
    batch = uploaded(ann, rows=ROWS)
    with reads() as seen:
        ann.get(f"/csv_batches/{batch.pk}/rows", **query)
    assert seen.most <= MOST, seen.sql


def test_of_a_duplicate_too(ann: Api) -> None:
    batch = uploaded(ann, rows=ROWS)
    copy = CsvBatch.objects.get(pk=ann.post(f"/csv_batches/{batch.pk}/duplicate")["id"])
    client = browser("ann")
    with reads() as seen:
        assert client.get(queue_url(copy)).status_code == 200
    assert seen.most <= MOST, seen.sql


def test_of_an_experiment_and_its_duplicates_too(ann: Api) -> None:
    experiment = with_items("user_message\n" + "".join(f"row {index}\n" for index in range(ROWS)))
    experiment.rows.update(status="failed", error_code="timeout")
    Experiment.objects.filter(pk=experiment.pk).update(status="completed", queued=0, failed=ROWS)
    address = "/experiments/{}/".format
    client = browser("ann")
    for queue in (
        experiment.pk,
        ann.post(f"/experiments/{experiment.pk}/duplicate")["id"],
        ann.post(f"/experiments/{experiment.pk}/duplicate", {"only": "failed"})["id"],
    ):
        with reads() as seen:
            assert client.get(address(queue)).status_code == 200
        assert seen.most <= MOST, seen.sql


@pytest.mark.parametrize(("rows", "beside", "times"), [(50, 0, 0), (500, 0, 1), (500, 10_000, 1), (500, 100_000, 0)])
def test_many_rows_are_counted_anew_and_few_are_not(
    ann: Api, monkeypatch: pytest.MonkeyPatch, rows: int, beside: int, times: int
) -> None:
    """Few are those of a small file, or of one that is small beside what is stored already."""
    monkeypatch.setattr(bulk_insert, "MANY", 100)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 'experiments_queueitem', "
            "'reltuples', %s::real)",
            [beside],
        )
    with CaptureQueriesContext(connection) as queries:
        uploaded(ann, rows=rows)
    assert sum(query["sql"].startswith("ANALYZE") for query in queries) == times
