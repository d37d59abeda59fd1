"""F25: a worker process is killed (-9) in the middle of long calls."""

import time

import pytest

from tests.faults.support import RECOVERY_S, StartWorker, assert_whole, kill, repeated_calls, seen
from tests.faults.watch import callers
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

WIDTH = 24


def kill_in_flight(worker: Worker, run_server: RunServer, *, width: int) -> int:
    """With so many calls in flight, kills the process that makes the most of them. How many those were."""
    eventually(lambda: run_server.stats()["in_flight"] == width, what="the full width")
    process, _ = callers(worker, run_server).most_common(1)[0]
    before = run_server.stats()["left"]
    killed_at = kill(process.pid)
    broken = run_server.wait(left=before + 1)["left"] - before
    deadline_s = RECOVERY_S - (time.time() - killed_at)
    # What was in flight there is called again, all of it at once and not one row after the other.
    eventually(lambda: run_server.stats()["in_flight"] == width, timeout_s=deadline_s, what="the full width again")
    broken = run_server.stats()["left"] - before
    seen(f"{broken} of {width} calls broken off, full width again after {time.time() - killed_at:.1f} s")
    assert broken >= 1
    return broken


def test_the_full_width_is_in_flight_again_after_a_lease(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    run_server.hold("")
    batch = api.ready(api.network(run_server, timeout_s=300), numbered(60), concurrency=WIDTH)
    api.run(batch)
    broken = kill_in_flight(worker, run_server, width=WIDTH)
    run_server.release()
    assert_whole(api, run_server, batch, rows=60, repeated=broken)
    assert run_server.stats()["max_in_flight"] == WIDTH


def test_one_death_fails_no_row_although_each_may_be_tried_once_only(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    worker = start_worker()
    run_server.hold("")
    batch = api.ready(api.network(run_server, timeout_s=300), numbered(40), concurrency=WIDTH, max_attempts=1)
    api.run(batch)
    broken = kill_in_flight(worker, run_server, width=WIDTH)
    run_server.release()
    assert_whole(api, run_server, batch, rows=40, repeated=broken)
    assert len(repeated_calls(run_server)) == broken


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "width", "rows"), [(15, WIDTH, 2 * WIDTH), (120, 64, 64)])
def test_calls_that_really_take_so_long(
    api: Api, run_server: RunServer, start_worker: StartWorker, seconds: int, width: int, rows: int
) -> None:
    worker = start_worker()
    run_server.script(latency_ms=seconds * 1000)
    batch = api.ready(api.network(run_server, timeout_s=seconds * 3), numbered(rows), concurrency=width)
    began_at = time.time()
    api.run(batch)
    broken = kill_in_flight(worker, run_server, width=width)
    assert_whole(api, run_server, batch, rows=rows, repeated=broken, timeout_s=4 * seconds + 60)
    took_s = time.time() - began_at
    most_s = seconds * rows / width + seconds + RECOVERY_S + 5
    seen(f"{rows} rows of {seconds} s, {width} at a time: {took_s:.0f} s (at most {most_s:.0f})")
    assert took_s <= most_s
