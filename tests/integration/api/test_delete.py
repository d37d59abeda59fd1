"""Deleting a batch takes everything along that is its."""

from pathlib import Path
from typing import Any

from csv_batches.models import CsvBatch
from experiments.models import Queue, QueueItem
from experiments.services import queue_deletion
from tests.integration.api.support import Draft


def test_rows_and_settings_are_gone(draft: Draft) -> None:
    assert draft.api.client.delete(f"/api{draft.path}").content == b""
    draft.api.get(draft.path, 404)
    draft.api.delete(draft.path, 404)
    assert draft.api.get("/csv_batches")["results"] == []
    assert not QueueItem.objects.filter(queue_id=draft.id).exists()


def test_the_uploaded_file_is_gone(draft: Draft, django_capture_on_commit_callbacks: Any) -> None:
    path = Path(CsvBatch.objects.get(pk=draft.id).source.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        draft.api.delete(draft.path)
    assert not path.exists()


def test_a_running_batch_goes_too(draft: Draft) -> None:
    draft.api.run(draft.id)
    draft.api.delete(draft.path)
    draft.api.get(draft.path, 404)


def test_a_large_one_is_out_of_sight_at_once(draft: Draft) -> None:
    Queue.objects.filter(pk=draft.id).update(total=queue_deletion.BIG + 1, queued=queue_deletion.BIG + 1)
    draft.api.delete(draft.path)
    assert Queue.objects.filter(pk=draft.id).exists()
    draft.api.get(draft.path, 404)
    draft.api.patch(draft.path, {"name": "x"}, 404)
    assert draft.api.get("/csv_batches")["results"] == []
