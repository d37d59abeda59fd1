"""An experiment reads a remote network at its start and keeps to the version that it has then."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import launch
from tests.support import datasets
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually
from tests.workers.remote.support import OTHER, config_calls, remote_network, versions_sent

NET: list[dict[str, Any]] = [{"name": "net", "version": 5, "additional_data": {"respond_payload_schema": OTHER}}]


def experiment(api: Api, remote: RunServer) -> Experiment:
    items = [{"user_message": f"row {index}", "expected": "good"} for index in range(3)]
    made = datasets.draft(network=remote_network(api, remote), scoring={"field": "mood"})
    return datasets.upload(made, datasets.jsonl(items), "x.jsonl")


def test_it_runs_on_the_version_that_is_published(api: Api, remote: RunServer, worker: Worker) -> None:
    remote.remote(networks=NET, tells_version=True)
    made = experiment(api, remote)
    launch.run(experiment_id=made.pk)
    remote.somebody_publishes()
    eventually(lambda: Experiment.objects.get(pk=made.pk).status == "completed", what="completed")
    assert set(versions_sent(remote)) == {5}
    assert {method for method, _ in config_calls(remote)} == {"GET"}


def test_where_the_network_cannot_be_read_it_stays_a_draft(api: Api, remote: RunServer) -> None:
    remote.remote(networks=NET, faults={"GET /config/networks": {"status": 503, "text": "later"}})
    made = experiment(api, remote)
    with pytest.raises(InvalidInput, match="cannot be read"):
        launch.run(experiment_id=made.pk)
    assert Experiment.objects.get(pk=made.pk).status == "draft"
