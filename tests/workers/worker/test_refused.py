"""A network that refuses a call is held for all that uses it; what it refused costs nothing and is called again."""

import time
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from experiments.models import Attempt, Network, NetworkBudget
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

Behaviour = dict[str, Any]


def refuses(retry_after: str | None = None, *, status: int = 429, **values: Any) -> Behaviour:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return {"do": "status", "status": status, "headers": headers, **values}


def refused_at_first(match: str, behaviour: Behaviour, times: int = 1) -> dict[str, Any]:
    return {"match": match, "attempts": [behaviour] * times}


def started(run_server: RunServer) -> list[dict[str, Any]]:
    return sorted(run_server.ledger(bodies=False), key=lambda call: call["started"])


def assert_nothing_began_for(run_server: RunServer, seconds: float) -> None:
    """After the first refusal. What was in flight by then had begun before."""
    calls = started(run_server)
    refused_at = next(call["ended"] for call in calls if call["status"] != 200)
    # A call that had a slot at that moment may be on its way.
    later = [call["started"] for call in calls if call["started"] > refused_at + 0.3]
    assert later
    assert min(later) >= refused_at + seconds


@pytest.mark.parametrize("behaviour", [refuses("2"), refuses("2", status=503)], ids=["429", "503"])
def test_all_batches_of_the_network_wait_until_the_told_time(
    api: Api, run_server: RunServer, worker: Worker, behaviour: Behaviour
) -> None:
    run_server.script(latency_ms=50, rules=[refused_at_first("^row 30$", behaviour)])
    network = api.network(run_server)
    batches = [api.ready(network, numbered(60), concurrency=4) for _ in range(2)]
    for batch in batches:
        api.run(batch)
    for batch in batches:
        assert api.wait(batch)["progress"]["succeeded"] == 60
    assert_nothing_began_for(run_server, 2.0)


def test_a_batch_at_another_network_does_not_wait(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(rules=[refused_at_first("^row 0$", refuses("60"))])
    held = api.ready(api.network(run_server), numbered(3))
    api.run(held)
    eventually(lambda: Network.objects.filter(name="net", held_until__isnull=False).exists(), what="it is held")
    run_server.script()
    free = api.ready(api.network(run_server, "elsewhere"), numbered(5))
    api.run(free)
    assert api.wait(free)["progress"]["succeeded"] == 5
    assert api.batch(held)["progress"]["succeeded"] == 0


def test_without_a_told_time_one_call_goes_first_after_a_second_two_four(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(default=refuses())
    batch = api.ready(api.network(run_server), numbered(50), concurrency=8)
    api.run(batch)
    run_server.wait(done=8 + 3, timeout_s=20)
    calls = [call["started"] for call in started(run_server)]
    waits = [later - earlier for earlier, later in pairwise(calls[7:])]
    for wait, least in zip(waits, (1, 2, 4), strict=False):
        assert wait >= least
    run_server.script()
    Network.objects.update(held_until=timezone.now())
    assert api.wait(batch)["progress"]["succeeded"] == 50


def test_what_was_refused_counts_nowhere_but_as_refused(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(rules=[refused_at_first("^row [0-3]$", refuses("0"))])
    batch = api.ready(api.network(run_server), numbered(10), concurrency=4, max_attempts=1, max_calls=10)
    api.run(batch)
    progress = api.wait(batch)["progress"]
    refused = progress["refused_calls"]
    assert (progress["succeeded"], progress["calls"]) == (10, 10)
    assert 1 <= refused <= 4
    assert run_server.stats()["calls"] == 10 + refused
    assert {row["attempts"] for row in api.rows(batch)} == {1}
    assert Attempt.objects.filter(outcome="rate_limited", detail__contains="429").count() == refused


def test_a_server_error_without_a_time_holds_nobody(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(rules=[refused_at_first("^row 1$", {"do": "status", "status": 503})])
    batch = api.ready(api.network(run_server), numbered(5))
    api.run(batch)
    progress = api.wait(batch)["progress"]
    assert (progress["succeeded"], progress["calls"], progress["refused_calls"]) == (5, 6, 0)
    assert not NetworkBudget.objects.exists()


QUOTA = {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota, please check your plan."}}


@pytest.mark.parametrize(
    ("status", "body"),
    [(429, QUOTA), (402, {"error": {"message": "Insufficient credits"}}), (400, QUOTA)],
    ids=["429", "402", "400"],
)
def test_a_quota_that_is_used_up_pauses_all_batches_at_once_in_the_provider_s_words(
    api: Api, run_server: RunServer, worker: Worker, status: int, body: dict[str, Any]
) -> None:
    run_server.script(latency_ms=30, rules=[{"match": "^row 20$", "attempts": [refuses(status=status, json=body)]}])
    network = api.network(run_server)
    batches = [api.ready(network, numbered(100)) for _ in range(2)]
    for batch in batches:
        api.run(batch)
    for batch in batches:
        reason = api.wait(batch)["pause_reason"]
        assert (reason["code"], reason["until"]) == ("quota", None)
        assert body["error"]["message"].split(",")[0] in reason["detail"]
        assert "127.0.0.1" in reason["detail"]
        assert "then resume" in reason["detail"]
    run_server.script()
    for batch in batches:
        api.post(f"/csv_batches/{batch}/resume", want=202)
    for batch in batches:
        progress = api.wait(batch)["progress"]
        assert (progress["succeeded"], progress["failed"]) == (100, 0)


def test_a_wait_of_more_than_two_minutes_pauses_and_says_until_when(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(rules=[refused_at_first("^row 2$", refuses("600", json={"detail": "Come back later."}))])
    batch = api.ready(api.network(run_server), numbered(5))
    asked_at = timezone.now()
    api.run(batch)
    reason = api.wait(batch)["pause_reason"]
    assert reason["code"] == "rate_limited"
    assert "Come back later." in reason["detail"]
    wait_s = (datetime.fromisoformat(reason["until"]) - asked_at).total_seconds()
    assert 600 <= wait_s <= 630


def test_nothing_but_refusals_for_two_minutes_pauses(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(default=refuses())
    batch = api.ready(api.network(run_server), numbered(5))
    api.run(batch)
    eventually(lambda: NetworkBudget.objects.filter(refusals__gte=1).exists(), what="it is held")
    ago = timezone.now() - timedelta(seconds=121)
    NetworkBudget.objects.update(refused_since=ago)
    reason = api.wait(batch, timeout_s=30)["pause_reason"]
    assert reason["code"] == "rate_limited"
    wait_s = (datetime.fromisoformat(reason["until"]) - timezone.now()).total_seconds()
    assert 60 <= wait_s <= 180


def test_what_headers_say_is_left_is_kept_to_and_nothing_is_refused(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    limiter = {"calls": 10, "window_s": 3, "kind": "fixed", "headers": True}
    run_server.script(latency_ms=20, limiter=limiter)
    batch = api.ready(api.network(run_server), numbered(30), concurrency=4)
    api.run(batch)
    progress = api.wait(batch)["progress"]
    assert (progress["succeeded"], progress["refused_calls"]) == (30, 0)


def test_headers_that_are_far_from_the_end_cost_nothing(api: Api, run_server: RunServer, worker: Worker) -> None:
    headers = {"x-ratelimit-remaining-requests": "90000", "x-ratelimit-reset-requests": "1s"}
    run_server.script(default={"do": "ok", "headers": headers})
    batch = api.ready(api.network(run_server), numbered(50), concurrency=4)
    api.run(batch)
    assert api.wait(batch)["progress"]["succeeded"] == 50
    assert not NetworkBudget.objects.exists()


def test_whoever_knows_better_ends_the_hold(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.script(rules=[refused_at_first("^row 0$", refuses("100"))])
    batch = api.ready(api.network(run_server), numbered(3))
    api.run(batch)

    def hold() -> Any:
        return api.get("/networks")["results"][0]["hold"]

    eventually(hold, what="it is held")
    assert "429" in hold()["reason"]
    assert datetime.fromisoformat(hold()["until"]).timestamp() > time.time() + 60
    network = api.get("/networks")["results"][0]["id"]
    api.post(f"/networks/{network}/end-hold", want=202)
    assert api.wait(batch)["progress"]["succeeded"] == 3
    assert hold() is None
