"""The real `manage.py run_csv` on the database of the tests, with the scripted `/run`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from experiments.models import WorkerLease, WorkerProcess
from tests.faults.support import is_alive
from tests.support import paths
from tests.support.worker import ROOT, SHORT_LEASE_S, SharedWorker, Worker, database_url, eventually

WAIT_S = 180
"""Of each step; a machine that does other things too takes its time."""


class RunCsv:
    """Starts the command, one after the other; `said` is what the last one has written to standard error."""

    def __init__(self, folder: Path, *, lease_s: int) -> None:
        self.folder = folder
        self._lease_s = lease_s
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: object, stdin: bytes | None = None) -> "subprocess.Popen[bytes]":
        ours = {"VAR_DIR": str(paths.PLACE), "SECRET_KEY": settings.SECRET_KEY, "FIELD_KEYS": paths.FIELD_KEY}
        speed = {"WORKERS": "1", "LEASE_S": str(self._lease_s), "WORKER_GRACE_S": "5", "DEMO": "1"}
        argv = [sys.executable, "manage.py", "run_csv", "--skip-checks", *map(str, arguments)]
        (self.folder / "stdin").write_bytes(stdin or b"")
        with (
            (self.folder / "stdin").open("rb") as source,
            (self.folder / "stdout").open("wb") as out,
            (self.folder / "stderr").open("wb") as errors,
        ):
            self.process = subprocess.Popen(
                argv,
                cwd=ROOT,
                env={**os.environ, "DATABASE_URL": database_url(), **ours, **speed},
                stdin=source,
                stdout=out,
                stderr=errors,
                start_new_session=True,
            )
        return self.process

    def run(self, *arguments: object, stdin: bytes | None = None) -> int:
        """The exit code."""
        return self.start(*arguments, stdin=stdin).wait(WAIT_S)

    @property
    def said(self) -> str:
        return (self.folder / "stderr").read_text()

    @property
    def written(self) -> bytes:
        return (self.folder / "stdout").read_bytes()

    def await_worker(self) -> list[psutil.Process]:
        """All processes of its own worker."""
        assert self.process
        command = psutil.Process(self.process.pid)
        # Main process, sentinel, and below it what works.
        eventually(lambda: len(command.children(recursive=True)) > 3, what="a worker of its own", timeout_s=WAIT_S)
        return command.children(recursive=True)

    def end(self) -> None:
        """With what a killed command left."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self.process.kill()
            self.process.wait(10)


@pytest.fixture
def run_csv(transactional_db: None, shared_worker: SharedWorker, tmp_path: Path) -> Iterator[RunCsv]:
    """With no worker to be heard of."""
    shared_worker.leave_alone()
    WorkerProcess.objects.all().delete()
    WorkerLease.objects.all().delete()
    command = RunCsv(tmp_path, lease_s=SHORT_LEASE_S)
    yield command
    command.end()


@pytest.fixture
def beside_a_worker(worker: Worker, tmp_path: Path) -> Iterator[RunCsv]:
    """With one that runs already."""
    eventually(WorkerProcess.objects.exists, what="a worker to be heard of")
    command = RunCsv(tmp_path, lease_s=settings.LEASE_S)
    yield command
    command.end()


def await_gone(processes: list[psutil.Process]) -> None:
    eventually(lambda: not any(map(is_alive, processes)), what="the end of its worker", timeout_s=WAIT_S)
