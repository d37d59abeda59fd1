"""Starting in the browser on a network with a configuration API."""

import pytest
from django.test import Client

from csv_batches.models import CsvBatch
from tests.integration.csv_batches.wizard.review_support import draft_of, send
from tests.integration.web.support import browser
from tests.support.run_server import RunServer
from tests.workers.remote.support import OTHER, data_at_remote

PATCH = "PATCH /config/networks/1"


@pytest.fixture
def batch(remote: RunServer) -> CsvBatch:
    batch = draft_of("ann")
    assert batch.network is not None
    batch.network.name, batch.network.run_url, batch.network.config_url = "net", remote.url, remote.base
    batch.network.save()
    return batch


def start(client: Client, batch: CsvBatch, **order: str) -> str:
    response = send(client, batch, "start/", **order)
    return str(response.content.decode()) if response.status_code == 200 else str(response["Location"])


def status(batch: CsvBatch) -> str:
    return CsvBatch.objects.get(pk=batch.pk).status


def test_a_failing_api_is_said_beside_the_start(batch: CsvBatch, remote: RunServer) -> None:
    remote.remote(faults={PATCH: {"status": 500, "text": "no disk"}})
    page = start(browser("ann"), batch)
    assert "The schema cannot be written to the network net" in page
    assert "no disk" in page
    assert status(batch) == "draft"


def test_another_schema_there_is_shown_and_confirmed(batch: CsvBatch, remote: RunServer) -> None:
    remote.remote(networks=[{"name": "net", "additional_data": {"respond_payload_schema": OTHER}}])
    page = start(browser("ann"), batch)
    assert "Confirm first" in page
    assert "mood" in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    assert data_at_remote(remote) == {"respond_payload_schema": OTHER}
    start(browser("ann"), batch, seen=seen, confirm="on")
    assert status(batch) == "running"
    assert "mood" not in str(data_at_remote(remote))
