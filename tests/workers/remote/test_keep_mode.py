"""In the mode `keep` a remote network is only read."""

from typing import Any

import pytest

from experiments.models import Queue
from tests.integration.api.support import errors
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

DATA: dict[str, Any] = {**MINE, "respond_payload_schema": OTHER}


def keeping(api: Api, remote: RunServer, **values: Any) -> str:
    return ready(api, remote_network(api, remote, **values), schema_mode="keep", response_fields=[])


def test_its_published_version_is_kept_to(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.remote(networks=[{"name": "net", "version": 5, "additional_data": DATA}], tells_version=True)
    batch = keeping(api, remote)
    api.run(batch)
    remote.somebody_publishes()
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert versions_sent(remote) == [5, 5, 5]
    assert api.batch(batch)["schema_json"] == OTHER
    assert data_at_remote(remote) == DATA
    assert {method for method, _ in config_calls(remote)} == {"GET"}


def test_a_remote_that_does_not_tell_its_version_is_kept_to_that_of_its_first_answer(
    api: Api, remote: RunServer, worker: Worker
) -> None:
    remote.remote(networks=[{"name": "net", "version": 5, "additional_data": DATA}])
    batch = keeping(api, remote)
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert versions_sent(remote)[0] is None
    assert set(versions_sent(remote)) <= {None, 5}
    assert Queue.objects.get(pk=batch).pinned_version == 5


def test_a_version_that_staff_set_comes_first(api: Api, remote: RunServer) -> None:
    remote.remote(networks=[{"name": "net", "version": 5, "additional_data": DATA}], tells_version=True)
    batch = keeping(api, remote, version=3)
    api.run(batch)
    assert Queue.objects.get(pk=batch).pinned_version == 3


def test_a_remote_without_a_schema_leaves_ours(api: Api, remote: RunServer) -> None:
    batch = keeping(api, remote, additional_data={"respond_payload_schema": OTHER})
    api.run(batch)
    assert api.batch(batch)["schema_json"] == OTHER


def test_no_schema_anywhere_is_said(api: Api, remote: RunServer) -> None:
    batch = keeping(api, remote)
    assert errors(api.run(batch, 400)) == [("required", "schema_mode")]


@pytest.mark.parametrize("schema", ["a text", {"type": "array"}, {"type": "object", "$ref": "#"}])
def test_a_schema_there_that_is_none_keeps_the_draft_a_draft(api: Api, remote: RunServer, schema: object) -> None:
    data = {"respond_payload_schema": schema}
    remote.remote(networks=[{"name": "net", "version": 5, "additional_data": data}], tells_version=True)
    batch = keeping(api, remote)
    api.run(batch, 400)
    assert api.batch(batch)["status"] == "draft"
