"""A worker for the bench: a real `manage.py qcluster`, seen only from outside, by its processes and the tables."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
from django.conf import settings

from csv_batches.bench import processes

GRACE_S = 20.0
LAST_LINES = 15


class WorkerDied(Exception):
    """It ended by itself. The text shows the end of its log."""


class BenchWorker:
    """`with BenchWorker(processes=4) as worker:` starts it on the database of this process and ends it in order."""

    def __init__(self, *, processes: int) -> None:
        self._environment = {"WORKERS": str(processes)}
        self._log = Path(settings.VAR_DIR) / "worker.log"

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own command
                [sys.executable, *settings.COMMAND, "qcluster"],
                cwd=settings.BASE_DIR,
                env={**os.environ, **self._environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        everybody = processes.tree(self._process.pid)
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        for process in everybody:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()

    def check(self) -> None:
        """`WorkerDied` where it no longer runs."""
        if self._process.poll() is not None:
            end = "\n".join(self._log.read_text(errors="replace").splitlines()[-LAST_LINES:])
            raise WorkerDied(f"The worker ended. The end of its log:\n{end}")

    def cpu_s(self) -> float:
        """CPU seconds of all of its processes so far."""
        return processes.cpu_s(self._process.pid)

    def memory_mb(self) -> dict[str, float]:
        """`rss_mb` and `pss_mb` of its largest process."""
        return processes.largest_mb(self._process.pid)
