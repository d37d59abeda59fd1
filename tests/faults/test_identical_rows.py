"""Identical rows that are called once, while processes die, and from two clusters."""

from collections import Counter

from django.db.models import Count

from experiments.core.choices import Reuse
from experiments.models import Attempt, Lead, Queue, QueueItem
from tests.faults.support import StartWorker, busiest, kill, seen
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import eventually

KINDS = 40


def alike(rows: int) -> list[list[str]]:
    return [[str(index), f"row {index % KINDS}"] for index in range(rows)]


def assert_answered_once(api: Api, run_server: RunServer, batch: str, *, rows: int, repeated: int) -> None:
    """All rows have their one answer, and each thing that is asked was called once, but for what a crash repeats."""
    state = api.wait(batch, timeout_s=120)
    assert state["status"] == "completed", state
    calls = Counter(call["user_message"] for call in run_server.ledger(bodies=False))
    again = sum(calls.values()) - KINDS
    seen(f"{rows} rows that ask {KINDS} things: calls repeated {again} (at most {repeated})")
    assert len(calls) == KINDS
    assert again <= repeated
    items = QueueItem.objects.filter(queue_id=batch)
    answers = {item.row_index % KINDS: item.result_payload for item in items}
    assert all(item.status == "succeeded" and item.result_payload == answers[item.row_index % KINDS] for item in items)
    reused = items.filter(reused_from__isnull=False)
    assert (items.count(), reused.count()) == (rows, rows - KINDS)
    assert not items.filter(waits_for__isnull=False).exists()
    succeeded = Attempt.objects.filter(outcome="succeeded").values("item_id").annotate(n=Count("id"))
    assert {one["item_id"]: one["n"] for one in succeeded} == dict.fromkeys(
        Lead.objects.values_list("pk", flat=True), 1
    )
    queue = Queue.objects.get(pk=batch)
    assert (queue.succeeded, queue.queued, queue.running, queue.reused) == (rows, 0, 0, rows - KINDS)


def test_two_clusters_call_each_once(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    run_server.script(latency_ms=30)
    batch = api.ready(api.network(run_server), alike(2000), concurrency=128, reuse=Reuse.BATCH)
    start_worker()
    start_worker()
    api.run(batch)
    assert_answered_once(api, run_server, batch, rows=2000, repeated=0)


def test_a_worker_is_killed_while_rows_wait_for_its_calls(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    run_server.hold("^row [0-9]$")
    batch = api.ready(api.network(run_server, timeout_s=60), alike(400), concurrency=16, reuse=Reuse.BATCH)
    worker = start_worker()
    api.run(batch)
    run_server.wait(held=10)
    waiting = QueueItem.objects.filter(queue_id=batch, waits_for__isnull=False)
    eventually(lambda: waiting.count() == 10 * (400 // KINDS - 1), what="all that wait for those ten")
    kill(busiest(worker).pid)
    run_server.release()
    assert_answered_once(api, run_server, batch, rows=400, repeated=16)


def test_workers_are_killed_again_and_again(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    run_server.script(latency_ms=400)
    batch = api.ready(api.network(run_server), alike(3000), concurrency=8, reuse=Reuse.BATCH)
    worker = start_worker()
    api.run(batch)
    for done in (8, 16, 24):
        run_server.wait(done=done)
        kill(busiest(worker).pid)
    assert_answered_once(api, run_server, batch, rows=3000, repeated=3 * 8)
