"""The first answer that tells its version pins the queue to it: no two versions are mixed, whoever publishes when."""

import time
from collections import Counter
from typing import Any

import pytest

from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import launch
from experiments.models import Queue, Run
from tests.support.api import Api, from_csv
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually
from tests.workers.remote.support import OTHER, ready, remote_network, versions_sent
from tests.workers.remote.test_experiments import experiment

KEPT: dict[str, Any] = {"schema_mode": "keep", "response_fields": []}


def by(version: str) -> dict[str, Any]:
    return {"do": "ok", "extra": {"graph_version_id": version}}


def answered_by(server: RunServer, *, first: str, then: str, then_match: str) -> None:
    rule = {"match": then_match, "attempts": [by(then)], "repeat": True}
    server.script(answer_key="response", rules=[rule], default=by(first))


def test_a_publish_in_the_middle_of_a_batch_that_keeps_the_schema_changes_nothing(
    api: Api, remote: RunServer, worker: Worker
) -> None:
    network = {"name": "net", "version": 12, "additional_data": {"respond_payload_schema": OTHER}}
    remote.remote(networks=[network])
    remote.hold("^row 2$")
    batch = ready(api, remote_network(api, remote), rows=6, **KEPT)
    api.run(batch)
    remote.wait(held=1)
    # On a machine that does other things the first answers may not be recorded yet.
    eventually(lambda: api.batch(batch)["pinned_version"] == 12)
    # Nor has the worker read yet what the database says of it.
    time.sleep(1)
    remote.somebody_publishes()
    remote.release()
    assert api.wait(batch)["progress"]["succeeded"] == 6
    assert {row["version"] for row in api.rows(batch)} == {12}
    assert versions_sent(remote)[-1] == 12
    assert api.batch(batch)["pinned_version"] == 12


def test_an_experiment_is_kept_to_its_first_answer_too(api: Api, remote: RunServer, worker: Worker) -> None:
    data = {"respond_payload_schema": OTHER}
    remote.remote(networks=[{"name": "net", "version": 12, "additional_data": data}], ignores_version=True)
    remote.hold("^row 1$")
    made = experiment(api, remote)
    launch.run(experiment_id=made.pk)
    remote.wait(held=1)
    remote.somebody_publishes()
    remote.release()
    eventually(lambda: Experiment.objects.get(pk=made.pk).status == "paused", what="paused")
    found = Experiment.objects.get(pk=made.pk)
    assert (found.pause_code, found.pinned_version, found.succeeded) == ("version_changed", 12, 1)
    assert api.get(f"/experiments/{made.pk}")["pinned_version"] == 12


def test_a_network_without_a_configuration_api_is_watched(api: Api, run_server: RunServer, worker: Worker) -> None:
    answered_by(run_server, first="1:12", then="1:13", then_match="^row [3-5]$")
    batch = ready(api, api.network(run_server), rows=6)
    api.run(batch)
    state = api.wait(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "version_changed")
    assert (state["progress"]["succeeded"], state["progress"]["failed"]) == (3, 0)
    assert "version" not in run_server.ledger()[-1]["body"]
    refused = api.get(f"/csv_batches/{batch}/rows/3")
    assert (refused["status"], refused["attempts"], refused["version"]) == ("queued", 0, 13)
    assert "by version 13 of the network, the batch runs on version 12" in refused["attempt_log"][0]["detail"]


@pytest.mark.parametrize("rows", [16, 150])
def test_of_answers_that_come_together_one_version_is_recorded(
    api: Api, run_server: RunServer, worker: Worker, rows: int
) -> None:
    """With 150 there are three lanes, in as many processes as have room."""
    answered_by(run_server, first="1:12", then="1:13", then_match="[02468]$")
    run_server.hold("row")
    batch = ready(api, api.network(run_server), rows=rows, concurrency=rows)
    api.run(batch)
    run_server.wait(held=rows)
    run_server.release()
    state = api.rest(batch)
    assert (state["status"], state["pause_reason"]["code"]) == ("paused", "version_changed")
    recorded = Counter(row["version"] for row in api.rows(batch, status="succeeded"))
    assert list(recorded) == [state["pinned_version"]]
    assert recorded[state["pinned_version"]] == state["progress"]["succeeded"] == rows // 2
    assert state["progress"]["failed"] == 0


def test_answers_without_a_version_pin_nothing(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(default={"do": "ok", "without": ["graph_version_id"]})
    batch = ready(api, api.network(run_server))
    api.run(batch)
    state = api.wait(batch)
    assert (state["progress"]["succeeded"], state["pinned_version"]) == (3, None)
    assert {row["version"] for row in api.rows(batch)} == {None}


def test_an_answer_that_is_to_be_asked_for_again_pins_nothing(api: Api, run_server: RunServer, worker: Worker) -> None:
    away = {"do": "status", "status": 500, "json": {"graph_version_id": "1:12"}}
    run_server.script(rules=[{"match": "^row 0$", "attempts": [away]}], default=by("1:13"))
    batch = ready(api, api.network(run_server))
    api.run(batch)
    state = api.wait(batch)
    assert (state["progress"]["succeeded"], state["pinned_version"]) == (3, 13)


def test_the_version_stands_in_page_api_and_export(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(default=by("1:12"))
    batch = ready(api, api.network(run_server))
    assert api.batch(batch)["pinned_version"] is None
    api.run(batch)
    api.wait(batch)
    assert api.batch(batch)["pinned_version"] == Queue.objects.get(pk=batch).pinned_version == 12
    assert {run["version"] for run in api.get("/runs")["results"]} == {12}
    assert set(Run.objects.values_list("version", flat=True)) == {12}
    head, *lines = from_csv(api.export(batch))
    assert head[-1] == "version"
    assert {line[-1] for line in lines} == {"12"}
    assert b'"version":12}}' in api.export(batch, format="jsonl")
