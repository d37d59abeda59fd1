"""Looking on: which process makes the calls, how many run at once, what memory a worker takes."""

import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import psutil

from tests.support.run_server import RunServer
from tests.support.worker import Worker

LOOK_EVERY_S = 0.1
LAG_S = 0.1
"""So much later than it happens, at most, the server sees that a caller has gone."""


def callers(worker: Worker, run_server: RunServer) -> Counter[psutil.Process]:
    """The worker's processes with the number of connections to `/run` that each has open."""
    found: Counter[psutil.Process] = Counter()
    for process in worker.children():
        with suppress(psutil.NoSuchProcess):
            there = [line.raddr for line in process.net_connections("tcp4") if line.status == psutil.CONN_ESTABLISHED]
            calls = sum(address.port == run_server.port for address in there)
            if calls:
                found[process] = calls
    return found


def most_at_once(calls: Iterable[dict[str, Any]]) -> int:
    """How many of the calls of a ledger were in flight at one moment. One that its caller left had ended a lag before
    the server saw it."""
    changes = []
    for call in calls:
        changes.append((call["started"], 1))
        if call["ended"] is not None:
            changes.append((max(call["started"], call["ended"] - (LAG_S if call["left"] else 0)), -1))
    now = most = 0
    # What ends at a moment ends before what begins at it.
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


class MemoryWatch:
    """`with MemoryWatch(worker) as memory:` looks ten times a second; `memory.peaks` has the most of each process."""

    def __init__(self, worker: Worker) -> None:
        self.peaks: dict[int, int] = {}
        self._worker = worker
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def most_mb(self) -> float:
        return max(self.peaks.values()) / 1e6

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            for pid, resident in resident_bytes(self._worker).items():
                self.peaks[pid] = max(self.peaks.get(pid, 0), resident)


def resident_bytes(worker: Worker) -> dict[int, int]:
    """The memory of each process of the worker, by its id."""
    sizes = {}
    for process in worker.children():
        with suppress(psutil.NoSuchProcess):
            sizes[process.pid] = process.memory_info().rss
    return sizes
