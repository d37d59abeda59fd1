"""A real `manage.py qcluster` on the test database, in a session of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psutil
import psycopg
from django.conf import settings
from django.db import connection
from django_q.models import OrmQ

from experiments.models import Lane, Queue
from tests.support import paths

SHORT_LEASE_S = 6
ROOT = Path(__file__).resolve().parents[2]


def eventually(condition: Callable[[], Any], *, timeout_s: float = 30, what: str = "") -> Any:
    """The first true value of `condition`; AssertionError where there is none in time."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what or condition}"
        time.sleep(0.05)


def database_url() -> str:
    connection.ensure_connection()
    info = connection.connection.info
    host = quote(info.host, safe="")
    return f"postgresql://{info.user}:{quote(info.password or '')}@{host}:{info.port}/{quote(info.dbname)}"


def side_connection() -> psycopg.Connection[Any]:
    """A database session that is no part of the site, for locks and for looking in from outside."""
    return psycopg.connect(database_url())


class Worker:
    """`with Worker() as worker:` starts it and ends it in order."""

    root = ROOT
    """The tree that it runs."""

    def __init__(self, **environment: str) -> None:
        self._environment = environment

    def __enter__(self) -> Self:
        if not hasattr(self, "process"):
            self.start()
        return self

    def start(self) -> None:
        shared = {"VAR_DIR": str(paths.PLACE), "SECRET_KEY": settings.SECRET_KEY, "FIELD_KEYS": paths.FIELD_KEY}
        env = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "WORKERS": "3",
            "WORKER_GRACE_S": "5",
            **shared,
            **self._environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "qcluster", "--skip-checks"], cwd=self.root, env=env, start_new_session=True
        )
        # Beside the workers a sentinel, a monitor and a pusher.
        eventually(lambda: len(self.children()) >= int(env["WORKERS"]) + 3, what="the worker's processes")

    @property
    def pid(self) -> int:
        return self.process.pid

    def children(self) -> list[psutil.Process]:
        """Sentinel, workers, monitor, pusher; oldest first."""
        try:
            return psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def pool(self) -> list[psutil.Process]:
        """The processes that run tasks: the first that the sentinel started."""
        sentinel = psutil.Process(self.pid).children()[0]
        return sentinel.children()

    def terminate(self, *, timeout_s: float = 30) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    def kill_group(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(10)

    def end(self) -> None:
        """In order if it can, by force if it must, with whatever a killed parent left."""
        if self.process.poll() is None:
            try:
                self.terminate()
            except subprocess.TimeoutExpired:
                self.kill_group()
                raise
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class SharedWorker:
    """One worker for all tests that do not harm it: started when first asked for, at rest between tests."""

    def __init__(self, **environment: str) -> None:
        self._environment = environment
        self._worker: Worker | None = None
        self._is_at_rest = False

    def running(self) -> Worker:
        if self._worker is None:
            self._worker = Worker(**self._environment)
            self._worker.start()
        self._signal(signal.SIGCONT)
        self._is_at_rest = False
        return self._worker

    def rest(self) -> None:
        """All its processes stand still until the next test: they would call rows that are there to be looked at, and
        emptying the tables would deadlock with them.

        An engine that was awake is no danger when it goes on: under a lease that is gone it enters nothing.
        """
        if self._worker is None:
            return
        Queue.objects.filter(status="running").update(status="cancelled")
        eventually(self._stands_still, what="a moment at which nothing is left to do, or open in the database")
        self._is_at_rest = True

    def _stands_still(self) -> bool:
        if _has_work():
            return False
        self._signal(signal.SIGSTOP)
        # Now that nobody can begin anything: what is open here would stay so, and a sweeper would keep its lock.
        is_quiet = not _has_work() and not _is_open()
        if not is_quiet:
            self._signal(signal.SIGCONT)
        return is_quiet

    def _signal(self, number: signal.Signals) -> None:
        assert self._worker is not None
        os.killpg(self._worker.pid, number)

    def leave_alone(self) -> None:
        """From now on nothing of it is heard, until a test asks for it again."""
        if not self._is_at_rest:
            self.stop()

    def stop(self) -> None:
        if self._worker is not None:
            self._signal(signal.SIGCONT)
            self._worker.end()
            self._worker = None
            self._is_at_rest = False


def _has_work() -> bool:
    """A task waits or runs, or a process has a place at a queue."""
    return OrmQ.objects.exists() or Lane.objects.exists()


def _is_open() -> bool:
    """Another session than this one has a transaction open, or a lock that outlasts one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()) "
            "OR EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
            "WHERE d.datname = current_database() AND locktype = 'advisory' AND pid <> pg_backend_pid())"
        )
        return bool(cursor.fetchone()[0])
