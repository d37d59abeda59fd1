"""F16: twenty concurrent "start"."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer


def test_one_starts_and_nineteen_get_409(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    start_worker()
    batch = api.ready(api.network(run_server), numbered(60), concurrency=4)
    path, order = f"/api/csv_batches/{batch}/run", {"confirm_schema_change": True}

    def start(_: int) -> int:
        try:
            return int(api.client.post(path, order, format="json").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = sorted(pool.map(start, range(20)))
    assert answers == [202] + [409] * 19
    assert_whole(api, run_server, batch, rows=60, repeated=0)
    assert run_server.stats()["calls"] == 60
