"""A task that is lost, delivered twice or killed: the upload is read once, or refused in the end."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from csv_batches.models import CsvBatch, Upload
from csv_batches.services import background_upload, uploads
from csv_batches.tasks import read_upload
from experiments.worker import shutdown
from tests.integration.csv_batches.uploads.support import LARGE, read, waiting
from tests.support.api import Api
from tests.support.worker import Worker


def ago(seconds: float) -> Any:
    return timezone.now() - timedelta(seconds=seconds)


def sent() -> int:
    return OrmQ.objects.count()


def test_a_lost_task_is_sent_again(draft: str, settings: Any) -> None:
    waiting(draft, enqueued_at=ago(settings.TASK_RESEND_S + 1))
    background_upload.sweep()
    assert sent() == 1
    background_upload.sweep()
    assert sent() == 1


def test_one_that_waits_shortly_is_not(draft: str) -> None:
    waiting(draft, enqueued_at=ago(1))
    background_upload.sweep()
    assert sent() == 0


def test_that_of_a_dead_worker_is_sent_again(draft: str, settings: Any) -> None:
    waiting(draft, lease_id=uuid4(), beat=ago(settings.TASK_SILENT_S + 1), attempts=1)
    background_upload.sweep()
    assert sent() == 1


def test_one_that_is_heard_of_is_let_be(draft: str) -> None:
    upload = waiting(draft, lease_id=uuid4(), beat=ago(0), attempts=1)
    background_upload.sweep()
    background_upload.read(upload.pk)
    assert sent() == 0
    assert CsvBatch.objects.get(pk=draft).total == 0


def test_a_second_delivery_does_nothing(draft: str) -> None:
    upload = waiting(draft)
    background_upload.read(upload.pk)
    CsvBatch.objects.filter(pk=draft).update(dataset_name="Renamed since")
    background_upload.read(upload.pk)
    assert CsvBatch.objects.get(pk=draft).dataset_name == "Renamed since"


def test_a_file_that_ends_three_workers_is_refused(api: Api, draft: str, settings: Any) -> None:
    waiting(draft, lease_id=uuid4(), beat=ago(settings.TASK_SILENT_S + 1), attempts=3)
    background_upload.sweep()
    assert sent() == 0
    found = api.batch(draft)["upload"]
    assert (found["state"], found["errors"][0]["code"]) == ("failed", "crashed")


def test_one_who_was_taken_for_dead_stores_nothing(draft: str) -> None:
    upload = waiting(draft)
    taken = background_upload.take_upload(upload.pk)
    assert taken is not None
    Upload.objects.filter(pk=upload.pk).update(lease_id=uuid4())
    assert taken.batch is not None
    with pytest.raises(background_upload.Interrupted):
        background_upload.store_upload(background_upload.UploadLease(taken), taken.batch)
    assert CsvBatch.objects.get(pk=draft).rows.count() == 0
    assert Upload.objects.filter(pk=upload.pk, state="parsing").exists()


def test_a_stopping_worker_gives_it_back(draft: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = waiting(draft)
    monkeypatch.setattr(shutdown, "stopping", lambda: True)
    read_upload(str(upload.pk))
    upload.refresh_from_db()
    assert (upload.state, upload.beat, upload.attempts, sent()) == ("parsing", None, 0, 1)
    monkeypatch.undo()
    read_upload(str(upload.pk))
    assert CsvBatch.objects.get(pk=draft).total == 200


def test_a_discarded_one_is_not_read(draft: str) -> None:
    upload = waiting(draft)
    uploads.discard(batch_id=upload.batch_id)  # type: ignore[arg-type]
    background_upload.read(upload.pk)
    assert CsvBatch.objects.get(pk=draft).total == 0


def test_the_worker_s_sweeper_finds_it(api: Api, draft: str, worker: Worker, settings: Any) -> None:
    waiting(draft, enqueued_at=ago(settings.TASK_RESEND_S + 1))
    assert read(api, draft)["state"] == "done"
    assert api.batch(draft)["upload"]["bytes"] == len(LARGE)
