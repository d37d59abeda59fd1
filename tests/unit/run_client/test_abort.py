"""Calls in flight can be ended from another thread; their threads come back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from experiments.run_client import AbortHandle
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import Post


@pytest.mark.parametrize("behaviour", ["hang", "drip_header", "drip_body", "hang_in_body"])
def test_a_handle_ends_every_call_in_flight(server: RunServer, post: Post, behaviour: str) -> None:
    server.always(behaviour)
    handle = AbortHandle()
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(post, timeout_s=60, abort=handle) for _ in range(8)]
        server.wait(in_flight=8)
        handle.abort()
        replies = [call.result(30) for call in calls]
    assert {(reply.error_code, reply.reason) for reply in replies} == {("connection", "aborted")}
    server.wait(left=8)


def test_a_handle_ends_its_own_calls_and_no_others(server: RunServer, post: Post) -> None:
    server.hold()
    handle = AbortHandle()
    with ThreadPoolExecutor(2) as pool:
        ours = pool.submit(post, abort=handle)
        others = pool.submit(post, abort=AbortHandle())
        server.wait(held=2)
        handle.abort()
        assert ours.result(30).reason == "aborted"
        server.release()
        assert others.result(30).error_code is None


def test_a_handle_without_calls_ends_nothing(server: RunServer, post: Post) -> None:
    AbortHandle().abort()
    assert post().error_code is None
