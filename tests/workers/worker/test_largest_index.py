"""A row at the largest index that is taken is called like any other."""

from experiments.selectors.items import LARGEST_INDEX
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker


def test_the_batch_completes(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(1))
    row = {"row_index": LARGEST_INDEX, "row_payload": {"id": "x", "text": "the last"}}
    api.post(f"/csv_batches/{batch}/rows", {"rows": [row]})
    api.run(batch)
    assert api.wait(batch, timeout_s=20)["progress"]["succeeded"] == 2
