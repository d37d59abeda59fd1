"""What happened between two edges of a window, by row."""

from dataclasses import replace

import pytest

from csv_batches.bench.postgres import Counters, Waits
from csv_batches.bench.server import Stats
from csv_batches.bench.steady import Edge, figures

BEGAN = Edge(
    at_s=10.0,
    rows=100,
    failed=0,
    worker_cpu_s=5.0,
    postgres=Counters(updates=1000, hot=500, row_updates=200, row_hot=0, wal=10_000, cpu_s=2.0),
    server=Stats(calls=100, in_flight=1, in_flight_s=50.0, at_s=10.0, cpu_s=1.0),
)
ENDED = Edge(
    at_s=12.0,
    rows=300,
    failed=1,
    worker_cpu_s=5.4,
    postgres=Counters(updates=2000, hot=750, row_updates=600, row_hot=300, wal=410_000, cpu_s=2.2),
    server=Stats(calls=300, in_flight=1, in_flight_s=90.0, at_s=12.0, cpu_s=1.5),
)


def test_costs_are_shared_by_the_rows_of_the_window() -> None:
    assert figures(BEGAN, ENDED) == pytest.approx(
        {
            "rows": 200.0,
            "window_s": 2.0,
            "worker_cpu_ms": 2.0,
            "postgres_cpu_ms": 1.0,
            "wal_bytes": 2000.0,
            "server_cpu": 0.25,
            "failed": 1.0,
            "hot_share": 0.25,
            "row_hot_share": 0.75,
        }
    )


def test_a_server_elsewhere_has_no_cpu() -> None:
    began, ended = (replace(edge, postgres=replace(edge.postgres, cpu_s=None)) for edge in (BEGAN, ENDED))
    assert "postgres_cpu_ms" not in figures(began, ended)


def test_where_nothing_was_updated_nothing_was_hot() -> None:
    assert figures(BEGAN, replace(ENDED, postgres=BEGAN.postgres)).keys().isdisjoint({"hot_share", "row_hot_share"})


def test_where_nothing_happened_nothing_is_divided_by_zero() -> None:
    assert figures(BEGAN, BEGAN)["worker_cpu_ms"] == 0


def test_waits_are_a_share_of_the_sessions_that_were_at_work() -> None:
    waits = Waits()
    assert waits.share("Lock") is None
    waits.seen.update({"Lock": 1, "CPU": 2, "IO": 1})
    assert waits.share("Lock") == 0.25
