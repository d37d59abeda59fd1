"""Leases of rows whose calls are under way while the lane cannot speak to the database."""

import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from experiments.models import Queue, QueueItem
from experiments.worker import lane
from experiments.worker.lane import drain
from tests.support.api import Api, numbered
from tests.support.locks import somebody_waits
from tests.support.run_server import RunServer
from tests.support.worker import eventually


def drained(batch: str) -> threading.Thread:
    def work() -> None:
        try:
            drain(UUID(batch))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_lane_that_was_without_the_database_for_longer_than_a_lease_keeps_its_calls(
    api: Api, no_worker: None, run_server: RunServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It looks after the leases, its own and others', in every round.
    monkeypatch.setattr(lane, "LOOK_S", 0)
    settings.LEASE_RENEW_S = 0
    run_server.hold("^row 0$")
    batch = api.ready(api.network(run_server), numbered(2))
    api.run(batch)
    draining = drained(batch)
    run_server.wait(held=1)
    with transaction.atomic(), connection.cursor() as cursor:
        Queue.objects.select_for_update(no_key=True).get(pk=batch)
        eventually(somebody_waits, what="the lane")
        cursor.execute("SELECT clock_timestamp()")
        QueueItem.objects.filter(queue_id=batch, status="running").update(lease_until=cursor.fetchone()[0])
    run_server.release()
    draining.join()
    assert [row["attempts"] for row in api.rows(batch)] == [1, 1]
    assert run_server.stats()["calls"] == 2
