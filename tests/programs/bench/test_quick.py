"""`manage.py bench --quick` measures with a real worker, and leaves nothing behind."""

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.programs.bench.support import has_database, rows_of_site

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_measure_from_end_to_end(tmp_path: Path) -> None:
    out, path, before = StringIO(), tmp_path / "bench.json", rows_of_site()
    call_command("bench", "--quick", "--only", "one_20ms", "--json", str(path), stdout=out)
    assert "one at a time, 20 ms" in out.getvalue()
    (line,) = json.loads(path.read_text())["results"]
    assert line["ratio"] > 0
    assert line["floor"]["median"] > 0
    (details,) = line["details"]
    assert details["failed"] == 0
    assert {"worker_cpu_ms", "postgres_cpu_ms", "wal_bytes", "table_bytes", "server_cpu", "rss_mb"} < details.keys()
    assert rows_of_site() == before
    assert not has_database(os.getpid())


def test_json_on_stdout_stands_alone() -> None:
    out = StringIO()
    call_command("bench", "--quick", "--only", "files", "--json", "-", stdout=out)
    results = json.loads(out.getvalue())["results"]
    names = [line["name"] for line in results]
    exported = ["file_export", "file_export_jsonl", "file_export_xlsx", "file_export_parquet", "file_first_rows"]
    assert names == [
        "file_read",
        "file_read_gz",
        "file_store",
        *exported,
        "file_tables",
        "file_store_memory",
        "file_memory",
    ]
    assert all(line["ratio"] > 0 for line in results if line["name"] != "file_memory")


def test_workbooks_and_parquet_are_read_in_processes_of_their_own() -> None:
    out = StringIO()
    call_command("bench", "--quick", "--only", "file_formats", "--json", "-", stdout=out)
    results = json.loads(out.getvalue())["results"]
    names = [line["name"] for line in results]
    assert names == ["file_xlsx", "file_xlsx_memory", "file_parquet", "file_parquet_memory"]
    assert all(line["ratio"] > 0 for line in results)


def test_pages_are_asked_of_a_web_server_while_a_worker_writes() -> None:
    out = StringIO()
    call_command("bench", "--quick", "--only", "pages", "--json", "-", stdout=out)
    results = json.loads(out.getvalue())["results"]
    names = {line["name"] for line in results}
    assert {"pages_first_page_of_a_process_1000", "pages_search_without_a_hit_1000", "pages_poll_1000"} < names
    assert all(line["ratio"] > 0 for line in results)
