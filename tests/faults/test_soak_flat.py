"""Batches come, run and are deleted, and workers die, for as long as one likes: memory and tables do not grow.

`SOAK_S=7200 uv run pytest tests/faults -m soak -rP` takes two hours and shows the figures. Without `SOAK_S` it is two
minutes.
"""

import os
import random
import time
from contextlib import suppress

import psutil
import pytest

from tests.faults.sizes import DEAD, INDEXES, MEMORY, TABLE, Bound, Samples, sizes_of_tables
from tests.faults.support import StartWorker, seen
from tests.faults.watch import resident_bytes
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, side_connection

pytestmark = [pytest.mark.slow, pytest.mark.soak]
SOAK_S = float(os.environ.get("SOAK_S", "120"))
BATCHES, ROWS, CONCURRENCY, LATENCY_MS = 3, 400, 8, 30
WARM_UP = 0.3
KILL_EVERY_S = max(6.0, SOAK_S / 240)
"""In two hours a process lives for some minutes at least, in which it would grow if it did."""
SPARED = 2
"""So many of the processes that run tasks are never killed: those live as long as the soak."""
VACUUM_EVERY_S = 10
SHORT_S = 600
"""A soak that is shorter does itself what PostgreSQL does every minute by itself."""
STUCK_S = 90
MB = 1e6
BOUNDS = {
    MEMORY: Bound(times=1.15, more=8 * MB),
    TABLE: Bound(times=1.3, more=4 * MB),
    INDEXES: Bound(times=1.3, more=2 * MB),
    # Comes and goes with each vacuum.
    DEAD: Bound(times=2, more=20_000),
}


class Work:
    """A few batches that run at any time. One that is completed is looked at, deleted, and followed by another."""

    def __init__(self, api: Api, run_server: RunServer) -> None:
        self.completed = 0
        self._api, self._run_server = api, run_server
        self._network = api.network(run_server)
        self._running: dict[str, float] = {}

    def go_on(self) -> None:
        for batch, started_at in list(self._running.items()):
            state = self._api.batch(batch)
            if state["status"] == "running":
                assert time.monotonic() - started_at < STUCK_S, state
                continue
            progress = state["progress"]
            assert (state["status"], progress["succeeded"], progress["queued"]) == ("completed", ROWS, 0), state
            self._api.delete(f"/csv_batches/{batch}")
            del self._running[batch]
            self.completed += 1
        while len(self._running) < BATCHES:
            batch = self._api.ready(self._network, numbered(ROWS), concurrency=CONCURRENCY, max_attempts=10)
            self._api.run(batch)
            self._running[batch] = time.monotonic()

    def end(self) -> None:
        for batch in self._running:
            state = self._api.wait(batch, until=["completed"], timeout_s=STUCK_S)
            assert state["progress"]["succeeded"] == ROWS


class Reaper:
    """Kills one of the worker's processes again and again, at random but the same way each time; not those spared."""

    def __init__(self, worker: Worker) -> None:
        self.spared = worker.pool()[:SPARED]
        self.kills = 0
        self._worker, self._dice = worker, random.Random(7)
        self._next_at = time.monotonic() + KILL_EVERY_S

    def pass_by(self) -> None:
        if time.monotonic() < self._next_at:
            return
        self._next_at = time.monotonic() + KILL_EVERY_S
        with suppress(psutil.NoSuchProcess, IndexError):
            others = [process for process in self._worker.pool() if process not in self.spared]
            self._dice.choice(others).kill()
            self.kills += 1


def test_memory_and_tables_stay_flat(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    run_server.script(latency_ms=LATENCY_MS)
    worker = start_worker(WORKERS="4")
    work, reaper, samples = Work(api, run_server), Reaper(worker), Samples(WARM_UP)
    roles = {process.pid: f"process {number}" for number, process in enumerate(reaper.spared)}
    roles[worker.pid] = "main process"
    calls = 0
    began_at = vacuumed_at = time.monotonic()
    with side_connection() as database:
        database.autocommit = True
        while (passed_s := time.monotonic() - began_at) < SOAK_S:
            work.go_on()
            reaper.pass_by()
            if SOAK_S < SHORT_S and time.monotonic() - vacuumed_at > VACUUM_EVERY_S:
                database.execute("VACUUM")
                vacuumed_at = time.monotonic()
            if run_server.stats()["calls"] > 20_000:
                # The ledger is as long as the soak otherwise.
                calls += run_server.stats()["calls"]
                run_server.reset()
                run_server.script(latency_ms=LATENCY_MS)
            samples.add(passed_s / SOAK_S, figures(worker, roles) | sizes_of_tables())
            time.sleep(0.5)
    work.end()
    calls += run_server.stats()["calls"]
    rows = work.completed * ROWS
    seen(f"{SOAK_S:.0f} s: {rows:,} rows in {work.completed} batches, {calls:,} calls, {reaper.kills} processes killed")
    for line in samples.lines():
        seen(line)
    assert all(process.is_running() for process in reaper.spared), "they would tell nothing"
    assert reaper.kills >= 5
    assert work.completed >= 3 * BATCHES
    assert samples.grown(BOUNDS) == []


def figures(worker: Worker, roles: dict[int, str]) -> dict[tuple[str, str], float]:
    """The memory of each process that lives all the time, and the most that any of the others has."""
    found: dict[tuple[str, str], float] = {}
    for pid, resident in (resident_bytes(worker) | {worker.pid: psutil.Process(worker.pid).memory_info().rss}).items():
        name = (MEMORY, roles.get(pid, "any other process"))
        found[name] = max(found.get(name, 0), resident)
    return found
