"""Prompt and schema change while a batch is stopped: no answer is lost, and nothing is sent by the earlier ones."""

import pytest

from csv_batches.models import CsvBatchRow
from tests.support.api import TOPIC, Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

ROWS = 8


@pytest.mark.parametrize("width", [1, 3])
def test_every_row_is_sent_by_its_revision(api: Api, run_server: RunServer, worker: Worker, width: int) -> None:
    run_server.hold("^row [2-9]$")
    batch = api.ready(api.network(run_server), numbered(ROWS), concurrency=width)
    path = f"/csv_batches/{batch}"
    api.run(batch)
    run_server.wait(held=width)
    api.post(f"{path}/pause", want=202)
    change = {"prompt_template": "Again: {{ row.text }}", "response_fields": [TOPIC], "schema_mode": "batch"}
    change["rows"] = "remaining"
    refused = api.post(f"{path}/revise", change, 409)
    assert "still being called" in refused["errors"][0]["detail"]
    run_server.release()
    eventually(lambda: api.rest(batch)["progress"]["succeeded"] == 2 + width)
    eventually(lambda: api.client.post(f"/api{path}/revise", change, format="json").status_code == 200)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == ROWS
    sent = [call["body"]["user_message"] for call in run_server.ledger()]
    revisions = {row["row_index"]: row["revision"] for row in api.rows(batch)}
    assert sorted(sent) == sorted(
        f"row {index}" if revision == 1 else f"Again: row {index}" for index, revision in revisions.items()
    )
    assert set(revisions.values()) == {1, 2}
    answers = CsvBatchRow.objects.filter(queue_id=batch).values_list("row_index", "result_payload")
    assert all(set(answer) == ({"topic", "score"} if revisions[index] == 1 else {"topic"}) for index, answer in answers)
