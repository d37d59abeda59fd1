"""A worker that is killed while it reads a file."""

from collections.abc import Callable

import pytest

from csv_batches.models import CsvBatch, Upload
from tests.integration.csv_batches.uploads.support import read
from tests.support.api import Api
from tests.support.worker import Worker, eventually

ROWS = 400_000


@pytest.fixture
def mortal(start_worker: Callable[..., Worker]) -> Worker:
    return start_worker()


def test_another_one_reads_it_from_the_start(api: Api, draft: str, mortal: Worker) -> None:
    api.upload(draft, b"a\nearlier\n", want=201)
    content = b"id,text\n" + b"".join(b"%d,a text that is long enough\n" % number for number in range(ROWS))
    api.upload(draft, content, want=202)
    eventually(lambda: api.batch(draft)["upload"]["rows"], what="rows that are counted")
    assert CsvBatch.objects.get(pk=draft).rows.count() == 1
    for process in mortal.pool():
        process.kill()
    said = read(api, draft, timeout_s=120)
    assert (said["state"], said["bytes"], said["rows"], said["errors"]) == ("done", len(content), ROWS, [])
    assert CsvBatch.objects.get(pk=draft).rows.count() == ROWS
    assert not Upload.objects.exists()
