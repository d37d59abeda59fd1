"""Duplicates share the file of their batch. It goes with the last that uses it, whoever that is."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from csv_batches.models import CsvBatch
from csv_batches.services import duplicates, uploaded_files
from experiments.models import Queue
from experiments.services import queue_deletion, retention
from tests.integration.api.support import finish
from tests.support.api import Api, numbered
from tests.support.locks import somebody_waits
from tests.support.worker import eventually

OTHER = b"id,text\n9,nine\n"


@pytest.fixture
def batch(api: Api, tmp_path: Path, settings: Any) -> str:
    settings.MEDIA_ROOT = tmp_path
    return api.ready(api.network(None), numbered(3))


def files() -> list[str]:
    (folder,) = {Path(one.source.path).parent for one in CsvBatch.objects.exclude(source="")} or {Path("/nowhere")}
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def copied(api: Api, batch: str) -> str:
    return str(api.post(f"/csv_batches/{batch}/duplicate")["id"])


def read_again(api: Api, batch: str, want: int = 201) -> Any:
    return api.call("post", f"/csv_batches/{batch}/upload", want, {"header": "0"}, format="multipart")


def in_thread(call: Callable[[], Any]) -> threading.Thread:
    def work() -> None:
        try:
            call()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_duplicate_takes_no_more_room(api: Api, batch: str) -> None:
    second = copied(api, copied(api, batch))
    assert len(files()) == 1
    assert read_again(api, second)["rows"] == 4


def test_the_file_goes_with_the_last(api: Api, batch: str) -> None:
    second, third = copied(api, batch), copied(api, batch)
    path = Path(CsvBatch.objects.get(pk=batch).source.path)
    for gone in (second, batch):
        api.delete(f"/csv_batches/{gone}")
        assert path.exists()
    assert read_again(api, third)["rows"] == 4
    api.delete(f"/csv_batches/{third}")
    assert not path.exists()


def test_a_new_file_of_one_leaves_the_others_theirs(api: Api, batch: str) -> None:
    second = copied(api, batch)
    api.upload(second, OTHER)
    assert len(files()) == 2
    assert read_again(api, batch)["rows"] == 4
    api.upload(batch, OTHER)
    assert len(files()) == 2, "nobody used the first one any more"


def test_what_retention_removes_of_one_stays_with_the_other(api: Api, batch: str) -> None:
    second = copied(api, batch)
    finish(batch, {0: {}, 1: {}, 2: {}})
    retention.remove_sources(days=0)
    assert CsvBatch.objects.get(pk=batch).source.name == ""
    assert read_again(api, second)["rows"] == 4


def test_one_who_deletes_waits_for_a_duplicate_that_takes_the_file(
    api: Api, batch: str, transactional_db: None
) -> None:
    source = CsvBatch.objects.get(pk=batch)
    with transaction.atomic():
        copy = duplicates.duplicate(batch=source, user=source.created_by, failed_only=False)
        thread = in_thread(lambda: queue_deletion.delete(queue=Queue.objects.get(pk=batch)))
        eventually(somebody_waits, what="the deletion")
    thread.join()
    assert not Queue.objects.filter(pk=batch).exists()
    assert read_again(api, str(copy.pk))["rows"] == 4


def test_a_duplicate_of_what_is_being_deleted_has_no_file_that_is_gone(
    api: Api, batch: str, transactional_db: None
) -> None:
    source = CsvBatch.objects.get(pk=batch)
    made: list[CsvBatch] = []
    with transaction.atomic():
        CsvBatch.objects.filter(pk=batch).update(source="")
        uploaded_files.delete_when_unused(source.source.name, source.source.storage)
        thread = in_thread(
            lambda: made.append(duplicates.duplicate(batch=source, user=source.created_by, failed_only=False))
        )
        eventually(somebody_waits, what="the duplicate")
    thread.join()
    assert made[0].source.name == ""
    assert made[0].total == 3
    assert not Path(source.source.path).exists()


def test_two_who_delete_the_last_two_at_a_time_leave_nothing(api: Api, batch: str, transactional_db: None) -> None:
    second = copied(api, batch)
    path = Path(CsvBatch.objects.get(pk=batch).source.path)
    both = [in_thread(lambda pk=pk: queue_deletion.delete(queue=Queue.objects.get(pk=pk))) for pk in (batch, second)]  # type: ignore[misc]
    for thread in both:
        thread.join()
    assert not path.exists()
