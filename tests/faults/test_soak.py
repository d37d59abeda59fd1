"""A batch whose worker loses a process, any of them, every few seconds.

`pytest tests/faults/test_soak.py -rP` shows the figures that stand in docs/reliability.md.
"""

import random
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil
import pytest

from experiments.models import Attempt
from tests.faults.support import StartWorker, assert_whole, repeated_calls, seen
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker

CONCURRENCY, MAX_ATTEMPTS = 8, 10


@dataclass
class Reaper:
    """Kills one child of the worker every `every_s`, at random but the same way each time."""

    worker: Worker
    every_s: float
    dice: random.Random = field(default_factory=lambda: random.Random(4))
    kills: int = 0
    next_at: float = 0.0

    def pass_by(self) -> None:
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + self.every_s
        children = self.worker.children()
        if children:
            with suppress(psutil.NoSuchProcess):
                self.dice.choice(children).kill()
                self.kills += 1


def soak(api: Api, run_server: RunServer, worker: Worker, *, rows: int, every_s: float, limit_s: float) -> None:
    run_server.script(latency_ms=100)
    batch = api.ready(api.network(run_server), numbered(rows), concurrency=CONCURRENCY, max_attempts=MAX_ATTEMPTS)
    api.run(batch)
    started_at = time.monotonic()
    run_server.wait(done=CONCURRENCY)
    reaper = Reaper(worker, every_s)
    while api.batch(batch)["status"] == "running":
        reaper.pass_by()
        assert time.monotonic() - started_at < limit_s, api.batch(batch)
        time.sleep(0.2)
    took_s = time.monotonic() - started_at
    repeated = len(run_server.ledger(bodies=False)) - rows
    # What was in flight when its worker was killed is what the ledger calls lost.
    lost_claims = Attempt.objects.filter(outcome="lost").count()
    seen(
        f"{rows} rows in {took_s:.0f} s, {reaper.kills} processes killed; lost 0, recorded twice 0, claims that a "
        f"killed worker had {lost_claims}, calls repeated {repeated} (of {len(repeated_calls(run_server))} rows)"
    )
    assert reaper.kills >= 2
    assert lost_claims <= reaper.kills * CONCURRENCY
    assert_whole(api, run_server, batch, rows=rows, repeated=lost_claims)


def test_a_process_is_killed_every_3_s(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    soak(api, run_server, start_worker(), rows=600, every_s=3, limit_s=180)


@pytest.mark.slow
def test_5000_rows_and_a_process_is_killed_every_5_s(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    soak(api, run_server, start_worker(), rows=5000, every_s=5, limit_s=1200)
