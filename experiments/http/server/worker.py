"""gunicorn's threaded worker, with patience for slow clients: they wait in one thread that waits for all of them.

A thread gets a request when its head and its body are there, or the beginning of a long body; so many long bodies at a
time that the other threads stay free. What a client does not take of an answer at once is kept (`outbox`) and sent when
it takes it, by the thread that waits. So neither a half-sent request nor an unread answer holds a thread, a database
connection or a transaction. A proxy that buffers does the same, on another machine perhaps.

It is made of `gunicorn.workers.gthread`: tests/unit/libraries/test_gunicorn.py names the parts that it builds on.
"""

import contextlib
import errno
import selectors
import socket
import time
from collections import deque
from functools import partial
from typing import Any

from gunicorn.errors import ConfigError
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from experiments.core.memory import give_back_large_blocks, keep_what_is_there, share_small_blocks
from experiments.http.server.connection import Connection
from experiments.http.server.incoming import Incoming, State
from experiments.http.server.outbox import Spool

REQUEST_S = 60.0
"""From the first byte of a request until a thread can begin with it."""
SENDING_S = 60.0
"""How long a client may take nothing of an answer."""
FAREWELL_S = 2.0
"""How long a connection that was closed on our side waits for the client: what it still sends would undo the answer."""
RECEIVE_BYTES = 64 * 1024


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        super().check_config(cfg, log)
        if cfg.is_ssl:
            raise ConfigError("This site takes no TLS itself. Put a proxy before it, or use --worker-class gthread.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sending: set[Connection] = set()
        self.leaving: set[Connection] = set()
        self.long_ones = 0
        self.waiting_long: deque[Connection] = deque()

    def init_process(self) -> None:
        # Before there are threads.
        share_small_blocks()
        give_back_large_blocks()
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        # Only now: the application sets Django up.
        from django.conf import settings

        keep_what_is_there()
        self.spool = Spool(settings.SPOOL_DIR, settings.DISK_SPACE)

    # -- a request comes

    def accept(self, listener: socket.socket) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        self.await_request(Connection(self.cfg, client, address, listener.getsockname(), spool=self.spool))

    def await_request(self, conn: Connection) -> None:
        """It gets a thread when enough of the next request is there."""
        if conn.incoming.state() != State.BEGUN:
            self.begin(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + REQUEST_S
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def on_client_socket_readable(self, conn: Connection, client: Any) -> None:
        """Of a kept connection: the next request begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.await_request(conn)

    def on_pending_socket_readable(self, conn: Connection, client: Any) -> None:
        data = self.received(conn)
        if data is None:
            return
        conn.incoming += data
        if data and conn.incoming.state() == State.BEGUN:
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        # One that ends in the middle gets an answer, too: the thread finds the end at once.
        if conn.incoming:
            self.begin(conn)
        else:
            self.drop(conn)

    def received(self, conn: Connection) -> bytes | None:
        """b"" where it has ended; None where nothing is there."""
        try:
            return socket.socket.recv(conn.sock, RECEIVE_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def begin(self, conn: Connection) -> None:
        conn.data_ready = True
        conn.is_long = conn.incoming.state() == State.LONG
        if not conn.is_long:
            self.enqueue_req(conn)
        elif self.long_ones < max(1, self.cfg.threads // 2):
            self.long_ones += 1
            self.enqueue_req(conn)
        else:
            self.waiting_long.append(conn)

    # -- an answer goes

    def finish_request(self, conn: Connection, future: Any) -> None:
        if conn.is_long:
            conn.is_long = False
            self.long_ones -= 1
            if self.waiting_long:
                self.begin(self.waiting_long.popleft())
        is_done = not future.cancelled() and future.exception() is None
        conn.keeps_alive = is_done and bool(future.result()) and not conn.sock.is_given_up
        if conn.sock.fileno() < 0 or not is_done:
            self.drop(conn)
            return
        conn.sock.setblocking(False)
        if not conn.sock.outbox:
            self.keep_or_leave(conn)
            return
        conn.timeout = time.monotonic() + SENDING_S
        conn.seen_sent = conn.sock.outbox.sent
        self.sending.add(conn)
        self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self.send, conn))

    def send(self, conn: Connection, client: Any) -> None:
        try:
            conn.sock.outbox.send()
        except OSError:
            self.stop_sending(conn)
            self.drop(conn)
            return
        if not conn.sock.outbox:
            self.stop_sending(conn)
            self.keep_or_leave(conn)

    def stop_sending(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self.sending.remove(conn)

    def keep_or_leave(self, conn: Connection) -> None:
        conn.sock.all_is_sent()
        if not conn.keeps_alive:
            self.leave(conn)
            return
        ahead = conn.parser.unreader.take_buffered()
        if ahead:
            conn.incoming = Incoming(ahead)
            self.await_request(conn)
            return
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))

    # -- a connection ends

    def leave(self, conn: Connection) -> None:
        """Closes it behind what the client still sends: RFC 9112, 9.6."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.drop(conn)
            return
        conn.timeout = time.monotonic() + FAREWELL_S
        self.leaving.add(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_leaving_socket_readable, conn))

    def on_leaving_socket_readable(self, conn: Connection, client: Any) -> None:
        if self.received(conn) == b"":
            self.poller.unregister(client)
            self.leaving.remove(conn)
            self.drop(conn)

    def drop(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.sock.give_up()
        conn.close()

    def murder_pending(self) -> None:
        """Once a second: ends those whose time is over."""
        super().murder_pending()
        now = time.monotonic()
        for conn in list(self.sending):
            if conn.sock.outbox.sent != conn.seen_sent:
                conn.seen_sent = conn.sock.outbox.sent
                conn.timeout = now + SENDING_S
            elif conn.timeout <= now:
                self.stop_sending(conn)
                self.drop(conn)
        for conn in [conn for conn in self.leaving if conn.timeout <= now]:
            with contextlib.suppress(KeyError, ValueError):
                self.poller.unregister(conn.sock)
            self.leaving.remove(conn)
            self.drop(conn)
