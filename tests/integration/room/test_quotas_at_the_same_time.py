"""Requests at the same time: no two of them have the last place."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from csv_batches.models import CsvBatch
from experiments.models import Queue
from tests.support.api import Api, numbered, to_csv

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6
CSV = to_csv([["id", "text"], *numbered(50)])


def at_once(send: Callable[[Any, int], Any]) -> list[int]:
    """The statuses of so many requests of one user, each by a client of its own."""
    callers = [Api.as_user("bob") for _ in range(AT_ONCE)]

    def one(number: int) -> int:
        try:
            return int(send(callers[number].client, number).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(one, range(AT_ONCE)))


def test_drafts(bob: Api, settings: Any) -> None:
    settings.DRAFTS_MAX = 2
    body = {"name": "b", "network": "net"}
    assert at_once(lambda client, _: client.post("/api/csv_batches", body, format="json")) == [201] * 2 + [409] * 4
    assert Queue.objects.count() == 2


@pytest.mark.parametrize("background", [False, True])
def test_bytes_of_files(bob: Api, settings: Any, background: bool) -> None:
    drafts = [bob.draft("net") for _ in range(AT_ONCE)]
    settings.FILES_MAX_BYTES = 2 * len(CSV)
    settings.UPLOAD_BACKGROUND_BYTES = 0 if background else 10**6

    def upload(client: Any, number: int) -> Any:
        file = SimpleUploadedFile("x.csv", CSV, "text/csv")
        return client.post(f"/api/csv_batches/{drafts[number]}/upload", {"file": file}, format="multipart")

    assert at_once(upload) == [202 if background else 201] * 2 + [409] * 4
    assert CsvBatch.objects.filter(total=50).count() == (0 if background else 2)


def test_trials(bob: Api, settings: Any) -> None:
    drafts = [bob.ready("net", numbered(1)) for _ in range(AT_ONCE)]
    settings.TRIALS_MAX = 2
    tried = at_once(lambda client, n: client.post(f"/api/csv_batches/{drafts[n]}/try", {"rows": 1}, format="json"))
    assert tried == [202] * 2 + [409] * 4
    assert Queue.objects.filter(parent__isnull=False, status="running").count() == 2


def test_duplicates(bob: Api, settings: Any) -> None:
    draft = bob.ready("net", numbered(1))
    settings.DRAFTS_MAX = 3
    assert at_once(lambda client, _: client.post(f"/api/csv_batches/{draft}/duplicate")) == [201] * 2 + [409] * 4
