"""F28: three batches of very many rows on a network of two slots."""

import time

import pytest

from tests.faults.batches import copies
from tests.faults.support import StartWorker, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually

FEW, SLOTS, LATENCY_MS = 5_000, 2, 50
WINDOWS, WINDOW_S = 3, 4.0
LEAST = 0.7


def calls_while_running(api: Api, run_server: RunServer, batches: list[str], order: str) -> int:
    """Calls that begin within a window while these batches run and no others."""
    for batch in batches:
        api.post(f"/csv_batches/{batch}/{order}", {"confirm_schema_change": True} if order == "run" else None, 202)
    # From their first call on: how long a start takes is another matter.
    before = run_server.stats()["calls"]
    run_server.wait(calls=before + 1)
    began, from_at = run_server.stats()["calls"], time.monotonic()
    eventually(lambda: time.monotonic() >= from_at + WINDOW_S, what="the window")
    called = run_server.stats()["calls"] - began
    for batch in batches:
        api.post(f"/csv_batches/{batch}/pause", want=202)
    eventually(lambda: run_server.stats()["in_flight"] == 0, what="what is in flight ends")
    return called


@pytest.mark.slow
@pytest.mark.parametrize("many", [200_000, 600_000])
def test_the_rate_does_not_depend_on_how_many_rows_wait(
    api: Api, run_server: RunServer, start_worker: StartWorker, many: int
) -> None:
    run_server.script(latency_ms=LATENCY_MS)
    network = api.network(run_server, max_concurrency=SLOTS)
    sizes = [copies(api, api.ready(network, numbered(rows), concurrency=8), count=3) for rows in (FEW, many)]
    start_worker()
    calls = [0, 0]
    for window in range(WINDOWS):
        # In turns: what else the machine does slows down both.
        for at, batches in enumerate(sizes):
            calls[at] += calls_while_running(api, run_server, batches, "resume" if window else "run")
    few, lots = calls
    seen(
        f"{few} calls with 3 × {FEW:,} rows, {lots} with 3 × {many:,} in the same {WINDOWS * WINDOW_S:.0f} s: "
        f"{lots / few:.2f} (at least {LEAST})"
    )
    assert run_server.stats()["max_in_flight"] <= SLOTS
    assert few > WINDOWS * WINDOW_S, "the windows are long enough to compare"
    assert lots >= LEAST * few
