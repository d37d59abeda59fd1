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
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, parse_headers
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from experiments.run_client.deadlines import AbortHandle, Call, watch
from experiments.run_client.failures import failure_of
from experiments.run_client.values import RunReply, RunTarget

CONNECT_TIMEOUT_S = 5.0
MAX_IDLE_S = 1.0
MAX_ERROR_BODY_BYTES = 64 * 1024
READ_SIZE = 64 * 1024
SWITCHING_PROTOCOLS = 101
# What the libraries below raise. ValueError: text that is no header or host name, or a number that cannot be read.
TRANSPORT_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Received:
    """An HTTP answer. `body` is decoded from its transfer and content encoding; `overflow`: it exceeds the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    overflow: bool


def exchange(
    target: RunTarget,
    *,
    data: bytes | None,
    headers: Mapping[str, str],
    abort: AbortHandle | None = None,
    method: str = "POST",
) -> Received | RunReply:
    """Sends `data`. Returns the answer, or the reply that says why there is none."""
    call = Call(deadline=time.monotonic() + target.timeout_s, handle=abort)
    with watch(call):
        try:
            received = _send(call, target, method, data, headers)
        except TRANSPORT_ERRORS as error:
            return failure_of(error, target=target, connected=call.connected, stopped=call.finish())
        stopped = call.finish()
        # A body without a length ends where the socket was shut: it only looks complete.
        if stopped and received.status < 300:
            return failure_of(None, target=target, connected=True, stopped=stopped)
        return received


def _send(call: Call, target: RunTarget, method: str, data: bytes | None, headers: Mapping[str, str]) -> Received:
    _local.call = call
    session = _session()
    try:
        with session.request(
            method,
            target.url,
            data=data,
            headers=headers,
            auth=_Authorization(target.authorization) if target.authorization else None,
            timeout=(min(CONNECT_TIMEOUT_S, target.timeout_s), target.timeout_s + 5),
            allow_redirects=False,
            stream=True,
            verify=os.environ.get("REQUESTS_CA_BUNDLE") or True,
        ) as response:
            return _receive(response, target.max_body_bytes)
    finally:
        _local.call = None
        _local.used_at = time.monotonic()


def _receive(response: requests.Response, max_body_bytes: int) -> Received:
    status, body, overflow = response.status_code, bytearray(), False
    if status < 300:
        overflow = _read(response, max_body_bytes, body)
    else:
        # The status has arrived and decides; of the explanation there is as much as came.
        with contextlib.suppress(*TRANSPORT_ERRORS):
            _read(response, MAX_ERROR_BODY_BYTES, body)
    return Received(status, response.headers, bytes(body), overflow)


def _read(response: requests.Response, limit: int, body: bytearray) -> bool:
    """Fills `body`; True where there is more than `limit`. Counts while it unpacks: a small answer may unpack to
    gigabytes."""
    for chunk in response.iter_content(READ_SIZE):
        body += chunk
        if len(body) > limit:
            return True
    return False


class _Authorization(requests.auth.AuthBase):
    """Sets the header last, so that a user name in the URL cannot replace it."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


class _FinalResponse(HTTPResponse):
    """The answer behind any interim ones: the library knows only 100, takes 102 and 103 for the answer and leaves the
    real one on the connection, where the next call would find it."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == SWITCHING_PROTOCOLS:
                return version, status, reason
            parse_headers(self.fp)


class _WatchedHTTPConnection(HTTPConnection):
    """Shows its socket to the watchdog, when it is made and each time it is used again."""

    response_class = _FinalResponse

    def connect(self) -> None:
        super().connect()
        _local.call.attach(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            _local.call.attach(self.sock)
        super().request(*args, **kwargs)


class _WatchedHTTPSConnection(_WatchedHTTPConnection, HTTPSConnection):
    """The same over TLS."""


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _WatchedHTTPConnection


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPSConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}

    def close(self) -> None:
        # The library only forgets its pools and leaves their connections to the garbage collector.
        for key in self.poolmanager.pools.keys():  # noqa: SIM118  # it cannot be iterated over
            self.poolmanager.pools[key].close()
        super().close()


def _session() -> requests.Session:
    """This thread's session, with its connections while they are fresh."""
    session: requests.Session | None = getattr(_local, "session", None)
    if session is not None:
        if time.monotonic() - _local.used_at > MAX_IDLE_S:
            session.close()  # closes the pooled connections; the session stays usable
        return session
    session = _local.session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "csv-batch-workbench", "Accept-Encoding": "gzip, deflate"})
    adapter = _Adapter(pool_connections=4, pool_maxsize=1, max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def drop_connections() -> None:
    """After an answer that made no sense: what else the server sends on that connection must not meet the next call."""
    _session().close()


def _forget_connections() -> None:
    """A forked child must not write into the sockets of its parent."""
    global _local
    _local = threading.local()


os.register_at_fork(after_in_child=_forget_connections)
