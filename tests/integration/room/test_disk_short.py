"""A disk that is nearly full: files are refused with a sentence, everything else goes on."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from csv_batches.models import CsvBatch
from experiments.core.errors import NoRoom
from tests.integration.web.support import browser, user
from tests.support.api import Api, numbered
from tests.support.full_disk import short_by

MB = 1024**2
CSV = b"id,text\n" + b"1,a\n" * 1000


@pytest.fixture
def draft(api: Api) -> str:
    return api.ready(api.network(None), numbered(2))


@pytest.fixture
def short(draft: str, settings: Any) -> None:
    """Nobody can free so much meanwhile."""
    settings.DISK_SPACE = short_by(settings.DISK_SPACE, 2**40)


def assert_refused(body: Any) -> None:
    assert body["type"] == "server_error"
    [error] = body["errors"]
    assert error["code"] == "no_space"
    assert "nearly full" in error["detail"]
    assert "Nothing was saved. Delete batches" in error["detail"]


def test_an_upload_is_refused_and_the_draft_stays_as_it_was(api: Api, draft: str, short: None) -> None:
    before = api.batch(draft)
    assert_refused(api.upload(draft, CSV, want=507))
    assert api.batch(draft) == before
    assert CsvBatch.objects.get(pk=draft).source.storage.exists(CsvBatch.objects.get(pk=draft).source.name)


def test_what_would_store_rows_is_refused_too(api: Api, draft: str, short: None) -> None:
    rows = [{"row_index": 9, "row_payload": {"id": "9", "text": "x"}}]
    assert_refused(api.post(f"/csv_batches/{draft}/rows", {"rows": rows}, 507))
    assert_refused(api.post(f"/csv_batches/{draft}/duplicate", {}, 507))
    assert api.batch(draft)["progress"]["total"] == 2


def test_in_the_browser_a_page_says_so(draft: str, short: None) -> None:
    page = browser("ann")
    page.get("/csv-batch/new/")
    form = {"csrfmiddlewaretoken": page.cookies["csrftoken"].value, "file": SimpleUploadedFile("x.csv", CSV)}
    page.raise_request_exception = False
    answer = page.post("/csv-batch/new/", form)
    assert answer.status_code == 507
    assert "The disk of this site is nearly full" in answer.content.decode()
    assert CsvBatch.objects.count() == 1


def test_all_else_goes_on(api: Api, draft: str, short: None) -> None:
    ann = user("ann")
    ann.set_password("correct horse")
    ann.save()
    assert Client().post("/login/", {"username": "ann", "password": "correct horse"}).status_code == 302
    assert browser("ann").get(f"/csv-batch/{draft}/").status_code == 200
    api.patch(f"/csv_batches/{draft}", {"name": "changed"})
    api.run(draft)
    api.delete(f"/csv_batches/{draft}")


def test_monitoring_is_told_and_the_site_still_counts_as_it_did(db: None, settings: Any) -> None:
    before = Client().get("/health/ready")
    assert before.json()["disk"] == "ok"
    settings.DISK_SPACE = short_by(settings.DISK_SPACE, 2**40)
    after = Client().get("/health/ready")
    assert after.json() == {**before.json(), "disk": "short", "worker": after.json()["worker"]}
    assert after.status_code == before.status_code


def test_a_file_that_fits_by_itself_but_not_with_its_rows_is_refused(api: Api, draft: str, settings: Any) -> None:
    size = 2**36
    settings.DISK_SPACE = short_by(settings.DISK_SPACE, -size)
    settings.DISK_SPACE.refuse_file(1000)
    with pytest.raises(NoRoom):
        settings.DISK_SPACE.refuse_file(size)


def test_nobody_looks_where_nothing_has_to_stay_free(api: Api, draft: str, settings: Any) -> None:
    settings.DISK_SPACE = replace(settings.DISK_SPACE, least=0)
    api.upload(draft, CSV)
