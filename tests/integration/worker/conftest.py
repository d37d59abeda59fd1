"""Workers that a test may harm, with leases short enough to see them end."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.worker import SharedWorker, Worker

SHORT_LEASE_S = 6


@pytest.fixture
def start_worker(transactional_db: None, shared_worker: SharedWorker) -> Iterator[Callable[..., Worker]]:
    """Starts workers of this test's own; what is left of them ends with it. The shared one would help them out."""
    shared_worker.stop()
    shared_worker.unlock()
    started: list[Worker] = []

    def start(**environment: str) -> Worker:
        worker = Worker(LEASE_S=str(SHORT_LEASE_S), **environment)
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.end()
