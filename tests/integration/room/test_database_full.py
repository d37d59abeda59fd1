"""The database's disk is full in the middle (53100): a sentence, nothing half done, and it works again with room."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from csv_batches.models import CsvBatch, Upload
from csv_batches.services import background_upload, uploads
from experiments.ingest import ReadOptions
from tests.integration.csv_batches.uploads.support import waiting
from tests.integration.web.support import user
from tests.support.api import Api, numbered
from tests.support.full_disk import database_full_at

CSV = b"id,text\n" + b"1,a\n" * 50
ITEMS = "experiments_queueitem"


@pytest.fixture
def draft(api: Api) -> str:
    return api.ready(api.network(None), numbered(2))


def test_an_upload_is_refused_and_the_draft_stays_as_it_was(api: Api, draft: str) -> None:
    before = api.batch(draft)
    with database_full_at(ITEMS):
        [error] = api.upload(draft, CSV, want=507)["errors"]
    assert (error["code"], error["detail"].partition(".")[0]) == (
        "no_space",
        "The disk of this site, or of its database, is full",
    )
    assert api.batch(draft) == before
    api.upload(draft, CSV)
    assert api.batch(draft)["progress"]["total"] == 50


def test_a_file_that_was_stored_before_the_row_failed_is_not_left(api: Api, draft: str) -> None:
    batch = CsvBatch.objects.get(pk=draft)
    listed = batch.source.storage.listdir("csv_batches")[1]
    with database_full_at("csv_batches_csvbatch"):
        api.upload(draft, CSV, want=507)
    assert batch.source.storage.listdir("csv_batches")[1] == listed


def test_a_worker_keeps_the_file_for_another_try(api: Api, draft: str) -> None:
    upload = waiting(draft)
    with database_full_at(ITEMS):
        background_upload.read(upload.pk)
    found = api.batch(draft)["upload"]
    assert (found["state"], found["errors"][0]["code"]) == ("failed", "no_space")
    assert api.batch(draft)["progress"]["total"] == 2
    uploads.read_again(batch_id=UUID(draft), options=ReadOptions())
    assert api.batch(draft)["progress"]["total"] == 200
    assert not Upload.objects.exists()


def test_who_logs_in_is_told_and_gets_in_when_there_is_room(db: None) -> None:
    ann = user("ann")
    ann.set_password("correct horse")
    ann.save()
    visitor = Client(raise_request_exception=False)
    password = {"username": "ann", "password": "correct horse"}
    with database_full_at("django_session"):
        answer = visitor.post("/login/", password)
        assert answer.status_code == 507
        assert "is full. Nothing was saved. Ask an admin" in answer.content.decode()
        assert visitor.get("/login/").status_code == 200
    assert visitor.post("/login/", password).status_code == 302


def test_who_is_logged_in_goes_on_reading(api: Api, draft: str) -> None:
    reader = Client()
    reader.force_login(user("ann"))
    with database_full_at("django_session"):
        assert reader.get("/csv-batch/").status_code == 200
        assert reader.get(f"/csv-batch/{draft}/").status_code == 200


@pytest.mark.parametrize("table", ["experiments_queue"])
def test_any_other_change_says_so_too(api: Api, draft: str, table: str) -> None:
    with database_full_at(table):
        body: Any = api.patch(f"/csv_batches/{draft}", {"name": "changed"}, 507)
    assert body["errors"][0]["code"] == "no_space"
    assert api.batch(draft)["name"] == "batch"
