"""A packed file is kept as it was uploaded, and read as the file in it."""

import gzip
from pathlib import Path

import pytest

from csv_batches.models import CsvBatch
from tests.integration.api.support import errors
from tests.support.api import Api
from tests.unit.ingest.conftest import zipped

CSV = "id;text\r\n1;größe\r\n".encode("cp1252")
pytestmark = pytest.mark.django_db


def payloads(api: Api, batch: str) -> list[dict[str, str]]:
    return [row["row_payload"] for row in api.rows(batch)]


def test_it_is_kept_packed_and_read_again_with_other_options(api: Api) -> None:
    batch, content = api.draft(api.network(None)), gzip.compress(CSV)
    answer = api.upload(batch, content, name="orders.csv.gz", encoding="cp1252")
    assert (answer["columns"], answer["delimiter"], answer["rows"]) == (["id", "text"], ";", 1)
    assert payloads(api, batch) == [{"id": "1", "text": "größe"}]
    stored = CsvBatch.objects.get(pk=batch)
    assert (stored.source_name, stored.source_size, stored.line_end) == ("orders.csv.gz", len(content), "\r\n")
    assert stored.source.name.endswith(".csv.gz")
    assert Path(stored.source.path).read_bytes() == content
    again = {"encoding": "cp1252", "header": "0"}
    assert api.call("post", f"/csv_batches/{batch}/upload", 201, again, format="multipart")["rows"] == 2


def test_json_in_a_zip_archive(api: Api) -> None:
    batch = api.draft(api.network(None))
    content = zipped(b'[{"id": 1, "text": null}, {"id": 2, "text": "x"}]', names=["orders.json"])
    assert api.upload(batch, content, name="orders.zip")["columns"] == ["id", "text"]
    assert payloads(api, batch) == [{"id": "1", "text": ""}, {"id": "2", "text": "x"}]


def test_a_refused_one_leaves_nothing(api: Api) -> None:
    batch = api.draft(api.network(None))
    body = api.upload(batch, zipped(CSV, CSV), name="orders.zip", want=400)
    assert errors(body) == [("bad_archive", "file")]
    assert not CsvBatch.objects.get(pk=batch).source


def test_what_would_read_an_encoding_is_offered(api: Api) -> None:
    batch, content = api.draft(api.network(None)), gzip.compress(CSV)
    body = api.upload(batch, content, name="orders.csv.gz", want=400)
    assert body["offers"][0] == {"options": {"encoding": "cp1252"}, "label": "Read it as Windows-1252"}
    assert api.upload(batch, content, name="orders.csv.gz", **body["offers"][0]["options"])["rows"] == 1
