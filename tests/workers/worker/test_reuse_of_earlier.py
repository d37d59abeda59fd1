"""With `reuse` `network` rows are answered from earlier batches: of the same owner, and of the same version."""

from typing import Any

import pytest

from experiments.core.choices import Reuse
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker
from tests.workers.worker.test_reuse import alike, ran


def answered_by(server: RunServer, version: str | None) -> None:
    told: dict[str, Any] = {"without": ["graph_version_id"]} if version is None else {}
    server.script(default={"do": "ok", "extra": {"graph_version_id": version}, **told})


@pytest.fixture
def earlier(api: Api, run_server: RunServer, worker: Worker) -> str:
    """A network of version 3, and a batch that has run on it."""
    answered_by(run_server, "1:3")
    network = api.network(run_server, version=3)
    batch = ran(api, network, alike(3, 3))
    api.wait(batch)
    assert run_server.stats()["calls"] == 3
    return network


def test_nothing_is_called_again(api: Api, run_server: RunServer, earlier: str) -> None:
    batch = ran(api, earlier, alike(6, 3), Reuse.NETWORK, concurrency=3)
    progress = api.wait(batch)["progress"]
    assert (progress["succeeded"], progress["reused"], progress["calls"]) == (6, 6, 0)
    assert run_server.stats()["calls"] == 3
    rows = api.rows(batch)
    assert {row["reused_from"]["queue"] for row in rows} != {batch}
    assert [row["reused_from"]["row_index"] for row in rows] == [0, 1, 2, 0, 1, 2]
    # The trace is the original's.
    assert api.get(f"/runs/{rows[0]['run_trace_id']}")["row_index"] == 0


def test_a_batch_that_asks_for_its_own_rows_only_calls(api: Api, run_server: RunServer, earlier: str) -> None:
    batch = ran(api, earlier, alike(6, 3), Reuse.BATCH)
    assert api.wait(batch)["progress"]["reused"] == 3
    assert run_server.stats()["calls"] == 6


def test_another_person_s_answers_are_not_used(api: Api, run_server: RunServer, earlier: str) -> None:
    ben = Api.as_user("ben")
    batch = ran(ben, earlier, alike(3, 3), Reuse.NETWORK, schema_mode="keep")
    progress = ben.wait(batch)["progress"]
    assert (progress["reused"], progress["calls"]) == (0, 3)


@pytest.mark.parametrize("change", [{"prompt_template": "Say: {{ row.text }}"}, {"debug": True}])
def test_another_question_is_called(api: Api, run_server: RunServer, earlier: str, change: dict[str, Any]) -> None:
    batch = ran(api, earlier, alike(3, 3), Reuse.NETWORK, **change)
    assert api.wait(batch)["progress"]["reused"] == 0


def test_another_version_of_the_network_is_called(api: Api, run_server: RunServer, earlier: str) -> None:
    found = next(one for one in api.get("/networks")["results"] if one["name"] == earlier)
    api.patch(f"/networks/{found['id']}", {"version": 4})
    answered_by(run_server, "1:4")
    batch = ran(api, earlier, alike(3, 3), Reuse.NETWORK)
    assert api.wait(batch)["progress"]["reused"] == 0


def test_a_remote_whose_version_nobody_knows_is_called(api: Api, run_server: RunServer, worker: Worker) -> None:
    answered_by(run_server, None)
    network = api.network(run_server)
    for _ in range(2):
        batch = ran(api, network, alike(4, 2), Reuse.NETWORK)
        assert api.wait(batch)["progress"]["reused"] == 2
    assert run_server.stats()["calls"] == 4
