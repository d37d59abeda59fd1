"""The connections that a thread keeps open, and the head of an answer.

They are urllib3's, without its pools and without `requests` above those: these make anew for each call, several times
over, what does not change.
"""

import os
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http import client as http_client
from typing import Any

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from experiments.run_client.addresses import Origin

KEPT_ORIGINS = 4
MAX_HEAD_BYTES = 256 * 1024
MAX_PACKET_BYTES = 16 * 1024
SWITCHING_PROTOCOLS = 101


class _Head:
    """The lines of a head, for the library to read.

    It hands them to a parser of mails, for which a lone CR ends a line too: within one header there would be room for
    mails in mails, each a level deeper, until the interpreter gives up.
    """

    def __init__(self, readline: Callable[[int], bytes]) -> None:
        self._readline = readline
        self.begin()

    def begin(self) -> None:
        self._left = MAX_HEAD_BYTES

    def readline(self, limit: int) -> bytes:
        line = self._readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise http_client.HTTPException("the head of the answer is too large")
        if b"\r" not in line[:-2]:
            return line
        end = 2 if line.endswith(b"\r\n") else 1
        return line[:-end].replace(b"\r", b" ") + line[-end:]

    def close(self) -> None:
        """The stream below is closed by whoever restores it."""


class _FinalResponse(http_client.HTTPResponse):
    """The answer behind any interim ones: the library knows only 100, takes 102 and 103 for the answer and leaves the
    real one on the connection, where the next call would find it."""

    def begin(self) -> None:
        stream: Any = self.fp
        self.fp: Any = _Head(stream.readline)
        try:
            super().begin()
        finally:
            self.fp = stream

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == SWITCHING_PROTOCOLS:
                return version, status, reason
            while self.fp.readline(MAX_HEAD_BYTES).strip():
                pass
            self.fp.begin()


class Connection(HTTPConnection):
    """Sends the head of a small request together with its body, so that the server wakes up once."""

    response_class = _FinalResponse
    _unsent: bytes | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        self._unsent = b""
        try:
            super().request(*args, **kwargs)
            rest, self._unsent = self._unsent, None
            if rest:
                super().send(rest)
        finally:
            self._unsent = None

    def send(self, data: Any) -> None:
        if self._unsent is None:
            super().send(data)
        elif len(self._unsent) + len(data) <= MAX_PACKET_BYTES:
            self._unsent += data
        else:
            rest, self._unsent = self._unsent, None
            super().send(rest)
            super().send(data)

    def answer(self) -> http_client.HTTPResponse:
        """As `getresponse` of the standard library; that of urllib3 reads the headers several times over."""
        return http_client.HTTPConnection.getresponse(self)


class TlsConnection(Connection, HTTPSConnection):
    """The same over TLS."""


@dataclass(frozen=True, slots=True)
class _Kept:
    connection: Connection
    since: float


class ThreadConnections:
    """One for each origin that this thread has called lately. Not for use by several threads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Origin, str], _Kept] = {}

    def take(self, origin: Origin, *, max_idle_s: float) -> Connection:
        """A connection that may have to be opened. Whoever takes it closes it or hands it back by `keep`."""
        oldest = time.monotonic() - max_idle_s
        for key in [key for key, kept in self._kept.items() if kept.since < oldest]:
            self._kept.pop(key).connection.close()
        kept = self._kept.pop(_key(origin), None)
        if kept is None:
            return _new_connection(origin)
        if not kept.connection.is_connected:  # also where bytes lie in it that belong to no request
            kept.connection.close()
            return _new_connection(origin)
        return kept.connection

    def keep(self, origin: Origin, connection: Connection) -> None:
        if connection.sock is None:  # the server ended it with its answer
            return
        if len(self._kept) >= KEPT_ORIGINS:
            self._kept.pop(next(iter(self._kept))).connection.close()
        self._kept[_key(origin)] = _Kept(connection, time.monotonic())

    def close(self) -> None:
        for kept in self._kept.values():
            kept.connection.close()
        self._kept.clear()

    def __del__(self) -> None:
        self.close()


def _key(origin: Origin) -> tuple[Origin, str]:
    return origin, _ca_bundle() if origin.scheme == "https" else ""


def _new_connection(origin: Origin) -> Connection:
    if origin.scheme == "http":
        return Connection(origin.host, origin.port)
    bundle = _ca_bundle()
    return TlsConnection(origin.host, origin.port, ssl_context=_tls_context(bundle, os.stat(bundle).st_mtime_ns))


def _ca_bundle() -> str:
    return os.environ.get("REQUESTS_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH


@lru_cache(8)
def _tls_context(bundle: str, changed_ns: int) -> ssl.SSLContext:
    """One for all connections: it takes a megabyte, and 20 ms to read. Another for a bundle that has changed."""
    context = create_urllib3_context()
    is_folder = os.path.isdir(bundle)
    context.load_verify_locations(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)
    return context
