"""An export has the rows and columns that are asked for: by API, by page and by command."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest
from django.core.management import CommandError, call_command

from csv_batches.models import CsvBatch, CsvBatchRow
from tests.integration.api.support import Draft, errors
from tests.integration.export.support import complete
from tests.integration.web.support import browser, queue_url
from tests.support.again import again
from tests.support.api import Api


@pytest.fixture
def done(transactional_db: None) -> Draft:
    def make() -> tuple[str, str]:
        key = Api.key_of("ann", is_staff=True)
        api = Api(key)
        draft = Draft(api, api.ready(api.network(None), [[str(number), f"text {number}"] for number in range(6)]))
        complete(draft)
        CsvBatchRow.objects.filter(queue_id=draft.id, row_index=4).update(
            status="failed", error_code="timeout", error_message="No answer"
        )
        return key, draft.id

    key, batch = again("ann's completed batch with a failure, to export", make)
    return Draft(Api(key), batch)


def ids(content: bytes) -> list[str]:
    return [line.split(",")[0] for line in content.decode().splitlines()[1:]]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ({"status": "failed"}, "4"),
        ({"error_code": "timeout"}, "4"),
        ({"search": "TEXT 3"}, "3"),
        ({"row_indexes": "1,3-4"}, "134"),
        ({"row_indexes": "0-2, 5"}, "0125"),
        ({"row_indexes": "3-4", "status": "succeeded"}, "3"),
        ({"row_indexes": "77"}, ""),
        ({"status": ""}, "012345"),
        ({"sort": "-row_index"}, "543210"),
        ({"sort": "-column.text", "row_indexes": "1-3"}, "321"),
        ({"sort": "field.topic", "status": "failed"}, "4"),
    ],
)
def test_only_the_rows_that_are_asked_for(done: Draft, asked: dict[str, str], rows: str) -> None:
    assert ids(done.api.export(done.id, **asked)) == list(rows)


@pytest.mark.parametrize("text", ["a", "3-1", "1;2", "-1", "1,,2", "9999999999", ",".join(["1"] * 1001)])
def test_rows_that_cannot_be_meant_are_refused(done: Draft, text: str) -> None:
    assert errors(done.api.get(f"{done.path}/export", 400, row_indexes=text))[0][1] == "row_indexes"


@pytest.mark.parametrize(
    ("columns", "head"), [("text,status", "text,status"), ('"row_index", id', "row_index,id"), ("id", '"id"')]
)
def test_only_the_columns_that_are_named(done: Draft, columns: str, head: str) -> None:
    assert done.api.export(done.id, columns=columns).decode().splitlines()[0] == head


@pytest.mark.parametrize(
    ("asked", "attr"),
    [
        ({"columns": "nothing"}, "columns"),
        ({"nested": "explode"}, "explode"),
        ({"nested": "flat", "format": "jsonl"}, "nested"),
        ({"nested": "deep"}, "nested"),
        ({"sign": ";"}, "sign"),
    ],
)
def test_what_cannot_be_had_is_refused(done: Draft, asked: dict[str, str], attr: str) -> None:
    assert errors(done.api.get(f"{done.path}/export", 400, **asked))[0][1] == attr


def test_a_workbook_of_them(done: Draft) -> None:
    content = done.api.export(done.id, format="xlsx", status="failed", columns="id,status,attempts,row_index")
    values = list(openpyxl.load_workbook(io.BytesIO(content))["Rows"].values)
    assert values == [("id", "status", "attempts", "row_index"), ("4", "failed", 1, 4)]


def test_parquet_of_them(done: Draft) -> None:
    content = done.api.export(done.id, format="parquet", row_indexes="1-2", columns="id,attempts")
    assert pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist() == [
        {"id": "1", "attempts": 1},
        {"id": "2", "attempts": 1},
    ]


def test_what_a_format_cannot_hold_is_answered_before_the_file(done: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert errors(done.api.get(f"{done.path}/export", 400, format="parquet")) == [("no_library", "format")]


def test_the_page_exports_what_its_filter_shows(done: Draft) -> None:
    batch, client = CsvBatch.objects.get(pk=done.id), browser("ann")
    batch.created_by = batch.created_by.__class__.objects.get(username="ann")
    batch.save()
    html = client.get(queue_url(batch) + "?status=failed&after=2").content.decode()
    assert 'export/?format=xlsx&amp;status=failed"' in html
    assert "Rows that match the filter" in html
    response: Any = client.get(queue_url(batch, "export/?format=jsonl&status=failed&columns=id&plain=1&null=N"))
    assert b"".join(response.streaming_content) == b'{"row":{"id":"4"},"response":null}\n'


def test_the_command_takes_the_same(done: Draft, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    call_command("export_csv_batch", done.id, format="jsonl", output=output, row_indexes="2", columns="id,row_index")
    assert json.loads(output.read_text()) == {"row": {"id": "2"}, "response": {}, "run": {"row_index": 2}}


def test_page_and_command_export_in_an_order_and_by_answers(done: Draft, tmp_path: Path) -> None:
    CsvBatchRow.objects.filter(queue_id=done.id, row_index__gt=2).update(corrected_payload={"topic": "new"})
    batch, query = CsvBatch.objects.get(pk=done.id), "sort=-row_index&field.topic=new&corrected=1&plain=1&columns=id"
    response: Any = browser("ann", is_staff=True).get(queue_url(batch, f"export/?{query}"))
    content = b"".join(response.streaming_content)
    output = tmp_path / "out.csv"
    asked = {"sort": "-row_index", "field": ["topic=new"], "corrected": "1", "no_metadata": True, "columns": "id"}
    call_command("export_csv_batch", done.id, output=output, **asked)
    assert [content, output.read_bytes()] == [b'"id"\n"5"\n"4"\n"3"\n'] * 2


def test_the_command_says_what_it_cannot_do(done: Draft, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no column"):
        call_command("export_csv_batch", done.id, output=tmp_path / "x", columns="nothing")
    with pytest.raises(CommandError, match="no response field nothing"):
        call_command("export_csv_batch", done.id, output=tmp_path / "x", field=["nothing=1"])
    with pytest.raises(CommandError, match="has no ="):
        call_command("export_csv_batch", done.id, output=tmp_path / "x", field=["topic"])
