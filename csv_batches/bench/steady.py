"""A steady window of a worker at work: from some row that it recorded to some later one, and what that took."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from csv_batches.bench import batches
from csv_batches.bench.postgres import Counters, Postgres
from csv_batches.bench.server import RunServer, Stats
from csv_batches.bench.worker import BenchWorker

POLL_S = 0.05
EDGE_POLL_S = 0.003
"""Between looks for the row at which a window begins or ends."""
EDGE_S = 3.0
"""A window ends without such a row where none comes for so long."""
MEMORY_S = 1.0
FIRST_ROWS_S = 90.0


@dataclass(frozen=True)
class Window:
    """Opens `warm_s` after `first_rows` were recorded; closes after `window_s`, or sooner when `rows` more are."""

    first_rows: int
    warm_s: float
    window_s: float
    rows: int | None = None


@dataclass(frozen=True)
class Edge:
    """All counters at one moment."""

    at_s: float
    rows: int
    failed: int
    worker_cpu_s: float
    postgres: Counters
    server: Stats


@dataclass(frozen=True)
class Measured:
    """`rows` in `window_s`; `in_flight` is the mean number of calls at the server; `details` as in a `Result`."""

    rows: int
    window_s: float
    in_flight: float
    details: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.window_s


def await_rows(worker: BenchWorker, batch_ids: Sequence[UUID], rows: int) -> None:
    """Until so many rows of these batches have an answer or failed."""
    deadline = time.monotonic() + FIRST_ROWS_S
    while sum(batches.recorded(batch_ids)) < rows:
        worker.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"The worker recorded fewer than {rows} rows in {FIRST_ROWS_S:.0f} s.")
        time.sleep(POLL_S)


class Watch:
    """A worker, its database and the server that it calls, while it works at `batch_ids`."""

    def __init__(self, worker: BenchWorker, server: RunServer, database: Postgres, batch_ids: Sequence[UUID]) -> None:
        self._worker = worker
        self._server = server
        self._database = database
        self._batch_ids = batch_ids
        self._total = 0

    def measure(self, window: Window, *, total: int) -> Measured:
        """`total` is how many rows there are: when they run out, so does the window."""
        self._total = total
        await_rows(self._worker, self._batch_ids, window.first_rows)
        time.sleep(window.warm_s)
        began, memory = self._edge(), Memory(self._worker)
        with self._database.waits() as waits:
            self._pass(window, began, memory)
            ended = self._edge()
        memory.look()
        locks = waits.share("Lock")
        details = {**figures(began, ended), **memory.peak_mb, **({} if locks is None else {"lock_share": locks})}
        window_s, seconds = ended.at_s - began.at_s, ended.server.at_s - began.server.at_s
        in_flight = (ended.server.in_flight_s - began.server.in_flight_s) / seconds
        return Measured(ended.rows - began.rows, window_s, in_flight, details)

    def _pass(self, window: Window, began: Edge, memory: "Memory") -> None:
        close = began.at_s + window.window_s
        most = self._total if window.rows is None else min(began.rows + window.rows, self._total)
        while time.monotonic() < close and sum(self._recorded()) < most:
            self._worker.check()
            memory.look_now_and_then()
            time.sleep(POLL_S)

    def _edge(self) -> Edge:
        """As soon as the next row is recorded, so that no part of one is counted."""
        before, deadline = sum(self._recorded()), time.monotonic() + EDGE_S
        while True:
            succeeded, failed = self._recorded()
            now = time.monotonic()
            if succeeded + failed != before or succeeded + failed >= self._total or now > deadline:
                break
            time.sleep(EDGE_POLL_S)
        counters = self._database.counters()
        return Edge(now, succeeded + failed, failed, self._worker.cpu_s(), counters, self._server.stats())

    def _recorded(self) -> tuple[int, int]:
        return batches.recorded(self._batch_ids)


class Memory:
    """The most that the largest process of a worker was seen to have, in MB: `rss_mb`, `pss_mb`."""

    def __init__(self, worker: BenchWorker) -> None:
        self._worker = worker
        self._next = 0.0
        self.peak_mb: dict[str, float] = {}

    def look_now_and_then(self) -> None:
        if time.monotonic() >= self._next:
            self.look()
            self._next = time.monotonic() + MEMORY_S

    def look(self) -> None:
        for name, value in self._worker.memory_mb().items():
            self.peak_mb[name] = max(value, self.peak_mb.get(name, 0.0))


def figures(began: Edge, ended: Edge) -> dict[str, float]:
    """Per row and per second, of what happened between two edges."""
    rows = max(ended.rows - began.rows, 1)
    seconds = max(ended.server.at_s - began.server.at_s, 1e-6)
    before, after = began.postgres, ended.postgres
    updates = after.updates - before.updates
    found = {
        "rows": float(ended.rows - began.rows),
        "window_s": ended.at_s - began.at_s,
        "worker_cpu_ms": 1000 * (ended.worker_cpu_s - began.worker_cpu_s) / rows,
        "wal_bytes": (after.wal - before.wal) / rows,
        "server_cpu": (ended.server.cpu_s - began.server.cpu_s) / seconds,
        "failed": float(ended.failed),
    }
    if before.cpu_s is not None and after.cpu_s is not None:
        found["postgres_cpu_ms"] = 1000 * (after.cpu_s - before.cpu_s) / rows
    if updates > 0:
        found["hot_share"] = (after.hot - before.hot) / updates
    row_updates = after.row_updates - before.row_updates
    if row_updates > 0:
        found["row_hot_share"] = (after.row_hot - before.row_hot) / row_updates
    return found
