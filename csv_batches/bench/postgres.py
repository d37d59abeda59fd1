"""What PostgreSQL says of itself: how it updates, what it writes, what its sessions wait for, and what CPU it takes."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil
import psycopg
from django.db import connection

from csv_batches.bench import processes
from csv_batches.bench.database import database_url

SAMPLE_S = 0.02
PREFIXES = ("experiments_", "csv_batches_", "django_q_")

NOT_OF_ROWS = ["experiments_queue", "experiments_lane", "experiments_workerprocess"]
"""Few rows each, written all the time."""

_COUNTERS = """
SELECT coalesce(sum(n_tup_upd), 0), coalesce(sum(n_tup_hot_upd), 0),
       coalesce(sum(n_tup_upd) FILTER (WHERE relname <> ALL(%(few)s)), 0),
       coalesce(sum(n_tup_hot_upd) FILTER (WHERE relname <> ALL(%(few)s)), 0),
       pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')
FROM pg_stat_user_tables WHERE starts_with(relname, 'experiments_')
"""
_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
WHERE relkind = 'r' AND starts_with(relname, 'experiments_')
"""
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
_SESSIONS = """
SELECT coalesce(wait_event_type, 'CPU') FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND state = 'active' AND pid <> ALL(%s)
"""


@dataclass(frozen=True)
class Counters:
    """Since the server began: updates, those of them that were HOT, both of the tables of rows alone, bytes of WAL, and
    CPU seconds where the server is on this machine."""

    updates: int
    hot: int
    row_updates: int
    row_hot: int
    wal: int
    cpu_s: float | None


@dataclass
class Waits:
    """How often a session of the worker was seen at work, by what it waited for: `Lock`, `LWLock`, `IO`, `CPU`, …"""

    seen: Counter[str] = field(default_factory=Counter)

    def share(self, kind: str) -> float | None:
        """0 to 1 of all that were seen."""
        return self.seen[kind] / self.seen.total() if self.seen else None


class Postgres:
    """The server, seen from the sessions of this process, which count in nothing that it says."""

    def __init__(self, sampler: psycopg.Connection[Any]) -> None:
        self._sampler = sampler
        connection.ensure_connection()
        self._ours = [connection.connection.info.backend_pid, sampler.info.backend_pid]
        self._postmaster = postmaster_pid(self._ours[0]) if is_here(sampler) else None

    def counters(self) -> Counters:
        updates, hot, row_updates, row_hot, wal = map(int, _row(_COUNTERS, {"few": NOT_OF_ROWS}))
        cpu_s = processes.cpu_s(self._postmaster, without=self._ours) if self._postmaster else None
        return Counters(updates, hot, row_updates, row_hot, wal, cpu_s)

    @contextmanager
    def waits(self) -> Iterator[Waits]:
        """Looks at the sessions every 20 ms until the end of the block."""
        waits, ended = Waits(), threading.Event()

        def look() -> None:
            while not ended.wait(SAMPLE_S):
                waits.seen.update(kind for (kind,) in self._sampler.execute(_SESSIONS, [self._ours]))

        thread = threading.Thread(target=look)
        thread.start()
        try:
            yield waits
        finally:
            ended.set()
            thread.join()


@contextmanager
def watched() -> Iterator[Postgres]:
    with psycopg.connect(database_url(connection.settings_dict["NAME"]), autocommit=True) as sampler:
        yield Postgres(sampler)


def size_bytes() -> int:
    """Of all tables of the host, with indexes and long values."""
    return int(_row(_SIZE)[0])


def tables() -> list[str]:
    """Those that a batch, its rows, its runs and its tasks may be in."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [name for (name,) in cursor.fetchall() if name.startswith(PREFIXES)]


def empty_tables() -> None:
    """As after `migrate`; no worker may be there."""
    names = ", ".join(connection.ops.quote_name(name) for name in tables())
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def analyze() -> None:
    """What autovacuum does within a minute of an upload."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def version() -> str:
    """`18.0`"""
    return str(_row("SHOW server_version")[0]).split()[0]


def is_here(session: psycopg.Connection[Any]) -> bool:
    return session.info.host.startswith("/") or session.info.hostaddr in ("127.0.0.1", "::1")


def postmaster_pid(backend: int) -> int | None:
    """The process that started this backend; None where it can't be seen, as in another container."""
    try:
        process = psutil.Process(backend)
        return process.ppid() if process.name().startswith("postgres") else None
    except psutil.Error:
        return None


def _row(statement: str, parameters: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return tuple(cursor.fetchone())
