"""In the mode `batch` a remote network is only read, and each call brings the batch's own schema."""

from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker
from tests.workers.remote.support import (
    MINE,
    OTHER,
    config_calls,
    data_at_remote,
    ready,
    remote_network,
    versions_sent,
)


def test_the_schema_goes_with_each_call_and_not_into_the_network(api: Api, remote: RunServer, worker: Worker) -> None:
    data = {**MINE, "respond_payload_schema": OTHER}
    remote.remote(networks=[{"name": "net", "version": 5, "additional_data": data}], tells_version=True)
    batch = ready(api, remote_network(api, remote), schema_mode="batch")
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    own = api.batch(batch)["schema_json"]
    assert [call["body"]["respond_payload_schema"] for call in remote.ledger()] == [own] * 3
    assert versions_sent(remote) == [5, 5, 5]
    assert data_at_remote(remote) == data
    assert {method for method, _ in config_calls(remote)} == {"GET"}
