"""Workers of an earlier version and of this one on one migrated database: an upgrade without a stop.

    uv run pytest tests/faults/test_upgrade_both_ways.py -rP

The earlier ones are as of the oldest tree whose workers know enough of today's tables: see docs/deployment.md.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.former_tree import FormerWorker, before
from tests.faults.support import assert_whole, busy_batch, seen
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, SharedWorker, Worker

pytestmark = pytest.mark.slow

OLDEST = os.environ.get("BEFORE") or "experiments/migrations/0030_experiment_prompts"
"""The first migration that the earlier tree does not have; BEFORE=… looks at another one."""
ROWS, CONCURRENCY = 400, 16

Start = Callable[[], Worker]


@pytest.fixture(scope="module")
def former_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return before(OLDEST, tmp_path_factory.mktemp("former"))


@pytest.fixture
def workers(transactional_db: None, shared_worker: SharedWorker, former_tree: Path) -> Iterator[dict[str, Start]]:
    """How to start one of each."""
    shared_worker.leave_alone()
    started: list[Worker] = []

    def start(make: Callable[..., Worker]) -> Worker:
        worker = make(LEASE_S=str(SHORT_LEASE_S))
        worker.start()
        started.append(worker)
        return worker

    yield {
        "former": lambda: start(lambda **environment: FormerWorker(former_tree, **environment)),
        "today's": lambda: start(Worker),
    }
    for worker in started:
        worker.end()


def test_they_run_beside_each_other(api: Api, run_server: RunServer, workers: dict[str, Start]) -> None:
    workers["former"]()
    workers["today's"]()
    batch = busy_batch(api, run_server, rows=ROWS, concurrency=128, latency_ms=150)
    assert_whole(api, run_server, batch, rows=ROWS, repeated=0)


@pytest.mark.parametrize(("first", "second"), [("former", "today's"), ("today's", "former")])
def test_one_goes_on_with_the_rows_of_the_other(
    api: Api, run_server: RunServer, workers: dict[str, Start], first: str, second: str
) -> None:
    """Killed in the middle of calls: what it has left in the tables is understood. And it ends in order."""
    worker = workers[first]()
    batch = busy_batch(api, run_server, rows=ROWS, concurrency=CONCURRENCY, latency_ms=50)
    worker.kill_group()
    other = workers[second]()
    state = assert_whole(api, run_server, batch, rows=ROWS, repeated=CONCURRENCY)
    seen(f"{first}, then {second}: {state['progress']['calls']} calls")
    assert other.terminate() == 0
