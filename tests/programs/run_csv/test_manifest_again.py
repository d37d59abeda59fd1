"""A manifest of the wizard, run by the command, gives the same rows, messages and schema."""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from csv_batches.models import CsvBatch
from tests.programs.run_csv.conftest import RunCsv
from tests.programs.run_csv.support import batch_of, sent
from tests.support.api import SCORE, TOPIC, Api
from tests.support.run_server import RunServer

FILE = "# of the shop\nid;text;über\n1;caf\xe9;a\n2;tea;b\n3;rum;c\n".encode("cp1252")
SETTINGS: dict[str, Any] = {
    "prompt_template": "What is {{ row.text }}?\n{{ columns }}",
    "response_fields": [TOPIC, {**SCORE, "minimum": 0, "required": False, "nullable": True}],
    "columns": [{"name": "über", "mode": "prompt"}, {"name": "id", "mode": "system_param", "key": "shop.id"}],
    "schema_mode": "batch",
    "concurrency": 2,
}


def batch_by_api(api: Api) -> str:
    batch = api.draft("net", name="Drinks")
    api.upload(batch, FILE, name="drinks.csv", encoding="cp1252", comment="#")
    api.patch(f"/csv_batches/{batch}", SETTINGS)
    api.run(batch)
    api.wait(batch, until=["completed"])
    return batch


def answers(content: bytes) -> list[list[str]]:
    """The export up to what a run of its own says of itself."""
    lines = [line.split(";") for line in content.decode().splitlines()]
    width = lines[0].index("run_trace_id")
    return [line[:width] for line in lines]


def test_the_same_rows_messages_and_schema(
    api: Api, run_server: RunServer, beside_a_worker: RunCsv, tmp_path: Path
) -> None:
    api.network(run_server)
    batch = batch_by_api(api)
    browser = Client()
    browser.force_login(get_user_model().objects.get(username="ann"))
    page = browser.get(f"/csv-batch/{batch}/")
    assert f'href="/csv-batch/{batch}/manifest.json"' in page.content.decode()
    (tmp_path / "batch.json").write_bytes(browser.get(f"/csv-batch/{batch}/manifest.json").content)
    (tmp_path / "drinks.csv").write_bytes(FILE)
    first = sent(run_server)
    assert len(first) == 3
    run_server.reset()

    # The file is the one beside the manifest; the worker that runs already does the work.
    code = beside_a_worker.run("--manifest", tmp_path / "batch.json", "--output", tmp_path / "out.csv")
    assert code == 0, beside_a_worker.said
    assert "No worker is running" not in beside_a_worker.said
    again = batch_of(beside_a_worker.said)
    assert sent(run_server) == first
    assert answers((tmp_path / "out.csv").read_bytes()) == answers(api.export(batch))
    one, other = (CsvBatch.objects.get(pk=pk) for pk in (batch, again))
    for name in ("schema_json", "schema_guidance", "schema_example", "columns", "name", "concurrency"):
        assert getattr(other, name) == getattr(one, name), name
    assert json.loads((tmp_path / "batch.json").read_text()) == api.get(f"/csv_batches/{again}/manifest")
