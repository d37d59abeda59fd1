"""Ten rows do not wait behind forty thousand, however few workers there are."""

from collections.abc import Callable
from typing import Any

import pytest

from csv_batches.models import CsvBatch
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

StartWorker = Callable[..., Worker]
ROWS = 40_000


@pytest.fixture
def bob(transactional_db: None) -> Api:
    return Api.as_user("bob", is_staff=True)


def busy(api: Api, run_server: RunServer, network: str, *, rows: int = ROWS, after: int = 100, **values: Any) -> str:
    """A batch that keeps every worker busy: it wants more lanes than there are. `after` so many rows are done."""
    batch = api.ready(network, numbered(rows), **{"concurrency": 256, **values})
    before = run_server.stats()["done"]
    api.run(batch)
    run_server.wait(done=before + after)
    return batch


def complete(api: Api, batch: str) -> None:
    """Starts one of ten rows, and is back when they are done."""
    api.run(batch)
    assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 10


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_small_batch_is_done_long_before_the_large_one_that_began_first(
    api: Api, bob: Api, run_server: RunServer, start_worker: StartWorker, workers: str
) -> None:
    run_server.script(latency_ms=300)
    here, elsewhere = api.network(run_server, max_concurrency=256), api.network(run_server, "elsewhere")
    small = [
        (api, api.ready(here, numbered(10))),
        (bob, bob.ready(elsewhere, numbered(10), concurrency=10)),
        (bob, bob.ready(here, numbered(10))),
    ][: 4 - int(workers)]
    start_worker(WORKERS=workers)
    large = busy(api, run_server, here)
    for who, batch in small:
        complete(who, batch)
    state = api.post(f"/csv_batches/{large}/cancel", want=202)
    # It has not stood still for them either.
    assert 100 < state["progress"]["succeeded"] < ROWS - 1_000


def test_of_many_batches_each_gets_its_turn(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    run_server.script(latency_ms=20)
    network = api.network(run_server)
    batches = [api.ready(network, numbered(3_000), concurrency=4 if at else 1) for at in range(3)]
    start_worker(WORKERS="1")
    for batch in batches:
        api.run(batch)

    def done() -> list[int]:
        return [batch.succeeded for batch in CsvBatch.objects.order_by("created_at")]

    eventually(lambda: all(done()), timeout_s=40, what="each has had a turn")
    first = done()
    # The first of them has more turns to come before the others have ended.
    eventually(lambda: all(after > before for before, after in zip(first, done(), strict=True)), timeout_s=90)
    assert max(done()) < 3_000
    CsvBatch.objects.update(status="cancelled")


@pytest.mark.parametrize("slots", [1, 4])
def test_one_row_at_a_time_does_not_starve_beside_many_on_a_full_network(
    api: Api, run_server: RunServer, start_worker: StartWorker, slots: int
) -> None:
    run_server.script(latency_ms=50)
    network = api.network(run_server, max_concurrency=slots)
    single = api.ready(network, numbered(10), concurrency=1)
    start_worker(WORKERS="2")
    large = busy(api, run_server, network, rows=3_000, after=20, concurrency=16)
    run_server.hold("")
    run_server.wait(held=slots)
    run_server.release()
    complete(api, single)
    assert run_server.stats()["max_in_flight"] == slots
    api.post(f"/csv_batches/{large}/cancel", want=202)


def test_a_batch_that_takes_one_row_at_a_time_leaves_the_rest_to_the_others(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    network = api.network(run_server, max_concurrency=8)
    start_worker(WORKERS="2")
    run_server.hold("")
    single = api.ready(network, numbered(10), concurrency=1)
    large = api.ready(network, numbered(100), concurrency=16)
    api.run(single)
    run_server.wait(held=1)
    api.run(large)
    assert run_server.wait(held=8)["in_flight"] == 8
    api.post(f"/csv_batches/{large}/cancel", want=202)
    run_server.release()


def test_batches_that_wait_for_a_worker_keep_no_slots_from_one_that_runs(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    network = api.network(run_server, max_concurrency=8)
    start_worker(WORKERS="1")
    run_server.hold("")
    batches = [api.ready(network, numbered(100), concurrency=8) for _ in range(4)]
    for batch in batches:
        api.run(batch)
    assert run_server.wait(held=8)["in_flight"] == 8
    for batch in batches:
        api.post(f"/csv_batches/{batch}/cancel", want=202)
    run_server.release()
