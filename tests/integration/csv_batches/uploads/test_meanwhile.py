"""While a worker reads a file, its draft's rows are about to be others."""

from pathlib import Path
from typing import Any

import pytest

from csv_batches.models import Upload
from csv_batches.services import background_upload
from tests.integration.api.support import errors
from tests.integration.csv_batches.uploads.support import LARGE, waiting
from tests.support.api import Api


@pytest.fixture
def upload(api: Api, draft: str) -> Upload:
    api.upload(draft, b"a\nearlier\n", want=201)
    return waiting(draft)


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("run", {}),
        ("try", {}),
        ("rows", {"rows": [{"row_index": 5, "row_payload": {"a": "1"}}]}),
    ],
)
def test_it_cannot_be_run_nor_get_rows(api: Api, draft: str, upload: Upload, action: str, body: Any) -> None:
    refused = api.post(f"/csv_batches/{draft}/{action}", body, want=409)
    assert errors(refused, kind="client_error") == [("parsing", None)]
    assert len(api.rows(draft)) == 1


def test_it_takes_no_other_file(api: Api, draft: str, upload: Upload) -> None:
    assert errors(api.upload(draft, LARGE, want=409), kind="client_error") == [("parsing", None)]
    assert errors(api.upload(draft, b"a\n1\n", want=409), kind="client_error") == [("parsing", None)]
    refused = api.call("post", f"/csv_batches/{draft}/upload", 409, {"header": "0"}, format="multipart")
    assert errors(refused, kind="client_error") == [("parsing", None)]


def test_its_settings_can_change_and_stay(api: Api, draft: str, upload: Upload) -> None:
    api.patch(f"/csv_batches/{draft}", {"name": "Renamed", "prompt_template": "{{ row.text }}"})
    background_upload.read(upload.pk)
    found = api.batch(draft)
    assert (found["name"], found["prompt_template"], found["progress"]["total"]) == ("Renamed", "{{ row.text }}", 200)


def test_it_can_be_deleted(api: Api, draft: str, upload: Upload) -> None:
    path = Path(upload.file.path)
    api.delete(f"/csv_batches/{draft}")
    assert not Upload.objects.exists()
    background_upload.read(upload.pk)
    assert not path.exists()


def test_its_rows_are_the_earlier_ones_until_then(api: Api, draft: str, upload: Upload) -> None:
    assert [row["row_payload"] for row in api.rows(draft)] == [{"a": "earlier"}]
    background_upload.read(upload.pk)
    assert len(api.rows(draft)) == 200
