"""A row is refused for an hour at most. While its batch was paused or cancelled it was not."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from experiments.models import Network, Queue, QueueItem
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

BUSY = {"do": "status", "status": 429, "headers": {"Retry-After": "3600"}}
BUSY_FOR_A_MOMENT = {"do": "status", "status": 429, "headers": {"Retry-After": "0"}}


@pytest.fixture
def waiting(api: Api, run_server: RunServer, worker: Worker) -> str:
    """A batch whose only row has been told to wait for two hours by now, and will be once more."""
    run_server.script(rules=[{"match": "", "attempts": [BUSY, BUSY_FOR_A_MOMENT]}])
    batch = api.ready(api.network(run_server), numbered(1))
    api.run(batch)
    assert api.wait(batch)["pause_reason"]["code"] == "rate_limited"
    now = timezone.now()
    QueueItem.objects.filter(queue_id=batch).update(limited_since=now - timedelta(hours=2), available_at=now)
    return batch


def ended(api: Api, batch: str) -> dict[str, Any]:
    api.wait(batch, until=["completed"])
    return api.rows(batch)[0]


def test_after_two_hours_of_a_pause_by_the_network_it_is_called_again(api: Api, waiting: str) -> None:
    Network.objects.update(held_until=timezone.now())
    Queue.objects.filter(pk=waiting).update(pause_until=timezone.now())
    assert ended(api, waiting)["status"] == "succeeded"


def test_after_two_hours_in_which_its_batch_ran_it_fails(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(rules=[{"match": "", "attempts": [BUSY_FOR_A_MOMENT, BUSY_FOR_A_MOMENT]}])
    batch = api.ready(api.network(run_server), numbered(1))
    run_server.hold("")
    api.run(batch)
    run_server.wait(held=1)
    QueueItem.objects.filter(queue_id=batch).update(limited_since=timezone.now() - timedelta(hours=2))
    run_server.release()
    run_server.wait(done=2)
    assert ended(api, batch)["error_code"] == "rate_limited"


def test_after_a_person_s_pause_it_is_called_again(api: Api, waiting: str) -> None:
    api.post(f"/csv_batches/{waiting}/resume", want=202)
    row = ended(api, waiting)
    assert (row["status"], row["error_code"]) == ("succeeded", None)


def test_after_a_cancellation_too(api: Api, waiting: str) -> None:
    api.post(f"/csv_batches/{waiting}/cancel", want=202)
    eventually(lambda: api.batch(waiting)["status"] == "cancelled")
    Network.objects.update(held_until=timezone.now())
    api.post(f"/csv_batches/{waiting}/resume", want=202)
    assert ended(api, waiting)["status"] == "succeeded"
