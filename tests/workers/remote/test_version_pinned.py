"""Somebody else's publish does not change a running batch."""

from experiments.models import Queue
from tests.support.api import SCORE, TOPIC, Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker
from tests.workers.remote.support import ready, remote_network, versions_sent


def test_a_publish_meanwhile_changes_nothing(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.hold("^row 1$")
    batch = ready(api, remote_network(api, remote), rows=4)
    api.run(batch)
    remote.wait(held=1)
    remote.somebody_publishes()
    remote.release()
    assert api.wait(batch)["progress"]["succeeded"] == 4
    assert versions_sent(remote) == [6, 6, 6, 6]


def test_two_batches_of_one_network_keep_to_their_own(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.hold("^row 0$")
    network = remote_network(api, remote)
    first = ready(api, network, response_fields=[TOPIC])
    second = ready(api, network, response_fields=[SCORE])
    api.run(first)
    api.run(second)
    remote.wait(held=2)
    remote.release()
    assert api.wait(first)["progress"]["succeeded"] == 3
    assert api.wait(second)["progress"]["succeeded"] == 3
    by_batch = {(call["body"]["experiment_id"], call["body"]["version"]) for call in remote.ledger()}
    assert by_batch == {(first, 6), (second, 7)}


def test_answers_of_another_version_are_not_taken(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.remote(networks=[{"name": "net", "version": 5}], ignores_version=True)
    remote.hold("^row 2$")
    batch = ready(api, remote_network(api, remote), rows=6)
    api.run(batch)
    remote.wait(held=1)
    remote.somebody_publishes()
    remote.release()
    state = api.rest(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "version_changed")
    assert "another version" in state["pause_reason"]["detail"]
    assert (state["progress"]["succeeded"], state["progress"]["failed"], state["progress"]["queued"]) == (2, 0, 4)
    row = api.get(f"/csv_batches/{batch}/rows/2")
    assert (row["status"], row["attempts"], row["result_payload"]) == ("queued", 0, None)
    (attempt,) = row["attempt_log"]
    assert attempt["outcome"] == "bad_response"
    assert "version 7" in attempt["detail"]
    assert "version 6" in attempt["detail"]


def test_it_goes_on_when_its_version_is_back(api: Api, remote: RunServer, worker: Worker) -> None:
    setup = {"networks": [{"name": "net", "version": 5}], "ignores_version": True}
    remote.remote(**setup)
    remote.hold("^row 0$")
    batch = ready(api, remote_network(api, remote), rows=6, concurrency=2)
    api.run(batch)
    remote.wait(held=1)
    remote.somebody_publishes()
    remote.release()
    api.wait(batch, until=["paused"])
    before = remote.stats()["calls"]
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["paused"])["pause_reason"]["code"] == "version_changed"
    assert remote.stats()["calls"] == before + 1, "one row goes first"
    remote.remote(**{**setup, "networks": [{"name": "net", "version": 6}]})
    api.post(f"/csv_batches/{batch}/resume", want=202)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 6


def test_a_persons_retry_runs_on_the_same_version(api: Api, remote: RunServer, worker: Worker) -> None:
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    api.wait(batch)
    remote.somebody_publishes()
    api.post(f"/csv_batches/{batch}/retry", {"row_indexes": [1], "force": True}, 202)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert versions_sent(remote) == [6, 6, 6, 6]
    assert [call["body"]["experiment_iteration"] for call in remote.ledger()] == [1, 1, 1, 2]


def test_an_answer_that_tells_no_version_is_believed(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.script(answer_key="response", default={"do": "ok", "without": ["graph_version_id"]})
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3


def test_a_copy_starts_on_a_version_of_its_own(api: Api, remote: RunServer) -> None:
    batch = ready(api, remote_network(api, remote))
    api.run(batch)
    copy = api.post(f"/csv_batches/{batch}/duplicate", {}, 201)["id"]
    assert Queue.objects.get(pk=copy).pinned_version is None
    api.run(copy)
    pinned = {str(queue.pk): queue.pinned_version for queue in Queue.objects.all()}
    assert pinned == {batch: 6, copy: 7}


def test_networks_without_a_configuration_api_get_neither_version_nor_iteration(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    batch = ready(api, api.network(run_server))
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert not {"version", "experiment_iteration"} & {key for call in run_server.ledger() for key in call["body"]}
