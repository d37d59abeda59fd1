"""How many rows are called at once, and in which order."""

from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker


def test_one_at_a_time_means_strictly_in_row_order(api: Api, run_server: RunServer, worker: Worker) -> None:
    batch = api.ready(api.network(run_server), numbered(120), concurrency=1)
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 120
    calls = run_server.ledger(bodies=False)
    assert [call["user_message"] for call in calls] == [f"row {index}" for index in range(120)]
    assert run_server.stats()["max_in_flight"] == 1


def test_one_at_a_time_waits_for_a_row_that_is_tried_again_no_longer_than_it_has_to(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(rules=[{"match": "^row 2$", "attempts": ["reset"]}])
    batch = api.ready(api.network(run_server), numbered(6), concurrency=1)
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 6
    messages = [call["user_message"] for call in run_server.ledger(bodies=False)]
    assert messages[:3] == ["row 0", "row 1", "row 2"]
    assert sorted(messages) == sorted([f"row {index}" for index in range(6)] + ["row 2"])
    assert run_server.stats()["max_in_flight"] == 1


def test_sixteen_at_a_time_are_never_more_and_really_sixteen(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("^row [0-9]$|^row 1[0-5]$")
    batch = api.ready(api.network(run_server), numbered(300), concurrency=16)
    api.run(batch)
    run_server.wait(held=16)
    run_server.release()
    assert api.wait(batch)["progress"]["succeeded"] == 300
    assert run_server.stats()["max_in_flight"] == 16


def test_a_slow_row_holds_up_nobody(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("^row 5$")
    batch = api.ready(api.network(run_server), numbered(100), concurrency=4)
    api.run(batch)
    run_server.wait(done=99, held=1)
    assert api.batch(batch)["status"] == "running"
    run_server.release()
    assert api.wait(batch)["progress"]["succeeded"] == 100


def test_the_network_s_limit_counts_over_all_its_batches(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(latency_ms=40)
    network = api.network(run_server, max_concurrency=5)
    batches = [api.ready(network, numbered(60), concurrency=16) for _ in range(2)]
    for batch in batches:
        api.run(batch)
    assert all(api.wait(batch)["progress"]["succeeded"] == 60 for batch in batches)
    assert run_server.stats()["max_in_flight"] <= 5


def test_concurrency_changes_while_it_runs(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("")
    batch = api.ready(api.network(run_server), numbered(30), concurrency=1)
    api.run(batch)
    run_server.wait(held=1)
    api.patch(f"/csv_batches/{batch}", {"concurrency": 8})
    run_server.wait(held=8)
    run_server.release()
    assert api.wait(batch)["progress"]["succeeded"] == 30
    assert run_server.stats()["max_in_flight"] == 8
