"""Some rows tried by the worker before the start."""

from typing import Any

from csv_batches.models import CsvBatch
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually


def finished(api: Api, batch: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        trial: dict[str, Any] = api.get(f"/csv_batches/{batch}/try")
        return trial if trial["status"] in ("completed", "paused") else None

    state: dict[str, Any] = eventually(ended, what="the trial")
    return state


def test_a_trial_calls_three_rows_for_real_and_leaves_the_batch_as_it_was(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(latency_ms=20)
    batch = api.ready(api.network(run_server), numbered(50))
    api.post(f"/csv_batches/{batch}/try", {}, 202)
    trial = finished(api, batch)
    assert [(row["row_index"], row["status"]) for row in trial["rows"]] == [(n, "succeeded") for n in range(3)]
    assert all(set(row["result_payload"]) == {"topic", "score"} for row in trial["rows"])
    assert trial["estimate"]["p95_s"] >= trial["estimate"]["p50_s"] >= 50 * 0.02
    assert trial["estimate"]["tokens"] == 50 * 15
    assert api.batch(batch)["progress"]["queued"] == 50
    trace = trial["rows"][0]["run_trace_id"]
    assert api.get(f"/runs/{trace}")["final"]["status"] == "ok"


def test_each_trial_asks_anew_and_none_of_them_for_the_batch(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(2))
    for _ in range(2):
        api.post(f"/csv_batches/{batch}/try", {"rows": 1}, 202)
        finished(api, batch)
    api.run(batch)
    api.wait(batch)
    keys = [call["idempotency_key"] for call in run_server.ledger(bodies=False)]
    assert keys == [f"{batch}-try1-0", f"{batch}-try2-0", f"{batch}-0-1", f"{batch}-1-1"]


def test_a_new_trial_ends_one_that_hangs(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(5))
    run_server.hold("^row 0$")
    api.post(f"/csv_batches/{batch}/try", {}, 202)
    run_server.wait(held=1)
    api.post(f"/csv_batches/{batch}/try", {"start": 1, "rows": 2}, 202)
    assert [row["row_index"] for row in finished(api, batch)["rows"]] == [1, 2]
    run_server.release()
    eventually(lambda: CsvBatch.objects.filter(parent__id=batch).count() == 1, what="only the new one is left")


def test_a_network_that_refuses_pauses_the_trial_and_says_why(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.always({"do": "status", "status": 401})
    batch = api.ready(api.network(run_server), numbered(9), concurrency=9)
    api.post(f"/csv_batches/{batch}/try", {"rows": 9}, 202)
    trial = finished(api, batch)
    assert (trial["status"], trial["pause_reason"]["code"]) == ("paused", "unauthorized")
    assert trial["estimate"] is None


def test_keeping_the_network_s_schema_a_trial_is_judged_by_it(api: Api, run_server: RunServer, worker: Worker) -> None:
    schema = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}
    network = api.network(run_server, additional_data={"respond_payload_schema": schema})
    batch = api.ready(network, numbered(2), response_fields=[], schema_mode="keep")
    api.post(f"/csv_batches/{batch}/try", {}, 202)
    assert [list(row["result_payload"]) for row in finished(api, batch)["rows"]] == [["mood"], ["mood"]]
    assert api.batch(batch)["response_fields"] == []
