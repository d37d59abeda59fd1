"""A running batch follows what is changed about its network: token, address, time-out."""

from typing import Any

import pytest

from experiments.models import Network
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

OLD, NEW = "old-token-4711-abcdef", "new-token-4711-abcdef"


def change(api: Api, **values: Any) -> None:
    api.patch(f"/networks/{Network.objects.get().pk}", values)


def sent(server: RunServer, message: str) -> str | None:
    call = next(call for call in server.ledger() if call["user_message"] == message)
    authorization: str | None = call["authorization"]
    return authorization


def test_calls_that_begin_after_a_new_token_have_it(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(latency_ms=50)
    batch = api.ready(api.network(run_server, run_token=OLD), numbered(200))
    api.run(batch)
    run_server.wait(calls=3)
    change(api, run_token=NEW)
    eventually(lambda: run_server.ledger()[-1]["authorization"] == f"Bearer {NEW}", what="a call with the new token")
    assert sent(run_server, "row 0") == f"Bearer {OLD}"
    assert api.batch(batch)["status"] == "running", "nobody has paused it"


def test_a_token_that_is_put_right_lets_a_paused_batch_go_on(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.always({"do": "status", "status": 401})
    batch = api.ready(api.network(run_server, run_token=OLD), numbered(8))
    api.run(batch)
    assert api.rest(batch)["pause_reason"]["code"] == "unauthorized"
    run_server.always("ok")
    change(api, run_token=NEW)
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 8
    assert run_server.ledger()[-1]["authorization"] == f"Bearer {NEW}"


def test_a_new_address_is_called_by_what_begins_then(api: Api, run_server: RunServer, worker: Worker) -> None:
    with RunServer() as other:
        run_server.hold("^row 1$")
        batch = api.ready(api.network(run_server), numbered(4))
        api.run(batch)
        run_server.wait(held=1)
        change(api, run_url=other.url)
        # Answered when the lane has looked, a few times a second. What it has in flight ends where it began.
        api.patch(f"/csv_batches/{batch}", {"concurrency": 1})
        run_server.release()
        assert api.wait(batch)["progress"]["succeeded"] == 4
        assert [call["user_message"] for call in other.ledger()] == ["row 2", "row 3"]


def test_a_new_time_out_ends_the_calls_that_begin_then(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(latency_ms=50, rules=[{"match": "^row 199$", "attempts": ["hang"], "repeat": True}])
    batch = api.ready(api.network(run_server, timeout_s=600), numbered(200), max_attempts=1, concurrency=4)
    api.run(batch)
    run_server.wait(calls=3)
    change(api, timeout_s=1)
    assert api.wait(batch)["progress"]["failed"] == 1
    assert api.rows(batch, status="failed")[0]["error_message"] == "No complete answer within 1 s."


@pytest.mark.parametrize("change_of", [{"description": "x"}, {"run_token": OLD}])
def test_a_change_that_says_the_same_changes_nothing(
    api: Api, run_server: RunServer, worker: Worker, change_of: dict[str, Any]
) -> None:
    run_server.script(latency_ms=20)
    batch = api.ready(api.network(run_server, run_token=OLD), numbered(60))
    api.run(batch)
    run_server.wait(calls=3)
    change(api, **change_of)
    assert api.wait(batch)["progress"]["succeeded"] == 60
    assert len(run_server.ledger()) == 60
    assert {call["authorization"] for call in run_server.ledger()} == {f"Bearer {OLD}"}
