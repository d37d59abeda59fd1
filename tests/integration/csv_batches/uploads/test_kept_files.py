"""An uploaded file is kept for some days from when it was sent, however old its draft is."""

import os
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from csv_batches.models import CsvBatch
from csv_batches.services import uploaded_files
from tests.support.api import Api

CSV = b"a,b\n1,2\n"
DAY_S = 24 * 3600


@pytest.fixture
def old(api: Api, draft: str) -> CsvBatch:
    """A draft of 8 days ago with a file of today."""
    api.upload(draft, CSV)
    CsvBatch.objects.filter(pk=draft).update(created_at=timezone.now() - timedelta(days=8))
    return CsvBatch.objects.get(pk=draft)


def read_again(api: Api, batch: CsvBatch, want: int) -> None:
    api.call("post", f"/csv_batches/{batch.pk}/upload", want, {"delimiter": ";"}, format="multipart")


def test_a_new_file_in_an_old_draft_stays(api: Api, old: CsvBatch) -> None:
    uploaded_files.delete_old()
    read_again(api, old, 201)


def test_a_file_of_a_week_ago_goes(api: Api, old: CsvBatch) -> None:
    sent = time.time() - 8 * DAY_S
    os.utime(old.source.path, (sent, sent))
    uploaded_files.delete_old()
    read_again(api, old, 400)
    assert not os.path.exists(old.source.path)


def test_one_that_is_gone_already_does_no_harm(api: Api, old: CsvBatch) -> None:
    os.remove(old.source.path)
    uploaded_files.delete_old()
    assert CsvBatch.objects.get(pk=old.pk).source.name == ""
