"""F22: 401 on every row."""

from tests.faults.support import StartWorker, assert_whole, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually

CONCURRENCY = 4


def test_it_pauses_soon_leaves_the_rows_alone_and_tries_one_first(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    start_worker()
    run_server.always({"do": "status", "status": 401})
    batch = api.ready(api.network(run_server), numbered(100), concurrency=CONCURRENCY)
    api.run(batch)
    api.wait(batch, until=["paused"])
    eventually(lambda: not api.batch(batch)["progress"]["running"], what="what is in flight comes back")
    state = api.batch(batch)
    assert state["pause_reason"]["code"] == "unauthorized"
    assert (state["progress"]["queued"], state["progress"]["failed"]) == (100, 0)
    before = run_server.stats()["calls"]
    seen(f"paused after {before} calls (at most {5 + CONCURRENCY})")
    assert before <= 5 + CONCURRENCY
    assert {row["attempts"] for row in api.rows(batch)} == {0}

    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["paused"])["pause_reason"]["code"] == "unauthorized"
    assert run_server.stats()["calls"] == before + 1, "one row first"

    run_server.script()
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert_whole(api, run_server, batch, rows=100, repeated=5 + CONCURRENCY + 1)
