"""F27: many batches of one call at a time on four processes."""

import time

import pytest
from django_q.models import OrmQ

from tests.faults.batches import copies
from tests.faults.support import StartWorker, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually

PROCESSES = 4
ROWS = 3
FIRST_CALL_S = 0.5
"""From the answer to the start of a batch to its first call."""


class Broker:
    """How many tasks it held, each time that one looked."""

    def __init__(self) -> None:
        self.most = 0

    def look(self) -> bool:
        self.most = max(self.most, OrmQ.objects.count())
        return True


def all_at_once(api: Api, run_server: RunServer, start_worker: StartWorker, *, count: int) -> None:
    run_server.hold("")
    network = api.network(run_server, timeout_s=300)
    batches = copies(api, api.ready(network, numbered(ROWS)), count=count)
    small = api.ready(network, [["0", "the small batch"]])
    start_worker(WORKERS=str(PROCESSES))
    broker = Broker()
    for batch in batches:
        api.run(batch)
        broker.look()
    eventually(
        lambda: broker.look() and run_server.stats()["in_flight"] == count, what=f"{count} calls, one of each batch"
    )
    called = [call["body"]["experiment_id"] for call in run_server.ledger()]
    assert sorted(called) == sorted(batches), "one call of each"

    took_s = first_call_of(api, run_server, small, "the small batch")
    seen(f"{count} batches in flight at once; the first call of one more began {took_s:.2f} s after its start")
    assert took_s <= FIRST_CALL_S

    run_server.release()
    left = {*batches, small}

    def all_completed() -> bool:
        broker.look()
        left.difference_update([batch for batch in left if api.batch(batch)["status"] == "completed"])
        return not left

    eventually(all_completed, timeout_s=60, what="each is completed")
    calls = run_server.ledger(bodies=False)
    assert len(calls) == count * ROWS + 1
    seen(f"the broker held {broker.most} tasks at most (allowed {PROCESSES})")
    assert broker.most <= PROCESSES


def first_call_of(api: Api, run_server: RunServer, batch: str, message: str) -> float:
    """Starts it; seconds from the answer to that until its first call."""
    api.run(batch)
    answered_at = time.time()

    def began() -> list[float]:
        return [call["started"] for call in run_server.ledger(bodies=False) if call["user_message"] == message]

    (started, *_) = eventually(began, what="its first call")
    return float(started - answered_at)


def test_40_batches(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    all_at_once(api, run_server, start_worker, count=40)


@pytest.mark.slow
def test_300_batches(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    all_at_once(api, run_server, start_worker, count=300)


def test_tasks_do_not_pile_up_while_batches_wait_for_a_slot(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    """Each of them may call and has nowhere to: that is looked at again and again, without a task for each look."""
    run_server.hold("")
    full = api.network(run_server, timeout_s=300, max_concurrency=1)
    batches = copies(api, api.ready(full, numbered(ROWS)), count=20)
    small = api.ready(api.network(run_server, "elsewhere"), [["0", "the small batch"]])
    start_worker(WORKERS=str(PROCESSES))
    for batch in batches:
        api.run(batch)
    run_server.wait(held=1)
    broker, until = Broker(), time.monotonic() + 8
    # Longer than a lease: what is sent again each time that one ends would be seen.
    eventually(lambda: broker.look() and time.monotonic() > until, what="some time")
    assert run_server.stats()["in_flight"] == 1
    took_s = first_call_of(api, run_server, small, "the small batch")
    seen(f"20 batches wait for one slot: {broker.most} tasks (allowed {PROCESSES}); a batch elsewhere: {took_s:.2f} s")
    assert broker.most <= PROCESSES
    assert took_s <= FIRST_CALL_S
    for batch in batches:
        api.post(f"/csv_batches/{batch}/cancel", want=202)
    run_server.release()
