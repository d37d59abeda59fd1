"""One case of calls, measured once: ours with a fresh worker on empty tables, the floor with a fresh process."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from csv_batches.bench import batches, postgres
from csv_batches.bench.floor import FloorRun, run_floor
from csv_batches.bench.server import RunServer, run_server
from csv_batches.bench.steady import Measured, Watch, Window
from csv_batches.bench.worker import BenchWorker

STARTS_S = 2.0
"""More time before the window where several processes have to come up."""


@dataclass(frozen=True)
class Case:
    """`rows` in each of `batches`, each with `concurrency` calls of `latency_s` in flight, on `processes`."""

    rows: int
    concurrency: int
    latency_s: float
    warm_s: float
    window_s: float
    processes: int = 1
    batches: int = 1
    first_rows: int | None = None
    """What the worker must have recorded before the window; where it isn't said, a round of all that is in flight."""
    most_rows: int | None = None
    """The window closes after so many."""

    @property
    def in_flight(self) -> int:
        return self.concurrency * self.batches

    @property
    def window(self) -> Window:
        warm_s = self.warm_s + (STARTS_S if self.processes > 1 else 0.0)
        first_rows = 10 + self.in_flight if self.first_rows is None else self.first_rows
        return Window(first_rows, warm_s, self.window_s, self.most_rows)


def measure_ours(case: Case) -> Measured:
    postgres.empty_tables()
    empty = postgres.size_bytes()
    with run_server(latency_s=case.latency_s) as server:
        network = batches.create_network(server.url)
        many = [
            batches.create_batch(network, rows=case.rows, concurrency=case.concurrency).pk for _ in range(case.batches)
        ]
        postgres.analyze()
        stored = postgres.size_bytes()
        total = case.rows * case.batches
        with BenchWorker(processes=case.processes) as worker:
            measured = _watched(case, worker, server, many)
        called = max(sum(batches.recorded(many)), 1)
        # What storing a row took, and what calling it added.
        table_bytes = (stored - empty) / total + (postgres.size_bytes() - stored) / called
        return replace(measured, details={**measured.details, "table_bytes": table_bytes})


def _watched(case: Case, worker: BenchWorker, server: RunServer, many: Sequence[UUID]) -> Measured:
    with postgres.watched() as database:
        for batch_id in many:
            batches.start(batch_id)
        try:
            return Watch(worker, server, database, many).measure(case.window, total=case.rows * case.batches)
        finally:
            batches.stop(many)


def measure_floor(case: Case) -> FloorRun:
    with run_server(latency_s=case.latency_s) as server:
        return run_floor(
            server.url,
            concurrency=case.in_flight,
            processes=case.processes,
            warm_s=case.warm_s,
            window_s=case.window_s,
        )
