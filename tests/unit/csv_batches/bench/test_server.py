"""The server answers every call on a line that stays open, and knows how many it has."""

import json
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from csv_batches.bench.server import RunServer, request_end, run_server

REQUEST = b"POST /run HTTP/1.1\r\nHost: here\r\ncontent-length: 2\r\n\r\n{}"


@pytest.fixture
def server() -> Iterator[RunServer]:
    with run_server(latency_s=0.0) as running:
        yield running


def line_to(server: RunServer) -> HTTPConnection:
    address = urlsplit(server.url)
    assert address.hostname
    return HTTPConnection(address.hostname, address.port, timeout=30)


def answer(line: HTTPConnection) -> dict[str, object]:
    line.request("POST", "/run", body=b'{"user_message": "text"}')
    with line.getresponse() as response:
        assert response.status == 200
        value: dict[str, object] = json.load(response)
    return value


def await_in_flight(server: RunServer, calls: int) -> None:
    deadline = time.monotonic() + 30
    while server.stats().in_flight != calls:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_each_answer_has_a_trace_id_of_its_own(server: RunServer) -> None:
    line = line_to(server)
    ids = [answer(line)["trace_id"] for _ in range(3)]
    line.close()
    assert len(set(ids)) == 3
    assert server.stats().calls == 3


def test_a_request_may_come_in_pieces(server: RunServer) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as line:
        for piece in (REQUEST[:10], REQUEST[10:-1], REQUEST[-1:]):
            line.sendall(piece)
            time.sleep(0.02)
        assert line.recv(4096).startswith(b"HTTP/1.1 200 OK")


def test_a_call_is_in_flight_until_it_is_answered() -> None:
    with run_server(latency_s=0.2) as server:
        line = line_to(server)
        line.request("POST", "/run", body=b"{}")
        await_in_flight(server, 1)
        with line.getresponse() as response:
            response.read()
        line.close()
        stats = server.stats()
    assert (stats.in_flight, stats.calls) == (0, 1)
    assert stats.in_flight_s > 0


def test_a_caller_who_leaves_is_not_in_flight_any_more() -> None:
    with run_server(latency_s=600) as server:
        line = line_to(server)
        line.request("POST", "/run", body=b"{}")
        await_in_flight(server, 1)
        line.close()
        await_in_flight(server, 0)
        assert server.stats().calls == 0


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"", 0),
        (REQUEST[:-3], 0),
        (REQUEST[:-1], 0),
        (REQUEST, len(REQUEST)),
        (REQUEST + b"POST", len(REQUEST)),
        (b"GET /stats HTTP/1.1\r\n\r\n", 23),
    ],
)
def test_a_request_ends_with_its_body(data: bytes, end: int) -> None:
    assert request_end(data) == end
