"""No connection: the reply tells a wrong name from a wrong certificate from a server that is down."""

import socket
from collections.abc import Iterator

import pytest

from experiments.run_client import AbortHandle, transport
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import Post


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as sock:  # bound and never listening: nobody else gets it
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def test_a_closed_port_is_a_connection_error(post: Post, closed_port: int) -> None:
    reply = post(url=f"http://127.0.0.1:{closed_port}/run")
    assert (reply.error_code, reply.reason, reply.transient) == ("connection", "connect", True)
    assert reply.message == f"http://127.0.0.1:{closed_port} could not be reached: connection refused."


def test_a_name_that_nobody_knows_is_a_dns_error(post: Post) -> None:
    reply = post(url="http://no-such-host.invalid/run?key=hush")
    assert (reply.error_code, reply.reason, reply.transient) == ("connection", "dns", True)
    assert "no-such-host.invalid" in reply.message
    assert "hush" not in reply.message


def test_a_server_without_tls_is_a_tls_error(server: RunServer, post: Post) -> None:
    reply = post(url=server.url.replace("http:", "https:"))
    assert (reply.error_code, reply.reason, reply.transient) == ("connection", "tls", True)


@pytest.mark.parametrize(
    "url", ["", "run", "ftp://x/run", "http://", "http://[::1/run", "http://a b:x/", "http://x:99999/"]
)
def test_what_is_no_address_is_told_as_such(post: Post, url: str) -> None:
    reply = post(url=url)
    assert (reply.error_code, reply.reason) == ("connection", "address")


def test_a_server_that_never_accepts_is_given_up_in_time(post: Post) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        try:
            reply = post(url=f"http://127.0.0.1:{port}/run", timeout_s=0.5)
        finally:
            for filler in fillers:
                filler.close()
    assert reply.error_code in ("timeout", "connection")
    assert reply.transient


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and neither reads nor says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_server_that_does_not_read_is_given_up_in_time(post: Post, silent_port: int) -> None:
    body = {"user_message": "x" * 30_000_000}  # more than the buffers of the line: the sending has to wait
    reply = post(url=f"http://127.0.0.1:{silent_port}/run", body=body, timeout_s=0.5)
    assert (reply.error_code, reply.reason, reply.transient) == ("timeout", "deadline", True)
    assert 500 <= reply.elapsed_ms < 2500


def test_a_server_that_is_silent_about_tls_is_given_up_in_time(
    post: Post, silent_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CONNECT_TIMEOUT_S", 0.3)
    reply = post(url=f"https://127.0.0.1:{silent_port}/run", timeout_s=20)
    assert (reply.error_code, reply.reason, reply.transient) == ("connection", "connect", True)
    assert 300 <= reply.elapsed_ms < 2500


def test_an_aborted_handle_keeps_a_call_from_being_sent(server: RunServer, post: Post) -> None:
    handle = AbortHandle()
    handle.abort()
    assert post(abort=handle).reason == "aborted"
    assert server.ledger() == []
