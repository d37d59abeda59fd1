"""The scripted server as a runtime of arion_agents' shape: one network `net`, published as version 5."""

import pytest

from tests.support.run_server import RunServer


@pytest.fixture
def remote(run_server: RunServer, transactional_db: None) -> RunServer:
    run_server.script(answer_key="response")
    run_server.remote(networks=[{"name": "net", "version": 5}])
    return run_server
