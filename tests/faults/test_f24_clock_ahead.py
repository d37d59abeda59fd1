"""F24: a worker's clock is ten minutes ahead."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from experiments.models import Attempt, WorkerProcess
from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, eventually

pytestmark = pytest.mark.slow
RIGHT: dict[str, str] = {}
AHEAD = {"DJANGO_SETTINGS_MODULE": "tests.faults.clock_ahead"}


@pytest.mark.parametrize(("caller", "onlooker"), [(RIGHT, AHEAD), (AHEAD, RIGHT)], ids=["it looks on", "it calls"])
def test_nothing_is_reclaimed_or_called_before_its_time(
    api: Api, run_server: RunServer, start_worker: StartWorker, caller: dict[str, str], onlooker: dict[str, str]
) -> None:
    unavailable = {"do": "status", "status": 503, "headers": {"Retry-After": "14"}}
    run_server.script(hold="^row [01]$", rules=[{"match": "^row 2$", "attempts": [unavailable]}])
    batch = api.ready(api.network(run_server, timeout_s=120), numbered(10), concurrency=3)
    start_worker(**caller)
    api.run(batch)
    run_server.wait(held=2, done=8)
    start_worker(**onlooker)
    two_leases = time.monotonic() + 2 * SHORT_LEASE_S
    eventually(lambda: time.monotonic() > two_leases, what="two leases")
    assert run_server.stats()["held"] == 2
    assert not Attempt.objects.filter(outcome="lost").exists()
    run_server.release()
    assert_whole(api, run_server, batch, rows=10, repeated=1)
    refused, again = (call for call in run_server.ledger(bodies=False) if call["user_message"] == "row 2")
    assert again["started"] - refused["ended"] >= 14
    _assert_times_are_the_database_s()


def test_its_clock_is_really_ahead(start_worker: StartWorker, api: Api) -> None:
    start_worker(**AHEAD)
    eventually(lambda: WorkerProcess.objects.exists(), what="a heartbeat")
    main = WorkerProcess.objects.get(role="guardian")
    assert main.started_at - timezone.now() > timedelta(minutes=8), "which it tells itself"
    assert abs(main.beat_at - timezone.now()) < timedelta(minutes=1), "which the database tells"


def _assert_times_are_the_database_s() -> None:
    latest = timezone.now() + timedelta(minutes=1)
    assert not Attempt.objects.filter(ended_at__gt=latest).exists()
    assert not Attempt.objects.filter(started_at__gt=latest).exists()
