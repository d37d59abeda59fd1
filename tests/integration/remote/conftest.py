"""The scripted server as a runtime of arion_agents' shape: one network `net`, published as version 5."""

from collections.abc import Iterator

import pytest

from tests.support.run_server import RunServer
from tests.support.worker import SharedWorker


@pytest.fixture
def remote(run_server: RunServer, transactional_db: None, shared_worker: SharedWorker) -> Iterator[RunServer]:
    run_server.script(answer_key="response")
    run_server.remote(networks=[{"name": "net", "version": 5}])
    yield run_server
    # A start reaches a worker that an earlier test left up, also where this test asked for none.
    shared_worker.finish()
