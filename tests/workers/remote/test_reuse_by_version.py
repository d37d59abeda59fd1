"""Rows are answered from earlier batches only by the version that the batch runs on, and by the same remote network."""

from typing import Any

import pytest

from experiments.core.choices import Reuse
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker
from tests.workers.remote.support import OTHER, ready, remote_network

KEPT: dict[str, Any] = {"schema_mode": "keep", "response_fields": [], "reuse": Reuse.NETWORK}
DATA = {"respond_payload_schema": OTHER}
ROWS = 4


@pytest.fixture
def twelve(remote: RunServer) -> RunServer:
    networks = [{"name": name, "version": 12, "additional_data": DATA} for name in ("net", "other")]
    remote.remote(networks=networks)
    return remote


def ran(api: Api, network: str = "net") -> dict[str, Any]:
    """A batch of rows that ask what those of each other batch ask; the first is answered before the others begin."""
    batch = ready(api, network, rows=ROWS, **KEPT)
    api.run(batch, first=1)
    assert api.wait(batch)["status"] == "paused"
    api.post(f"/csv_batches/{batch}/resume", want=202)
    state = api.wait(batch)
    assert state["progress"]["succeeded"] == ROWS
    return state


def test_the_first_answer_says_whose_answers_the_others_may_have(api: Api, twelve: RunServer, worker: Worker) -> None:
    remote_network(api, twelve)
    assert ran(api)["pinned_version"] == 12
    again = ran(api)
    assert (again["pinned_version"], again["progress"]["reused"]) == (12, ROWS - 1)
    assert {row["version"] for row in api.rows(again["id"])} == {12}


def test_answers_of_another_version_are_not_taken(api: Api, twelve: RunServer, worker: Worker) -> None:
    remote_network(api, twelve)
    ran(api)
    twelve.somebody_publishes()
    later = ran(api)
    assert (later["pinned_version"], later["progress"]["reused"]) == (13, 0)
    assert {row["version"] for row in api.rows(later["id"])} == {13}


def test_another_network_of_the_remote_answers_for_itself(api: Api, twelve: RunServer, worker: Worker) -> None:
    remote_network(api, twelve, version=12)
    ran(api)
    assert ran(api)["progress"]["reused"] == ROWS
    found = api.get("/networks")["results"][0]
    api.patch(f"/networks/{found['id']}", {"remote_name": "other"})
    assert ran(api)["progress"]["reused"] == 0


def test_what_another_version_than_the_wanted_one_has_answered_is_not_taken(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(default={"do": "ok", "extra": {"graph_version_id": "1:13"}})
    network = api.network(run_server, version=12)
    states = []
    for _ in range(2):
        batch = api.ready(network, [["0", "row 0"]], reuse=Reuse.NETWORK)
        api.run(batch)
        states.append(api.wait(batch))
    assert [state["progress"]["reused"] for state in states] == [0, 0]
