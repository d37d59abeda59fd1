"""What the fault tests share: a busy batch, ways to hurt its worker, and the check that each of them ends with."""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import psutil
from django.db.models import Count

from experiments.models import Attempt, Queue, QueueItem, Run
from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer, expected_payload
from tests.support.worker import SHORT_LEASE_S, Worker

StartWorker = Callable[..., Worker]

SWEEP_S = 1.0
"""A sweeper looks once a second."""
RECOVERY_S = SHORT_LEASE_S + SWEEP_S + 2.0
"""Lease + sweep + 2 s: how soon what a dead worker had is done again."""


def busy_batch(api: Api, run_server: RunServer, *, rows: int, concurrency: int, latency_ms: int = 30) -> str:
    """A batch of which a quarter is done."""
    run_server.script(latency_ms=latency_ms)
    batch = api.ready(api.network(run_server), numbered(rows), concurrency=concurrency)
    api.run(batch)
    run_server.wait(done=rows // 4)
    return batch


def busiest(worker: Worker) -> psutil.Process:
    """The process that holds connections to `/run`."""
    return max(worker.pool(), key=lambda process: process.num_threads())


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(pid: int) -> float:
    """Kills it as nothing can be caught; the time of that, as the ledger tells time."""
    os.kill(pid, 9)
    return time.time()


def seen(figure: str) -> None:
    """A figure for docs/reliability.md: `pytest -rP` shows those of tests that passed."""
    print(f"seen: {figure}")


# -- the check at the end


def assert_whole(
    api: Api, run_server: RunServer, batch: str, *, rows: int, repeated: int, failed: int = 0, timeout_s: float = 120
) -> dict[str, Any]:
    """All rows final, one result each, at most `repeated` calls more than needed, all rows exported, tables and ledger
    agree. `failed` rows are allowed to have failed, no more and no fewer. Gives the batch as it ended.

    The batch must be the only one, started once and with nothing retried by a person.
    """
    state = api.wait(batch, until=["completed", "paused"], timeout_s=timeout_s)
    progress = state["progress"]
    assert (state["status"], progress["succeeded"], progress["failed"]) == ("completed", rows - failed, failed), state
    calls = run_server.ledger()
    _assert_counters(batch)
    _assert_one_result_each(batch, rows=rows, failed=failed)
    _assert_ledger_agrees(batch, calls)
    again = len(calls) - len({call["user_message"] for call in calls})
    seen(f"{rows} rows: lost 0, recorded twice 0, calls repeated {again} (at most {repeated})")
    assert again <= repeated
    _assert_exported(api, batch, rows=rows)
    return state


def _assert_counters(batch: str) -> None:
    queue = Queue.objects.get(pk=batch)
    counted = dict(QueueItem.objects.of_queue(queue).values_list("status").annotate(Count("id")))
    kept = {status: getattr(queue, status) for status in ("queued", "running", "succeeded", "failed")}
    assert {status: counted.get(status, 0) for status in kept} == kept
    corrected = QueueItem.objects.of_queue(queue).filter(corrected_payload__isnull=False)
    assert (queue.corrected, queue.failed_corrected) == (corrected.count(), corrected.filter(status="failed").count())


def _assert_one_result_each(batch: str, *, rows: int, failed: int) -> None:
    items = QueueItem.objects.filter(queue_id=batch)
    assert sorted(items.values_list("row_index", flat=True)) == list(range(rows))
    recorded = Counter(Attempt.objects.filter(outcome="succeeded").values_list("item_id", flat=True))
    assert set(recorded) == set(items.filter(status="succeeded").values_list("id", flat=True))
    assert set(recorded.values()) <= {1}, "a result was recorded twice"
    answered = Counter(Run.objects.filter(status="ok").values_list("item_id", flat=True))
    assert answered == recorded, "one run each"
    assert len(recorded) == rows - failed


def _assert_ledger_agrees(batch: str, calls: list[dict[str, Any]]) -> None:
    """Each result is what the server answered to that row, each call belongs to a claim, and keys never change."""
    of_row: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for call in calls:
        of_row[call["body"]["experiment_item_index"]].append(call)
    claims = Counter(Attempt.objects.values_list("item__row_index", flat=True))
    for item in QueueItem.objects.filter(queue_id=batch).only("row_index", "status", "result_payload"):
        made = of_row[item.row_index]
        assert {call["idempotency_key"] for call in made} <= {f"{batch}-{item.row_index}-1"}
        assert len(made) <= claims[item.row_index], f"row {item.row_index}: a call without a claim"
        if item.status == "succeeded":
            assert any(call["status"] == 200 for call in made)
            assert item.result_payload == expected_payload(made[-1]["body"])


def _assert_exported(api: Api, batch: str, *, rows: int) -> None:
    head, *lines = from_csv(api.export(batch))
    assert head[:2] == ["id", "text"]
    assert [line[:2] for line in lines] == numbered(rows)


def repeated_calls(run_server: RunServer) -> list[str]:
    """The rows that were called more than once, by their message."""
    calls = Counter(call["user_message"] for call in run_server.ledger(bodies=False))
    return sorted(message for message, times in calls.items() if times > 1)


def token_of(api: Api) -> str:
    return str(api.client._credentials["HTTP_AUTHORIZATION"])
