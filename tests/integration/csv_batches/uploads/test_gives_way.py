"""A file does not wait until the batches that run are done."""

from tests.integration.csv_batches.uploads.support import LARGE, read
from tests.support.api import TOPIC, Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

WORKERS = 3


def test_workers_that_are_all_busy_read_it_between_two_rows(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(latency_ms=50)
    network = api.network(run_server)
    running = [long_batch(api, network) for _ in range(WORKERS)]
    for batch in running:
        api.run(batch)
        api.wait(batch, until=["running"])
    draft = api.draft(network)
    api.upload(draft, LARGE, want=202)
    assert read(api, draft, timeout_s=45)["state"] == "done"
    assert [api.batch(batch)["status"] for batch in running] == ["running"] * WORKERS
    for batch in running:
        api.post(f"/csv_batches/{batch}/cancel", want=202)
    for batch in running:
        eventually(lambda batch=batch: not api.batch(batch)["progress"]["running"], what="the calls in flight")


def long_batch(api: Api, network: str) -> str:
    """Far from done when the file is; its rows come without one."""
    batch = api.draft(network)
    rows = [{"row_index": int(index), "row_payload": {"text": text}} for index, text in numbered(3000)]
    api.post(f"/csv_batches/{batch}/rows", {"rows": rows})
    api.patch(f"/csv_batches/{batch}", {"prompt_template": "{{ row.text }}", "response_fields": [TOPIC]})
    return batch
