"""What a thread keeps open, and what it sends as one."""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from experiments.run_client.addresses import Origin
from experiments.run_client.connections import KEPT_ORIGINS, MAX_PACKET_BYTES, Connection, ThreadConnections
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import Post

LONG_S = 60.0


@pytest.fixture
def origins() -> Iterator[list[Origin]]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(KEPT_ORIGINS + 1)]
    yield [Origin("http", "127.0.0.1", listener.getsockname()[1]) for listener in listeners]
    for listener in listeners:
        listener.close()


def opened(kept: ThreadConnections, origin: Origin) -> Connection:
    connection = kept.take(origin, max_idle_s=LONG_S)
    if connection.sock is None:
        connection.connect()
    return connection


def test_a_connection_is_used_again_for_its_origin_only(origins: list[Origin]) -> None:
    kept = ThreadConnections()
    first = opened(kept, origins[0])
    kept.keep(origins[0], first)
    other = kept.take(origins[1], max_idle_s=LONG_S)
    assert other is not first
    assert kept.take(origins[0], max_idle_s=LONG_S) is first
    first.close()


def test_one_that_is_taken_is_not_taken_twice(origins: list[Origin]) -> None:
    kept = ThreadConnections()
    first = opened(kept, origins[0])
    kept.keep(origins[0], first)
    assert kept.take(origins[0], max_idle_s=LONG_S) is first
    assert kept.take(origins[0], max_idle_s=LONG_S) is not first
    first.close()


def test_one_that_lay_idle_is_closed_whoever_is_called_next(origins: list[Origin]) -> None:
    kept = ThreadConnections()
    first = opened(kept, origins[0])
    kept.keep(origins[0], first)
    kept.take(origins[1], max_idle_s=-1.0)
    assert first.sock is None


def test_one_that_the_server_ended_is_not_kept(origins: list[Origin]) -> None:
    kept = ThreadConnections()
    first = opened(kept, origins[0])
    first.close()
    kept.keep(origins[0], first)
    assert kept.take(origins[0], max_idle_s=LONG_S) is not first


def test_one_with_bytes_that_nobody_asked_for_is_closed() -> None:
    kept = ThreadConnections()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        origin = Origin("http", "127.0.0.1", listener.getsockname()[1])
        first = opened(kept, origin)
        line, _ = listener.accept()
        with line:
            line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            first.sock.settimeout(10)
            assert first.sock.recv(1, socket.MSG_PEEK)
            kept.keep(origin, first)
            assert kept.take(origin, max_idle_s=LONG_S) is not first
    assert first.sock is None


def test_the_oldest_is_closed_where_there_are_too_many(origins: list[Origin]) -> None:
    kept = ThreadConnections()
    all_of_them = [opened(kept, origin) for origin in origins]
    for origin, connection in zip(origins, all_of_them, strict=True):
        kept.keep(origin, connection)
    assert [connection.sock is None for connection in all_of_them] == [True, *[False] * KEPT_ORIGINS]
    kept.close()


def test_the_end_of_a_thread_closes_what_it_kept(server: RunServer, post: Post) -> None:
    before = psutil.Process().num_fds()
    for _ in range(3):
        thread = threading.Thread(target=post)
        thread.start()
        thread.join()
    assert psutil.Process().num_fds() == before


class Line:
    """Stands in for a socket and notes what is sent at a time."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendall(self, data: bytes) -> None:
        self.sent.append(bytes(data))

    def settimeout(self, seconds: float) -> None:
        pass

    def close(self) -> None:
        pass


def sent(body: bytes | None) -> list[bytes]:
    connection = Connection("127.0.0.1", 1)
    line: Any = Line()
    connection.sock = line
    connection.request("POST", "/run", body=body, headers={"X": "y"})
    return list(line.sent)


def test_a_small_request_is_sent_as_one() -> None:
    (packet,) = sent(b'{"a": 1}')
    assert packet.startswith(b"POST /run HTTP/1.1\r\n")
    assert packet.endswith(b'\r\n\r\n{"a": 1}')


def test_a_request_without_a_body_is_sent() -> None:
    (packet,) = sent(None)
    assert packet.endswith(b"\r\n\r\n")


def test_a_large_body_is_not_copied_behind_its_head() -> None:
    head, body = sent(b"x" * MAX_PACKET_BYTES)
    assert head.endswith(b"\r\n\r\n")
    assert body == b"x" * MAX_PACKET_BYTES


def test_a_request_that_broke_leaves_nothing_for_the_next() -> None:
    connection = Connection("127.0.0.1", 1)
    line: Any = Line()
    connection.sock = line
    with pytest.raises(ValueError, match="Invalid header value"):
        connection.request("POST", "/run", body=b"first", headers={"X": "a\nb"})
    connection.send(b"second")
    assert line.sent == [b"second"]


def test_certificates_are_read_once_and_again_where_they_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    shutil.copy(DEFAULT_CA_BUNDLE_PATH, bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    origin, kept = Origin("https", "localhost", 1), ThreadConnections()

    def context() -> Any:
        return kept.take(origin, max_idle_s=LONG_S).ssl_context  # type: ignore[attr-defined]

    first = context()
    assert context() is first
    os.utime(bundle, (1, 1))
    assert context() is not first
