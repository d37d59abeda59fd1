"""A limit on how long a worker waits for a database that sends nothing.

Keep-alives notice a machine that is gone, but not a proxy that still accepts bytes and forwards none: then the client
waits for ever, and a transaction that it left open goes on holding its locks in the server. So the client gives up
after `limit_s` without a byte, and the server ends a transaction that is idle for too long.

A thread works on one thing at a time: `bounded` sets the limit for the thread and the connection that it opens.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created

LIMIT_S = 25.0

_local = threading.local()


def limit_s() -> float:
    """Well before the guardian takes a process that waits for one that hangs."""
    return min(LIMIT_S, settings.WORKER_STUCK_S / 2)


def bounded(wanted: bool) -> None:
    """From now on this thread's database calls end after `limit_s` of silence, or they do not."""
    if wanted != getattr(_local, "bounded", False):
        _local.bounded = wanted
        # What is open was opened in the other way.
        connection.close()
    connection_created.connect(_on_connection, dispatch_uid="experiments.worker.db_timeout")


@contextmanager
def unbounded() -> Iterator[None]:
    """For work that may take the database minutes."""
    bounded(False)
    try:
        yield
    finally:
        bounded(True)


def _on_connection(sender: Any, connection: Any, **kwargs: Any) -> None:
    if not getattr(_local, "bounded", False):
        return
    session: psycopg.Connection[Any] = connection.connection
    session.wait = _Wait(session, session.wait)  # type: ignore[assignment, method-assign]
    with connection.cursor() as cursor:
        # Shorter than a lease: rows whose queue is locked by somebody who hangs are free before they are reclaimed.
        patience_ms = int(min(limit_s(), settings.LEASE_S * 2 / 3) * 1000)
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, FALSE)", [str(patience_ms)])


class _Wait:
    """Replaces a connection's `wait`, which every exchange with the server goes through."""

    def __init__(self, session: "psycopg.Connection[Any]", wait: Callable[..., Any]) -> None:
        self._session = session
        self._wait = wait

    def __call__(self, steps: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        return self._wait(self._until_silent(steps), *args, **kwargs)

    def _until_silent(self, steps: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        heard_at, limit = time.monotonic(), limit_s()
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                now = time.monotonic()
                if ready:
                    heard_at = now
                elif now - heard_at > limit:
                    # A rollback on it would wait as long again.
                    self._session.pgconn.finish()
                    raise psycopg.OperationalError(f"the database has said nothing for {limit:.0f} s")
                wanted = steps.send(ready)
        except StopIteration as end:
            return end.value
