"""A `/run` server in its own process, and a way to call it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from experiments.run_client import AbortHandle, RunReply, RunTarget, post_run
from tests.support.run_server import RunServer

TOKEN = "Bearer run-token-4711-abcdef-very-secret"
Post = Callable[..., RunReply]


@pytest.fixture(scope="package")
def running_server() -> Iterator[RunServer]:
    with RunServer() as server:
        yield server


@pytest.fixture
def server(running_server: RunServer) -> RunServer:
    running_server.reset()
    return running_server


@pytest.fixture
def post(server: RunServer) -> Post:
    """Calls the server; the keywords replace what the target, the body or the call would have."""

    def call(
        *, body: dict[str, Any] | None = None, key: str = "q-0-1", abort: AbortHandle | None = None, **target: Any
    ) -> RunReply:
        values: dict[str, Any] = {"url": server.url, "authorization": TOKEN, "timeout_s": 20.0, **target}
        return post_run(RunTarget(**values), body=body or {"user_message": "row 0"}, idempotency_key=key, abort=abort)

    return call
