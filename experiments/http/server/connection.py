"""A connection to a client: what it has sent of a request, and what it has not taken of the answers."""

import os
import socket
import time
from collections.abc import Callable
from typing import Any

from gunicorn.workers.gthread import TConn

from experiments.http.server.incoming import Incoming
from experiments.http.server.outbox import Outbox, Spool

SILENCE_S = 10.0
"""How long a thread waits for more of a body before it takes it to have ended."""
SLOW_AFTER_S, LEAST_BYTES_A_SECOND = 30.0, 1024
"""A thread that has waited for so long for a body gives it up where it is slower than that."""


class PatientSocket(socket.socket):
    """Nobody waits for the client where it is written to, and nobody waits long where it is read from."""

    def __init__(self, fd: int, spool: Spool) -> None:
        super().__init__(fileno=fd)
        self.outbox = Outbox(fd, spool)
        self.is_given_up = False
        self._waited_s = 0.0
        self._received = 0
        self._when_sent: list[Callable[[], None]] = []

    def begin_request(self) -> None:
        self._waited_s, self._received = 0.0, 0
        self.settimeout(SILENCE_S)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """b"" also where the client is silent or too slow; then nothing more is read of it."""
        began = time.monotonic()
        try:
            data = b"" if self.is_given_up else super().recv(bufsize, flags)
        except TimeoutError:
            data = b""
        self._waited_s += time.monotonic() - began
        self._received += len(data)
        is_slow = self._waited_s > SLOW_AFTER_S and self._received < self._waited_s * LEAST_BYTES_A_SECOND
        if is_slow or not data:
            self.is_given_up = True
        return b"" if self.is_given_up else data

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.outbox.add(data)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        length = os.fstat(file.fileno()).st_size - offset if count is None else count
        self.outbox.add_file(file, offset, length)
        return length

    def when_sent(self, call: Callable[[], None]) -> None:
        """Called when all that was sent so far has gone, or is given up."""
        self._when_sent.append(call)

    def all_is_sent(self) -> None:
        """To be called by whoever sees it."""
        calls, self._when_sent = self._when_sent, []
        for call in calls:
            call()

    def give_up(self) -> None:
        self.is_given_up = True
        self.outbox.close()
        self.all_is_sent()


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """`timeout` is when it ends, in the state that it is in: idle, a request has begun, an answer is being sent."""

    sock: PatientSocket

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any, *, spool: Spool) -> None:
        super().__init__(cfg, PatientSocket(sock.detach(), spool), client, server)
        self.incoming = Incoming()
        self.is_long = False
        self.keeps_alive = False
        self.seen_sent = 0

    def init(self) -> None:
        """In a thread: the parser gets what is there."""
        super().init()
        self.sock.begin_request()
        self.parser.unreader.unread(bytes(self.incoming))
        self.incoming = Incoming()
