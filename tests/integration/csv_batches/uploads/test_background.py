"""A large file is taken at once and read by a worker."""

import gzip
from pathlib import Path

from csv_batches.models import CsvBatch, Upload
from tests.integration.csv_batches.uploads.support import LARGE, RAGGED, read
from tests.support.api import Api, numbered, to_csv
from tests.support.worker import Worker


def test_it_is_stored_and_read_by_a_worker(api: Api, draft: str, worker: Worker) -> None:
    answer = api.upload(draft, LARGE, want=202)
    assert answer["upload"]["state"] in ("parsing", "done")
    assert answer["upload"]["bytes"] == len(LARGE)
    found = read(api, draft)
    assert found.pop("options").items() >= {"delimiter": ",", "header": 1}.items()
    assert found == {"state": "done", "bytes": len(LARGE), "rows": 200, "errors": [], "offers": [], "rejects": 0}
    assert [list(row["row_payload"].values()) for row in api.rows(draft)] == numbered(200)
    batch = CsvBatch.objects.get(pk=draft)
    assert (batch.source_name, batch.dataset_name, batch.encoding, batch.delimiter) == ("x.csv", "x.csv", "utf-8", ",")
    assert Path(batch.source.path).read_bytes() == LARGE
    assert not Upload.objects.exists()


def test_a_small_one_is_read_while_one_waits(api: Api, draft: str) -> None:
    assert api.upload(draft, b"a\n1\n", want=201)["rows"] == 1
    assert api.batch(draft)["upload"].items() >= {"state": "done", "bytes": 4, "rows": 1, "errors": []}.items()


def test_without_a_file_there_is_no_upload(api: Api, draft: str) -> None:
    assert api.batch(draft)["upload"] is None


def test_one_that_is_refused_leaves_the_rows_that_were_there(api: Api, draft: str, worker: Worker) -> None:
    api.upload(draft, b"a\nearlier\n", want=201)
    api.upload(draft, RAGGED, want=202)
    found = read(api, draft)
    assert (found["state"], found["errors"][0]["code"], found["errors"][0]["line"]) == ("failed", "ragged_row", 202)
    assert [row["row_payload"] for row in api.rows(draft)] == [{"a": "earlier"}]
    batch = CsvBatch.objects.get(pk=draft)
    assert Path(batch.source.path).read_bytes() == b"a\nearlier\n"


def test_what_its_beginning_shows_is_refused_at_once(api: Api, draft: str) -> None:
    content = b"\xff\xfe\x00" + LARGE
    assert api.upload(draft, content, want=400)["errors"][0]["attr"] == "file"
    assert not Upload.objects.exists()


def test_a_refused_one_is_read_again_with_other_options(api: Api, draft: str, worker: Worker) -> None:
    api.upload(draft, RAGGED, want=202)
    read(api, draft)
    api.call("post", f"/csv_batches/{draft}/upload", 202, {"ragged": "pad"}, format="multipart")
    assert read(api, draft)["rows"] == 201
    assert CsvBatch.objects.get(pk=draft).warnings[0]["line"] == 202
    api.call("post", f"/csv_batches/{draft}/upload", 202, {"ragged": "skip"}, format="multipart")
    found = read(api, draft)
    assert (found["rows"], found["rejects"], found["options"]["ragged"]) == (200, 1, "skip")
    assert b"202," in api.get(f"/csv_batches/{draft}/rejects")


def test_a_kept_one_is_read_again_with_other_options(api: Api, draft: str, worker: Worker) -> None:
    api.upload(draft, LARGE, want=202)
    read(api, draft)
    kept = CsvBatch.objects.get(pk=draft).source.name
    api.call("post", f"/csv_batches/{draft}/upload", 202, {"header": "0"}, format="multipart")
    assert read(api, draft)["rows"] == 201
    assert CsvBatch.objects.get(pk=draft).source.name == kept
    assert Path(CsvBatch.objects.get(pk=draft).source.path).exists()


def test_columns_keep_what_they_are_for(api: Api, draft: str, worker: Worker) -> None:
    api.upload(draft, b"text\nx\n", want=201)
    api.patch(f"/csv_batches/{draft}", {"columns": [{"name": "text", "mode": "system_param", "key": "mail.text"}]})
    api.upload(draft, to_csv([["id", "text"], *numbered(200)]), want=202)
    read(api, draft)
    assert [column["key"] for column in api.batch(draft)["columns"]] == ["id", "mail.text"]


def test_a_packed_one_is_large_where_its_content_is(api: Api, draft: str, worker: Worker) -> None:
    content = gzip.compress(LARGE)
    assert len(content) * 2 < len(LARGE)
    api.upload(draft, content, name="x.csv.gz", want=202)
    assert read(api, draft)["rows"] == 200
