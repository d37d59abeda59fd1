"""A network's limits a minute are kept at every moment, whoever calls it, and cost no other network anything."""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from experiments.models import Claim, Lane, Network, NetworkBudget, NetworkShare
from experiments.worker.budget import BURST_S, FILLS, HOLD_S
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

ROWS = 150
CALL_MS = 20
TOKENS = 15
"""What a call of the scripted server uses."""
LATE_S = 0.5
"""So much later than it began a call may come to the server, on a machine that does other things too."""


def most_within(seconds: float, a_minute: float) -> float:
    return 1 + a_minute * BURST_S / 60 + a_minute * FILLS * (seconds + HOLD_S + LATE_S)


def limited(api: Api, run_server: RunServer, *, batches: int = 1, concurrency: int = 8, **limits: int) -> list[str]:
    """Batches of a network with such limits."""
    run_server.script(latency_ms=CALL_MS)
    network = api.network(run_server)
    Network.objects.filter(name=network).update(**limits)
    return [api.ready(network, numbered(ROWS), concurrency=concurrency) for _ in range(batches)]


def assert_kept(run_server: RunServer, a_minute: float, *, after: int = 0) -> None:
    """From each call to each later one; `after` so many."""
    times = sorted(call["started"] for call in run_server.ledger(bodies=False))[after:]
    for first, began in enumerate(times):
        for last in range(first, len(times)):
            assert last - first + 1 <= most_within(times[last] - began, a_minute), (times[last] - began, a_minute)


def stop(api: Api, *batches: str) -> None:
    for batch in batches:
        api.post(f"/csv_batches/{batch}/cancel", want=202)


@pytest.mark.parametrize(("a_minute", "calls"), [(120, 9), (1200, 60)])
def test_at_no_moment_have_more_calls_begun_than_that(
    api: Api, run_server: RunServer, worker: Worker, a_minute: int, calls: int
) -> None:
    (batch,) = limited(api, run_server, requests_per_minute=a_minute)
    api.run(batch)
    run_server.wait(done=calls)
    stop(api, batch)
    assert_kept(run_server, a_minute)


def parts(run_server: RunServer, after: int, calls: int) -> Counter[str]:
    """How many of so many calls each batch has got."""
    later = sorted(run_server.ledger(), key=lambda call: call["started"])[after : after + calls]
    return Counter(call["body"]["experiment_id"] for call in later)


def test_two_processes_keep_to_it_together_and_two_batches_get_even_parts(
    api: Api, run_server: RunServer, start_worker: Callable[..., Worker]
) -> None:
    batches = limited(api, run_server, batches=2)
    run_server.hold("")
    start_worker(WORKERS="2", WORKER_WIDTH="8")
    for batch in batches:
        api.run(batch)
    run_server.wait(held=16)
    assert Lane.objects.values("lease_id").distinct().count() == 2
    Network.objects.update(requests_per_minute=600)
    eventually(lambda: NetworkBudget.objects.exists(), what="the limit is seen")
    eventually(lambda: NetworkShare.objects.filter(permits_until__isnull=False).count() == 2, what="by both")
    run_server.release()
    # What may be used at once goes to who comes first.
    run_server.wait(done=16 + 12 + 24)
    stop(api, *batches)
    assert_kept(run_server, 600, after=16)
    had = parts(run_server, 16 + 12, 24)
    assert min(had.values()) >= 7, had


def test_two_batches_in_one_process_get_even_parts(api: Api, run_server: RunServer, worker: Worker) -> None:
    batches = limited(api, run_server, batches=2, requests_per_minute=300, max_concurrency=64)
    api.patch(f"/csv_batches/{batches[1]}", {"concurrency": 1})
    for batch in batches:
        api.run(batch)
    eventually(lambda: Lane.objects.count() == 2, what="both have a lane")
    before = int(run_server.stats()["calls"])
    run_server.wait(done=before + 14)
    stop(api, *batches)
    assert_kept(run_server, 300)
    had = parts(run_server, before, 14)
    assert min(had.values()) >= 5, had


def test_what_is_tried_again_counts_each_time(api: Api, run_server: RunServer, worker: Worker) -> None:
    refused = {
        "match": "[02468]$",
        "attempts": [{"do": "status", "status": 429, "headers": {"Retry-After": "0"}}, "ok"],
    }
    (batch,) = limited(api, run_server, requests_per_minute=600)
    run_server.script(latency_ms=CALL_MS, rules=[refused])
    api.run(batch)
    run_server.wait(done=25)
    stop(api, batch)
    assert_kept(run_server, 600)


def test_calls_slow_down_to_the_limit_of_tokens(api: Api, run_server: RunServer, worker: Worker) -> None:
    calls_a_minute = 300
    (batch,) = limited(api, run_server, tokens_per_minute=calls_a_minute * TOKENS)
    api.run(batch)
    run_server.wait(done=16)
    stop(api, batch)
    assert_kept(run_server, calls_a_minute)
    first, second = sorted(run_server.ledger(bodies=False), key=lambda call: call["started"])[:2]
    assert second["started"] >= first["ended"], "before it is known what a call uses, one goes alone"
    assert NetworkBudget.objects.get().tokens_per_call == TOKENS


def test_a_network_with_a_used_up_minute_delays_no_batch_at_another(
    api: Api, run_server: RunServer, start_worker: Callable[..., Worker]
) -> None:
    waiting = limited(api, run_server, batches=10, concurrency=64, requests_per_minute=1)
    free = api.ready(api.network(run_server, "elsewhere"), numbered(50), concurrency=8)
    start_worker(WORKERS="1")
    for batch in waiting:
        api.run(batch)
    run_server.wait(done=1)
    eventually(lambda: Lane.objects.count() == 10, what="all that wait have lanes, wider than the process")
    api.run(free)
    assert api.wait(free, timeout_s=20)["progress"]["succeeded"] == 50
    assert run_server.stats()["calls"] == 51
    stop(api, *waiting)


def test_rows_that_wait_for_it_are_few_and_given_back_at_a_pause(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    (batch,) = limited(api, run_server, requests_per_minute=1)
    api.run(batch)
    run_server.wait(done=1)
    eventually(lambda: Claim.objects.exists(), what="rows claimed ahead")
    assert Claim.objects.count() <= 16
    api.post(f"/csv_batches/{batch}/pause", want=202)
    eventually(lambda: not Claim.objects.exists(), what="nobody has a row")
    progress = api.batch(batch)["progress"]
    assert (progress["calls"], progress["succeeded"], progress["queued"]) == (1, 1, ROWS - 1)


def test_a_limit_that_is_removed_while_it_runs_is_gone(api: Api, run_server: RunServer, worker: Worker) -> None:
    (batch,) = limited(api, run_server, requests_per_minute=1)
    api.run(batch)
    run_server.wait(done=1)
    Network.objects.update(requests_per_minute=None)
    assert api.wait(batch, timeout_s=30)["progress"]["succeeded"] == ROWS


def test_one_that_is_set_while_it_runs_is_followed(api: Api, run_server: RunServer, worker: Worker) -> None:
    (batch,) = limited(api, run_server)
    run_server.script(latency_ms=200)
    api.run(batch)
    run_server.wait(done=8)
    Network.objects.update(requests_per_minute=1)
    seen_at = time.time() + 1
    eventually(lambda: time.time() > seen_at + 1.5, what="calls have had time to come")
    late = [call for call in run_server.ledger(bodies=False) if call["started"] > seen_at]
    assert len(late) <= 1
    stop(api, batch)
