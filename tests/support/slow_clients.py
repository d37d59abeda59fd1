"""Clients that are slow, or ask and then say nothing: real sockets."""

import http.client
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager


def connected(port: int, *, buffer: int = 4096) -> socket.socket:
    """A connection whose client takes little before it is read."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.settimeout(60)
    line.connect(("127.0.0.1", port))
    return line


def head(method: str, path: str, **headers: str) -> bytes:
    """Of a request, without the empty line at its end. `_` in a name stands for `-`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n"


def asked(port: int, path: str, **headers: str) -> socket.socket:
    """A connection that has asked, and of which nothing is read."""
    line = connected(port)
    line.sendall(head("GET", path, **headers) + b"\r\n")
    return line


def answer(line: socket.socket) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(line)
    response.begin()
    return response


def half_requests(path: str) -> list[bytes]:
    """Of each sort one: it stops in its first line, in a header, before, in, and in a chunk of its body, or waits to be
    asked for that."""
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    return [
        b"GET /lo",
        head("GET", path) + b"X-Ha",
        head("POST", path, Content_Length="1000", **form) + b"\r\n",
        head("POST", path, Content_Length="1000", **form) + b"\r\nusername=a",
        head("POST", path, Content_Length="10000000", **form) + b"\r\n" + b"a" * 50_000,
        head("POST", path, Transfer_Encoding="chunked", **form) + b"\r\n5\r\nuser",
        head("POST", path, Content_Length="1000", Expect="100-continue", **form) + b"\r\n",
    ]


@contextmanager
def answers(lines: Iterable[socket.socket]) -> Iterator[list[http.client.HTTPResponse]]:
    with ExitStack() as closing:
        yield [closing.enter_context(answer(line)) for line in lines]


@contextmanager
def many(lines: Iterable[socket.socket]) -> Iterator[list[socket.socket]]:
    """All of them open at a time, and closed at the end."""
    with ExitStack() as closing:
        yield [closing.enter_context(line) for line in lines]
