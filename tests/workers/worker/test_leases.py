"""A lease is renewed by a thread of its own, whatever the engine waits for."""

import time

from django.db import transaction

from experiments.models import Queue
from tests.support.api import Api, numbered
from tests.support.locks import somebody_waits
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

LEASE_S = 3


def test_an_engine_that_waits_for_a_lock_longer_than_a_lease_keeps_its_calls(
    api: Api, run_server: RunServer, start_worker: type[Worker]
) -> None:
    start_worker(LEASE_S=str(LEASE_S))
    run_server.hold("^row [01]$")
    batch = api.ready(api.network(run_server), numbered(4), concurrency=2)
    api.run(batch)
    run_server.wait(held=2)
    eventually(lambda: api.batch(batch)["progress"]["running"] == 2, what="both are shown as running")
    with transaction.atomic():
        Queue.objects.select_for_update(no_key=True).get(pk=batch)
        run_server.release()
        eventually(somebody_waits, what="the engine")
        time.sleep(LEASE_S + 2)
    assert api.wait(batch)["progress"]["succeeded"] == 4
    assert [row["attempts"] for row in api.rows(batch)] == [1, 1, 1, 1]
    assert run_server.stats()["calls"] == 4
