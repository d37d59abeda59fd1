"""Batches in numbers, and what the end of each must look like where several run beside each other."""

from collections import Counter
from typing import Any

from experiments.models import QueueItem
from tests.support.api import Api
from tests.support.run_server import RunServer


def copies(api: Api, batch: str, *, count: int) -> list[str]:
    """A draft and copies of it, so many in all."""
    return [batch, *(api.post(f"/csv_batches/{batch}/duplicate")["id"] for _ in range(count - 1))]


def calls_of(run_server: RunServer, batch: str) -> list[dict[str, Any]]:
    """The part of the ledger that belongs to a batch."""
    return [call for call in run_server.ledger() if call["body"].get("experiment_id") == batch]


def assert_each_called_once(api: Api, run_server: RunServer, batch: str, *, rows: int) -> None:
    """The batch is completed, each row succeeded with its first call, and nothing was lost on the way."""
    state = api.wait(batch, until=["completed"])
    progress = state["progress"]
    assert (progress["succeeded"], progress["failed"], progress["calls"]) == (rows, 0, rows), state
    called = Counter(call["user_message"] for call in calls_of(run_server, batch))
    assert (len(called), set(called.values())) == (rows, {1})
    assert not QueueItem.objects.filter(queue_id=batch).exclude(status="succeeded", attempts=1, lost=0).exists()
