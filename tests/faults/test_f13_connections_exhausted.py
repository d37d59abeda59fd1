"""F13: the database takes no more connections."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from django.db import connection

from experiments.models import QueueItem
from tests.faults.support import StartWorker, assert_whole, busy_batch
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S, database_url, eventually, side_connection

pytestmark = pytest.mark.slow
FULL_S = 2 * SHORT_LEASE_S
CROWD = "crowd"


class Crowd:
    """Sessions that do nothing but be there."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def grow(self) -> int:
        """Takes all connections that are free; how many."""
        taken = 0
        while True:
            try:
                self._stack.enter_context(psycopg.connect(database_url(), application_name=CROWD))
            except psycopg.OperationalError as error:
                if "too many clients" not in str(error):
                    raise
                return taken
            taken += 1


@contextmanager
def crowd() -> Iterator[Crowd]:
    with ExitStack() as stack:
        yield Crowd(stack)


def test_a_batch_that_is_started_meanwhile_waits_and_fails_no_row(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    start_worker()
    batch = api.ready(api.network(run_server), numbered(40), concurrency=4)
    with crowd() as others:
        assert others.grow() > 20
        api.run(batch)
        full_until = time.monotonic() + FULL_S
        eventually(lambda: time.monotonic() > full_until, what="it was full for two leases")
        assert not QueueItem.objects.filter(queue_id=batch, status="failed").exists()
    assert_whole(api, run_server, batch, rows=40, repeated=4)


def test_a_batch_that_loses_its_connections_backs_off_and_goes_on(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    batch = busy_batch(api, run_server, rows=200, concurrency=4, latency_ms=50)
    with side_connection() as session, crowd() as others:
        others.grow()
        connection.ensure_connection()
        own = [connection.connection.info.backend_pid, session.info.backend_pid]
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> ALL (%s) AND application_name <> %s",
            [own, CROWD],
        )
        full_until = time.monotonic() + FULL_S
        eventually(lambda: others.grow() >= 0 and time.monotonic() > full_until, what="it was full for two leases")
        progress = api.batch(batch)["progress"]
        assert (progress["failed"], progress["queued"] + progress["running"] > 0) == (0, True)
    assert_whole(api, run_server, batch, rows=200, repeated=4)
    assert worker.process.poll() is None
