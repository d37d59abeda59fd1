"""F23: pause, cancel and resume in the middle."""

import time

from tests.faults.support import StartWorker, assert_whole, busy_batch, seen
from tests.support.api import Api, from_csv, numbered
from tests.support.run_server import RunServer
from tests.support.worker import eventually

ROWS, CONCURRENCY = 200, 4


def test_no_call_starts_a_second_later_and_results_are_kept(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    start_worker()
    batch = busy_batch(api, run_server, rows=ROWS, concurrency=CONCURRENCY)
    for order, status in (("pause", "paused"), ("cancel", "cancelled")):
        before = api.batch(batch)["progress"]["succeeded"]
        stopped_at = time.time()
        assert api.post(f"/csv_batches/{batch}/{order}", want=202)["status"] == status
        eventually(lambda: not api.batch(batch)["progress"]["running"], what="what is in flight ends")
        eventually(lambda at=stopped_at: time.time() > at + 2, what="calls that must not come have had time to come")
        started = [call["started"] for call in run_server.ledger(bodies=False)]
        seen(f"{order}: the last call began {max(started) - stopped_at:+.2f} s (at most +1)")
        assert max(started) <= stopped_at + 1
        kept = api.batch(batch)["progress"]["succeeded"]
        assert before <= kept < ROWS
        _, *lines = from_csv(api.export(batch, partial=1))
        assert [line[:2] for line in lines] == numbered(ROWS)
        assert sum("succeeded" in line for line in lines) == kept
        api.post(f"/csv_batches/{batch}/resume", want=202)
        run_server.wait(done=len(started) + 10)
    assert_whole(api, run_server, batch, rows=ROWS, repeated=0)
