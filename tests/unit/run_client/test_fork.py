"""A forked child calls over connections and under a watchdog of its own."""

import os
import signal

import pytest

from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import Post


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_can_call_and_is_held_to_the_deadline(server: RunServer, post: Post) -> None:
    assert post().error_code is None
    server.script(rules=[{"match": "slow", "attempts": ["drip_header"]}])
    before = server.stats()["connections"]
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # a child without a watchdog would wait for ever
        quick, slow = post(), post(body={"user_message": "slow"}, timeout_s=0.3)
        os._exit(0 if quick.error_code is None and slow.error_code == "timeout" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert server.stats()["connections"] > before
    assert post().error_code is None
