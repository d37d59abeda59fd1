"""Bytes out, bytes in: one HTTP exchange within its deadline, over connections that each thread keeps open.

No redirects are followed; proxies, netrc and cookies are left alone. A connection that has lain idle for a second is
not used again: servers close idle connections after a few seconds, and a request that meets the closing is lost
without an answer. Where it happens all the same the call fails as `connection` and is not sent again from here: the
runtime may have begun to work, not every runtime honours an Idempotency-Key, and each call that may have cost money
belongs in the ledger of attempts as one of its own.

The deadline covers everything but the resolver of the operating system and the choice between several addresses of one
name, each of which has `CONNECT_TIMEOUT_S`.
"""

import contextlib
import errno
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException

import requests
import urllib3

from experiments.run_client.addresses import Address, address_of
from experiments.run_client.connections import Connection, ThreadConnections
from experiments.run_client.deadlines import AbortHandle, Call, watch
from experiments.run_client.failures import failure_of
from experiments.run_client.held_bytes import LARGE_BODY_BYTES, HeldBytes, hold
from experiments.run_client.values import RunReply, RunTarget

CONNECT_TIMEOUT_S = 5.0
MAX_IDLE_S = 1.0
MAX_ERROR_BODY_BYTES = 64 * 1024
READ_SIZE = 64 * 1024
HEADERS = {"User-Agent": "csv-batch-workbench", "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive"}
# What the libraries below raise. ValueError: text that is no header or host name, or a number that cannot be read.
TRANSPORT_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Received:
    """An HTTP answer. `body` is decoded from its transfer and content encoding; `overflow`: it exceeds the limit.

    `held`: what a large body has of the memory for them. `waited_s`: how long its reader waited for that.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray
    overflow: bool
    held: HeldBytes | None = None
    waited_s: float = 0.0


def exchange(
    target: RunTarget,
    *,
    data: bytes | None,
    headers: Mapping[str, str],
    abort: AbortHandle | None = None,
    method: str = "POST",
) -> Received | RunReply:
    """Sends `data`. Returns the answer, or the reply that says why there is none."""
    call = Call(timeout_s=target.timeout_s, handle=abort)
    with watch(call):
        try:
            received = _send(call, target, method, data, headers)
        except TRANSPORT_ERRORS as error:
            return failure_of(error, target=target, connected=call.connected, stopped=call.finish())
        stopped = call.finish()
        # A body without a length ends where the socket was shut: it only looks complete.
        if stopped and received.status < 300:
            if received.held:
                received.held.release()
            return failure_of(None, target=target, connected=True, stopped=stopped)
        return received


def _send(call: Call, target: RunTarget, method: str, data: bytes | None, headers: Mapping[str, str]) -> Received:
    address = address_of(target.url)
    connections = _connections()
    connection = connections.take(address.origin, max_idle_s=MAX_IDLE_S)
    reader: _Reader | None = None
    try:
        response = _ask(connection, call, target, method, data, _headers(address, target, headers))
        try:
            reader = _receive(response, target.max_body_bytes, call)
        finally:
            response.close()
        if reader.is_whole:
            connections.keep(address.origin, connection)
        return Received(response.status, response.headers, reader.body, reader.overflow, reader.held, call.waited_s)
    finally:
        if reader is None or not reader.is_whole:
            connection.close()


def _headers(address: Address, target: RunTarget, headers: Mapping[str, str]) -> dict[str, str]:
    """The target's authorization replaces that of a name and a password in its address."""
    authorization = target.authorization or address.authorization
    return {**HEADERS, **headers, **({"Authorization": authorization} if authorization else {})}


def _ask(
    connection: Connection, call: Call, target: RunTarget, method: str, data: bytes | None, headers: Mapping[str, str]
) -> urllib3.HTTPResponse:
    """Sends the request. Returns the answer as soon as its head is there."""
    if connection.sock is None:
        connection.timeout = min(CONNECT_TIMEOUT_S, target.timeout_s)
        connection.connect()
    call.attach(connection.sock)
    connection.timeout = target.timeout_s + 5
    try:
        connection.request(method, address_of(target.url).path, body=data, headers=headers)
    except OSError as error:
        # The server may have answered and closed before it had read all of a large request.
        if error.errno not in (errno.EPIPE, errno.ECONNRESET, errno.EPROTOTYPE):
            raise
    answer = connection.answer()
    found = urllib3.HTTPHeaderDict()
    for name, value in answer.headers.items():
        found.add(name, value)
    return urllib3.HTTPResponse(
        answer,
        found,
        status=answer.status,
        preload_content=False,
        original_response=answer,
        request_method=method,
    )


def _receive(response: urllib3.HTTPResponse, max_body_bytes: int, call: Call) -> "_Reader":
    if response.status < 300:
        reader = _Reader(response, max_body_bytes, call)
        reader.read()
        return reader
    # The status has arrived and decides; of the explanation there is as much as came.
    reader = _Reader(response, MAX_ERROR_BODY_BYTES, call)
    with contextlib.suppress(*TRANSPORT_ERRORS):
        reader.read()
    return reader


class _Reader:
    """Reads a body, at most `limit` bytes of it and a little more. Counts while it unpacks: a small answer may unpack
    to gigabytes. `is_whole`: its end was seen."""

    def __init__(self, response: urllib3.HTTPResponse, limit: int, call: Call) -> None:
        self._response = response
        self._limit = limit
        self._call = call
        self.body = bytearray()
        self.held: HeldBytes | None = None
        self.overflow = False
        self.is_whole = False

    def read(self) -> None:
        try:
            for chunk in self._response.stream(READ_SIZE):
                self.body += chunk
                if len(self.body) > self._limit:
                    self.overflow = True
                    return
                if self.held is None and len(self.body) > LARGE_BODY_BYTES:
                    self.held = hold(self._weight(), self._call.wait)
                    if self.held is None:
                        return  # the call was stopped meanwhile
            self.is_whole = True
        except BaseException:
            if self.held:
                self.held.release()
            raise

    def _weight(self) -> int:
        """How large the whole body will be, as far as can be known."""
        announced = self._response.headers.get("Content-Length", "")
        packed = "Content-Encoding" in self._response.headers or "Transfer-Encoding" in self._response.headers
        if packed or not announced.isdecimal() or len(announced) > 15:
            return self._limit
        return max(len(self.body), min(int(announced), self._limit))


def _connections() -> ThreadConnections:
    """This thread's own."""
    connections: ThreadConnections | None = getattr(_local, "connections", None)
    if connections is None:
        connections = _local.connections = ThreadConnections()
    return connections


def drop_connections() -> None:
    """After an answer that made no sense: what else the server sends on that connection must not meet the next call."""
    _connections().close()


def _forget_connections() -> None:
    """A forked child must not write into the sockets of its parent."""
    global _local
    _local = threading.local()


os.register_at_fork(after_in_child=_forget_connections)
