"""A retry of many rows: the request queues the first of them, a worker the others, and both are told meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from csv_batches.models import CsvBatch
from experiments.core.errors import Conflict
from experiments.models import AuditEntry, Queue, QueueItem
from experiments.services import queue_retry
from tests.integration.web.support import batch_of, browser, queue_url
from tests.support.api import Api, numbered
from tests.support.worker import Worker, eventually

PART = 3
TASK = "experiments.tasks.retry_rest"


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_retry, "PART_ROWS", PART)


def tasks() -> list[str]:
    return [task.task["args"][0] for task in OrmQ.objects.all() if task.task["func"] == TASK]


def again(batch: CsvBatch) -> int:
    return QueueItem.objects.filter(queue_id=batch.pk, generation=2).count()


@pytest.mark.django_db
def test_the_request_queues_one_part_and_says_how_many_there_are() -> None:
    batch = batch_of("ann", ["failed"] * 8 + ["succeeded"], status="completed")
    assert queue_retry.retry(queue_id=batch.pk) == 8
    assert again(batch) == PART
    assert tasks() == [str(batch.pk)]
    [entry] = AuditEntry.objects.filter(object_id=str(batch.pk))
    assert entry.detail == {"rows": 8}


@pytest.mark.django_db
def test_with_force_and_with_an_error_code_it_says_how_many_those_are() -> None:
    every, coded = (batch_of("ann", ["failed", "succeeded"] * 4, status="completed") for _ in range(2))
    QueueItem.objects.filter(queue_id=coded.pk, row_index=0).update(error_code="rejected")
    QueueItem.objects.filter(queue_id=coded.pk, status="succeeded").update(status="failed", error_code="timeout")
    Queue.objects.filter(pk=coded.pk).update(succeeded=0, failed=8)
    assert queue_retry.retry(queue_id=every.pk, force=True) == 8
    assert queue_retry.retry(queue_id=coded.pk, error_code="timeout") == 7


@pytest.mark.django_db
def test_a_small_one_needs_no_worker() -> None:
    batch = batch_of("ann", ["failed"] * (PART - 1), status="completed")
    queue_retry.retry(queue_id=batch.pk)
    assert again(batch) == PART - 1
    assert tasks() == []
    assert Queue.objects.get(pk=batch.pk).retrying is None


@pytest.mark.django_db
def test_rows_that_are_named_are_all_queued_within_the_request() -> None:
    batch = batch_of("ann", ["failed"] * 8, status="completed")
    queue_retry.retry(queue_id=batch.pk, row_indexes=range(7))
    assert again(batch) == 7
    assert tasks() == []


@pytest.mark.django_db
def test_another_large_one_is_refused_until_it_is_done() -> None:
    batch = batch_of("ann", ["failed"] * 12, status="completed")
    queue_retry.retry(queue_id=batch.pk)
    with pytest.raises(Conflict, match="are being queued again already"):
        queue_retry.retry(queue_id=batch.pk)
    assert again(batch) == PART
    queue_retry.retry_rest(batch.pk)
    assert again(batch) == 12
    QueueItem.objects.filter(queue_id=batch.pk).update(status="failed")
    Queue.objects.filter(pk=batch.pk).update(queued=0, failed=12)
    assert queue_retry.retry(queue_id=batch.pk) == 12


@pytest.mark.django_db
def test_rows_of_it_that_are_named_meanwhile_are_queued_once() -> None:
    batch = batch_of("ann", ["failed"] * 8, status="completed")
    queue_retry.retry(queue_id=batch.pk)
    assert queue_retry.retry(queue_id=batch.pk, row_indexes=[0, 6]) == 1
    queue_retry.retry_rest(batch.pk)
    assert set(QueueItem.objects.filter(queue_id=batch.pk).values_list("generation", "status")) == {(2, "queued")}
    assert Queue.objects.get(pk=batch.pk).queued == 8


@pytest.mark.django_db
def test_one_that_nobody_goes_on_with_is_sent_to_a_worker_again_and_not_before() -> None:
    batch = batch_of("ann", ["failed"] * 8, status="completed")
    queue_retry.retry(queue_id=batch.pk)
    OrmQ.objects.all().delete()
    queue_retry.resume_retries()
    assert tasks() == []
    Queue.objects.filter(pk=batch.pk).update(retried_at=timezone.now() - timedelta(minutes=2))
    queue_retry.resume_retries()
    queue_retry.resume_retries()
    assert tasks() == [str(batch.pk)]


@pytest.mark.django_db
def test_one_that_is_done_or_whose_batch_was_deleted_is_not_sent_again() -> None:
    done, deleted = (batch_of("ann", ["failed"] * 8, status="completed") for _ in range(2))
    for batch in (done, deleted):
        queue_retry.retry(queue_id=batch.pk)
    queue_retry.retry_rest(done.pk)
    OrmQ.objects.all().delete()
    long_ago = timezone.now() - timedelta(minutes=2)
    Queue.objects.filter(pk=deleted.pk).update(deleted_at=long_ago, retried_at=long_ago)
    queue_retry.resume_retries()
    assert tasks() == []


@pytest.mark.django_db
def test_the_page_says_so_offers_no_other_retry_and_asks_for_news() -> None:
    batch = batch_of("ann", ["failed"] * 8, status="paused")
    before = browser("ann").get(queue_url(batch)).content.decode()
    assert 'id="act-retry"' in before
    queue_retry.retry(queue_id=batch.pk)
    during = browser("ann").get(queue_url(batch)).content.decode()
    assert "3 rows wait again so far, the others that are retried follow." in during
    assert 'id="act-retry"' not in during
    queue_retry.retry_rest(batch.pk)
    assert "wait again so far" not in browser("ann").get(queue_url(batch)).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_worker_queues_the_others_and_the_api_says_when(api: Api, worker: Worker) -> None:
    batch = api.ready(api.network(None), numbered(20))
    QueueItem.objects.filter(queue_id=batch).update(status="failed", error_code="timeout")
    Queue.objects.filter(pk=batch).update(status="paused", queued=0, failed=20)
    assert api.batch(batch)["progress"]["retrying"] is False
    Queue.objects.filter(pk=batch).update(
        retrying={"error_code": None, "force": False, "after": -1, "requeued": 0},
        retried_at=timezone.now() - timedelta(minutes=2),
    )
    assert api.batch(batch)["progress"]["retrying"] is True
    queue_retry.resume_retries()
    eventually(lambda: not api.batch(batch)["progress"]["retrying"], what="all are queued")
    progress = api.batch(batch)["progress"]
    assert (progress["queued"], progress["failed"]) == (20, 0)
