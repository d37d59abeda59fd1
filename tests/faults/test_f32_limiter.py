"""F32: 429 from a limiter that counts refused calls, or not; it tells how long to wait, or not."""

from collections.abc import Sequence
from itertools import product

import pytest

from tests.faults.limited import Ledger, Limit, Load, assert_keeps_pace, run_limited
from tests.faults.support import StartWorker
from tests.support.api import Api
from tests.support.run_server import RunServer


@pytest.mark.slow
def test_twenty_calls_in_twenty_seconds_refused_ones_counted_four_at_a_time(
    api: Api, run_server: RunServer, start_worker: StartWorker
) -> None:
    """What was seen before: 20 rows in the first second, then none in 150 s, and 5,802 refused calls."""
    start_worker()
    limit, load = Limit(20, 20), Load(200, at_a_time=4)
    (calls,) = run_limited(api, run_server, [(limit, load)], timeout_s=300)
    assert_keeps_pace(calls, limit, load)
    assert sum(call["status"] != 200 for call in calls) <= 30
    assert calls[-1]["ended"] - calls[0]["started"] <= 240


# Each takes a hundred seconds.
@pytest.mark.parametrize("groups", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_it_keeps_pace_with_several_at_once(
    api: Api, run_server: RunServer, start_worker: StartWorker, groups: int
) -> None:
    """Each at a network of its own. About 80 s, most of which nothing happens in."""
    for _ in range(groups):
        start_worker(WORKERS="2")
    cases = [
        (Limit(20, 20, retry_after=True), Load(80, at_a_time=4)),
        (Limit(20, 20, kind="fixed", counts_refused=False, retry_after=True), Load(80, at_a_time=64, batches=2)),
        (Limit(100, 20, kind="fixed"), Load(400, at_a_time=4)),
        (Limit(20, 20, headers=True), Load(80, at_a_time=4)),
    ]
    ledgers = run_limited(api, run_server, cases)
    for calls, (limit, load) in zip(ledgers, cases, strict=True):
        assert_keeps_pace(calls, limit, load)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("batches", [1, 2])
@pytest.mark.parametrize("kind", ["sliding", "fixed"])
@pytest.mark.parametrize("window", [(20, 20), (60, 60)], ids=["20 s", "60 s"])
def test_it_keeps_pace_whatever_counts_and_is_told(
    api: Api,
    run_server: RunServer,
    start_worker: StartWorker,
    window: tuple[int, int],
    kind: str,
    batches: int,
    groups: int,
) -> None:
    """Twelve at once, each at a network of its own: about 280 s, most of which nothing happens in."""
    for _ in range(groups):
        start_worker(WORKERS="2")
    cases = [
        (Limit(*window, kind, counts_refused, retry_after), Load(240, at_a_time, batches))
        for counts_refused, retry_after, at_a_time in product((True, False), (True, False), (1, 4, 64))
    ]
    assert_all_keep_pace(run_limited(api, run_server, cases, timeout_s=500), cases)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [1, 2])
def test_it_keeps_pace_with_what_headers_say_is_left(
    api: Api, run_server: RunServer, start_worker: StartWorker, groups: int
) -> None:
    """Twelve at once, each at a network of its own. About 80 s."""
    for _ in range(groups):
        start_worker(WORKERS="2")
    cases = [
        (Limit(20, 20, kind, counts_refused, headers=True), Load(80, at_a_time))
        for kind, counts_refused, at_a_time in product(("sliding", "fixed"), (True, False), (1, 4, 64))
    ]
    assert_all_keep_pace(run_limited(api, run_server, cases), cases)


def assert_all_keep_pace(ledgers: Sequence[Ledger], cases: Sequence[tuple[Limit, Load]]) -> None:
    problems = []
    for calls, (limit, load) in zip(ledgers, cases, strict=True):
        try:
            assert_keeps_pace(calls, limit, load)
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems
