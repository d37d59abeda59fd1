"""The programs of the demo: how each is started, how to tell that it is up, and checks of the machine they run on."""

import argparse
import errno
import fcntl
import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
from django.conf import settings
from django.core.management.base import CommandError

from csv_batches.demo.supervisor import Program
from experiments.runtime import local_model
from experiments.selectors import health

POLL_S = 0.2


def environment(url: str) -> dict[str, str]:
    """For the programs. `ALLOWED_HOSTS` is left at its default: the worker calls this site at its loopback address."""
    env = {name: value for name, value in os.environ.items() if name != "ALLOWED_HOSTS"}
    return {**env, "DEMO": "1", "SITE_URL": url, "VAR_DIR": str(settings.VAR_DIR), "PYTHONUNBUFFERED": "1"}


def log_file(name: str) -> Path:
    return Path(settings.VAR_DIR) / "log" / f"{name}.log"


def model_program(env: dict[str, str]) -> Program:
    # A web process that finds no model starts one, and there can be only one.
    program = _program("model", [*settings.COMMAND, "local_model"], env, grace_s=10)
    return replace(program, is_needed=lambda: not is_model_up())


def web_program(port: int, env: dict[str, str]) -> Program:
    argv = ["-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", f"127.0.0.1:{port}", "config.wsgi"]
    return _program("web", argv, env, grace_s=15)


def worker_program(env: dict[str, str]) -> Program:
    # The worker kills what is left of itself 10 s after its grace.
    program = _program("worker", [*settings.COMMAND, "qcluster"], env, grace_s=settings.WORKER_GRACE_S + 15)
    return replace(program, is_stuck=WorkerWatch())


def _program(name: str, argv: list[str], env: dict[str, str], *, grace_s: float) -> Program:
    return Program(
        name, [sys.executable, *argv], log=log_file(name), env=env, cwd=Path(settings.BASE_DIR), grace_s=grace_s
    )


class WorkerWatch:
    """Whether the worker's main process, which watches all its others, hangs. Cheap to call often."""

    CHECK_EVERY_S = 2.0
    CHECKS_IN_A_ROW = 3
    """More than one: just after the machine slept, every heartbeat is old."""

    def __init__(self) -> None:
        self._next_check = 0.0
        self._silent_checks = 0

    def __call__(self, pid: int) -> bool:
        if time.monotonic() < self._next_check:
            return False
        self._next_check = time.monotonic() + self.CHECK_EVERY_S
        age_s = health.process_heartbeat_age_s(host=socket.gethostname(), pid=pid)
        self._silent_checks = self._silent_checks + 1 if age_s is not None and age_s > settings.WORKER_STUCK_S else 0
        return self._silent_checks >= self.CHECKS_IN_A_ROW


# -- checks of the machine


def port_number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a number from 1 to 65535")
    return int(text)


@contextmanager
def only_demo(path: Path, url: str) -> Iterator[bool]:
    """Holds the lock of this directory's demo; yields whether the demo before was killed, leaving its address there."""
    with path.open("a+") as lock:
        lock.seek(0)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"The demo of this directory runs already, at {lock.read()}. End it first.") from None
        was_killed = bool(lock.read())
        lock.truncate(0)
        lock.write(url)
        lock.flush()
        try:
            yield was_killed
        finally:
            lock.truncate(0)


def await_port(port: int, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while not is_free(port):
        if time.monotonic() >= deadline:
            raise CommandError(f"Port {port} is used by another program. Choose another one with --port.")
        time.sleep(POLL_S)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CommandError(f"Port {port} is reserved for root. Choose one above 1023 with --port.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


def answers(port: int) -> bool:
    """Whether the site answers, be it with 401."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/networks")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_model_up() -> bool:
    return local_model.running_url(settings.VAR_DIR) is not None


def has_workers(pid: int | None) -> bool:
    """Whether the worker's main process has forked its sentinel and all processes that take tasks."""
    try:
        return pid is not None and len(psutil.Process(pid).children(recursive=True)) > worker_count()
    except psutil.NoSuchProcess:
        return False


def worker_count() -> int:
    return int(str(settings.Q_CLUSTER["workers"]))


def uv_process() -> int | None:
    """The process id of the `uv run` that started this process; None where something else started it."""
    with suppress(psutil.Error):
        parent = psutil.Process(os.getpid()).parent()
        if parent and parent.name() == "uv":
            return int(parent.pid)
    return None
