"""F11: PostgreSQL is restarted with `-m immediate` in the middle of a batch."""

import time
from typing import Any

from django.db import connection

from experiments.models import QueueItem
from tests.faults.database import restart_at_once
from tests.faults.support import StartWorker, assert_whole, busy_batch, seen
from tests.support.api import Api
from tests.support.run_server import RunServer
from tests.support.worker import eventually

BACK_WITHIN_S = 30


def test_it_goes_on_by_itself_and_loses_nothing(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    # What is committed must be on disk here, unlike in the other tests.
    worker = start_worker(PGOPTIONS="-c synchronous_commit=on")
    batch = busy_batch(api, run_server, rows=400, concurrency=8, latency_ms=50)
    restart_at_once()
    back_at = time.monotonic()
    connection.close()
    recorded = _recorded(batch)
    eventually(lambda: _recorded(batch) > recorded, timeout_s=BACK_WITHIN_S, what="results are recorded again")
    seen(f"results again {time.monotonic() - back_at:.1f} s after the database was back (at most {BACK_WITHIN_S})")
    assert_whole(api, run_server, batch, rows=400, repeated=8)
    assert worker.process.poll() is None, "the same worker, without a person"


def _recorded(batch: str) -> Any:
    return QueueItem.objects.filter(queue_id=batch, status="succeeded").count()
