"""A start writes the schema into the remote network, publishes it, and runs on that version."""

import logging
from typing import Any

import pytest

from experiments.services.networks import SCHEMA_KEYS
from tests.integration.api.support import errors
from tests.support.api import SCORE, TOPIC, Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker
from tests.workers.remote.support import (
    MINE,
    OTHER,
    TOKEN,
    config_calls,
    data_at_remote,
    ready,
    remote_network,
    versions_sent,
)


def test_every_row_runs_on_the_version_that_was_published(api: Api, remote: RunServer, worker: Worker) -> None:
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert config_calls(remote) == [
        ("GET", "/config/networks"),
        ("GET", "/config/networks/1"),
        ("PATCH", "/config/networks/1"),
        ("POST", "/config/networks/1/versions/compile_and_publish"),
    ]
    calls = remote.remote_state()["calls"]
    assert calls[-1]["body"] == {}
    assert {call["authorization"] for call in calls} == {f"Bearer {TOKEN}"}
    assert versions_sent(remote) == [6, 6, 6]


def test_what_others_keep_there_stays(api: Api, remote: RunServer) -> None:
    remote.remote(networks=[{"name": "other", "version": 1}, {"name": " NET ", "additional_data": MINE}])
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    patch = next(call for call in remote.remote_state()["calls"] if call["method"] == "PATCH")
    assert patch["path"] == "/config/networks/2"
    sent = patch["body"]["additional_data"]
    assert {key: sent[key] for key in MINE} == MINE
    assert set(sent) == {*MINE, *SCHEMA_KEYS}
    assert sent["respond_payload_schema"] == api.batch(batch)["schema_json"]
    assert remote.remote_state()["networks"][0]["additional_data"] == {}


def test_a_remote_without_an_address_for_one_network(api: Api, remote: RunServer) -> None:
    remote.remote(networks=[{"name": "net", "additional_data": MINE}], list_only=True)
    api.run(ready(api, remote_network(api, remote)))
    assert {key: data_at_remote(remote)[key] for key in MINE} == MINE
    assert "respond_payload_schema" in data_at_remote(remote)


def test_another_schema_there_is_shown_first(api: Api, remote: RunServer) -> None:
    remote.remote(networks=[{"name": "net", "version": 5, "additional_data": {"respond_payload_schema": OTHER}}])
    batch = ready(api, remote_network(api, remote))
    body = api.post(f"/csv_batches/{batch}/run", {}, 409)
    assert errors(body, kind="client_error") == [("schema_change", None)]
    assert body["existing"]["respond_payload_schema"] == OTHER
    assert data_at_remote(remote) == {"respond_payload_schema": OTHER}
    assert len(remote.remote_state()["versions"]) == 1
    api.run(batch, seen=body["seen"])
    assert data_at_remote(remote)["respond_payload_schema"] == api.batch(batch)["schema_json"]


def test_what_changed_there_after_it_was_seen_is_shown_again(api: Api, remote: RunServer) -> None:
    remote.remote(networks=[{"name": "net", "version": 5, "additional_data": {"respond_payload_schema": OTHER}}])
    batch = ready(api, remote_network(api, remote))
    seen = api.post(f"/csv_batches/{batch}/run", {}, 409)["seen"]
    newer = {**OTHER, "required": []}
    remote.remote(networks=[{"name": "net", "version": 5, "additional_data": {"respond_payload_schema": newer}}])
    body = api.run(batch, 409, seen=seen)
    assert body["existing"]["respond_payload_schema"] == newer
    assert data_at_remote(remote) == {"respond_payload_schema": newer}


def test_who_may_not_write_the_schema_does_not(api: Api, remote: RunServer) -> None:
    network = remote_network(api, remote, users_may_update_schema=False)
    bob = Api.as_user("bob")
    batch = ready(bob, network)
    assert errors(bob.run(batch, 400)) == [("not_allowed", "schema_mode")]
    assert data_at_remote(remote) == {}
    assert {method for method, _ in config_calls(remote)} == {"GET"}


def test_who_may_not_write_starts_where_nothing_would_change(api: Api, remote: RunServer) -> None:
    remote.remote(networks=[{"name": "net", "version": 5}], tells_version=True)
    network = remote_network(api, remote, users_may_update_schema=False)
    api.run(ready(api, network))
    written = len(config_calls(remote))
    bob = Api.as_user("bob")
    bob.run(ready(bob, network))
    assert {method for method, _ in config_calls(remote)[written:]} == {"GET"}
    assert errors(bob.run(ready(bob, network, response_fields=[SCORE]), 400)) == [("not_allowed", "schema_mode")]


def test_what_is_missing_is_said_and_nothing_written(api: Api, remote: RunServer) -> None:
    batch = ready(api, remote_network(api, remote), prompt_template="")
    assert errors(api.run(batch, 400)) == [("required", "prompt_template")]
    assert {method for method, _ in config_calls(remote)} == {"GET"}


def test_the_log_says_before_after_and_who(api: Api, remote: RunServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "experiments.services.remote_schema"):
        api.run(ready(api, remote_network(api, remote)))
    (line,) = [record.getMessage() for record in caplog.records if record.name == "experiments.services.remote_schema"]
    assert "net written by ann and published as version 6" in line
    assert "before {'respond_payload_schema': None" in line
    assert "'topic'" in line
    assert TOKEN not in caplog.text


def test_a_trial_writes_nothing_there(api: Api, remote: RunServer, worker: Worker) -> None:
    batch = ready(api, remote_network(api, remote))
    api.post(f"/csv_batches/{batch}/try", {"rows": 1}, 202)
    remote.wait(done=1)
    assert config_calls(remote) == []
    assert versions_sent(remote) == [None]


@pytest.mark.parametrize("values", [{"run_url": ""}, {"config_url": ""}])
def test_a_network_without_both_addresses_is_written_here_only(
    api: Api, remote: RunServer, values: dict[str, Any]
) -> None:
    api.network(remote, **{"config_url": remote.base, **values})
    api.run(ready(api, response_fields=[TOPIC]))
    assert config_calls(remote) == []
