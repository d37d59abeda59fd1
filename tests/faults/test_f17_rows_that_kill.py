"""F17: two rows that kill the worker each time they are called, sixteen rows at a time."""

from collections import Counter

from experiments.models import Attempt
from tests.faults.support import StartWorker, assert_whole
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import SHORT_LEASE_S

ROWS, POISON, MAX_ATTEMPTS = 60, (3, 7), 3


def test_they_fail_alone_after_max_attempts(api: Api, run_server: RunServer, start_worker: StartWorker) -> None:
    start_worker()
    run_server.script(latency_ms=20, rules=[{"match": "^row [37]$", "attempts": ["kill_caller"], "repeat": True}])
    batch = api.ready(api.network(run_server), numbered(ROWS), concurrency=16, max_attempts=MAX_ATTEMPTS)
    api.run(batch)
    # At worst each poisoned row takes its neighbours along once, then dies alone, a lease each time.
    limit_s = (2 * MAX_ATTEMPTS + 2) * (SHORT_LEASE_S + 3)
    assert_whole(api, run_server, batch, rows=ROWS, failed=2, repeated=2 * 16 + 2 * MAX_ATTEMPTS, timeout_s=limit_s)
    failed = api.rows(batch, status="failed")
    assert [(row["row_index"], row["error_code"]) for row in failed] == [(index, "crashed") for index in POISON]
    lost = Counter(Attempt.objects.filter(outcome="lost").values_list("item__row_index", flat=True))
    assert {index: lost[index] for index in POISON} == dict.fromkeys(POISON, MAX_ATTEMPTS)
    assert all(times < MAX_ATTEMPTS for index, times in lost.items() if index not in POISON), "neighbours are unharmed"
