"""Where the configuration API fails the person who starts reads what, where and what to do; the batch stays a draft."""

from typing import Any

import pytest

from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.workers.remote.support import TOKEN, data_at_remote, ready, remote_network

LIST, ONE = "GET /config/networks", "GET /config/networks/1"
PATCH, PUBLISH = "PATCH /config/networks/1", "POST /config/networks/1/versions/compile_and_publish"
NET = [{"name": "net", "version": 5}]
TEXT_500 = {"status": 500, "text": "Internal Server Error", "headers": {"Content-Type": "text/plain"}}


def refused(api: Api, batch: str) -> str:
    """The sentence; the batch is still a draft."""
    body = api.run(batch, 400)
    (error,) = body["errors"]
    assert (error["code"], error["attr"]) == ("config_api", "network")
    assert api.batch(batch)["status"] == "draft"
    assert TOKEN not in error["detail"]
    return str(error["detail"])


@pytest.mark.parametrize(
    ("step", "fault", "words"),
    [
        (LIST, TEXT_500, "The network net cannot be read"),
        (LIST, {"status": 401, "json": {"detail": "no such key"}}, "HTTP 401 Unauthorized: no such key"),
        (LIST, {"text": "<h1>Welcome</h1>"}, "isn’t JSON"),
        (LIST, {"json": {"detail": "an object"}}, "There is no network of this name; there are: none."),
        (LIST, {"json": [{"id": 1, "name": "nets"}, {"id": 2}]}, "there are: nets."),
        (LIST, {"status": 307, "headers": {"Location": "/elsewhere"}}, "redirects are not followed"),
        (ONE, TEXT_500, "HTTP 500 Internal Server Error: Internal Server Error"),
        (ONE, {"json": {"id": 1, "additional_data": [1]}}, "Its additional_data is not an object."),
        (ONE, {"text": '{"additional_data": {"a": 1e999}}'}, "not a number that can be kept"),
        (ONE, {"text": " " * (6 * 1024 * 1024)}, "larger than"),
        (PATCH, {"status": 422, "json": {"detail": [{"loc": ["body", "x"], "msg": "no"}]}}, "cannot be written"),
        (PATCH, {"json": {"id": 1, "additional_data": {}}}, "It answered without respond_payload_example."),
        (PUBLISH, TEXT_500, "was written to the network net, but cannot be published"),
        (PUBLISH, {"json": {"id": 9}}, "no number `version`"),
        (PUBLISH, {"json": {"version": True}}, "no number `version`"),
    ],
)
def test_the_step_that_failed_is_named(
    api: Api, remote: RunServer, step: str, fault: dict[str, Any], words: str
) -> None:
    remote.remote(networks=NET, faults={step: fault})
    batch = ready(api, remote_network(api, remote))
    detail = refused(api, batch)
    assert words in detail
    assert remote.base in detail
    assert "then start again" in detail
    assert remote.stats()["calls"] == 0


def test_a_schema_that_was_written_and_not_published_is_no_hindrance(api: Api, remote: RunServer) -> None:
    remote.remote(networks=NET, faults={PUBLISH: TEXT_500})
    network = remote_network(api, remote)
    batch = ready(api, network)
    refused(api, batch)
    data = data_at_remote(remote)
    assert "respond_payload_schema" in data
    remote.remote(networks=[{**NET[0], "additional_data": data}])
    api.post(f"/csv_batches/{batch}/run", {}, 202)


def test_a_host_that_is_gone(api: Api, remote: RunServer) -> None:
    api.network(remote, config_url="http://127.0.0.1:9", run_token=TOKEN)
    assert "could not be reached" in refused(api, ready(api))


def test_a_host_that_is_not_allowed_any_more_is_not_called(api: Api, remote: RunServer, settings: Any) -> None:
    batch = ready(api, remote_network(api, remote))
    settings.RUN_HOSTS_LOOPBACK = False
    (error,) = api.run(batch, 400)["errors"]
    assert (error["code"], error["attr"]) == ("host_not_allowed", "network")
    assert remote.remote_state()["calls"] == []


def test_the_token_goes_to_the_host_of_the_runs_only(api: Api, remote: RunServer) -> None:
    api.network(remote, run_url="http://127.0.0.1:9/run", config_url=remote.base, run_token=TOKEN)
    api.run(ready(api))
    assert {call["authorization"] for call in remote.remote_state()["calls"]} == {None}


def test_a_batch_that_was_started_is_told_so_first(api: Api, remote: RunServer) -> None:
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    remote.remote(networks=NET, faults={LIST: TEXT_500})
    assert api.run(batch, 409)["errors"][0]["code"] == "already_started"
