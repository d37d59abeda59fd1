"""A network that is held is not called and delays nobody else; a limit that is lowered is followed at once."""

import time
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from experiments.models import Claim, Network
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

SEEN_S = 1.0


def hold(name: str, seconds: float) -> None:
    Network.objects.filter(name=name).update(held_until=Now() + timedelta(seconds=seconds))


def calls(run_server: RunServer) -> int:
    return int(run_server.stats()["calls"])


def test_no_call_begins_what_was_claimed_ahead_waits_uncounted_and_it_goes_on_by_itself(
    api: Api, run_server: RunServer, worker: Worker
) -> None:
    run_server.script(latency_ms=20)
    batch = api.ready(api.network(run_server), numbered(200), concurrency=2)
    api.run(batch)
    run_server.wait(done=20)
    hold("net", 5)
    held_at = time.time()
    eventually(lambda: not Claim.objects.exists(), what="nobody has a row")
    before = calls(run_server)
    assert max(call["started"] for call in run_server.ledger(bodies=False)) < held_at + SEEN_S
    state = api.batch(batch)
    assert state["status"] == "running"
    assert state["progress"]["calls"] == before
    run_server.wait(done=before + 1)
    assert time.time() >= held_at + 4.5
    assert api.wait(batch)["progress"]["succeeded"] == 200
    assert calls(run_server) == 200


def test_another_network_is_called_meanwhile(api: Api, run_server: RunServer, worker: Worker) -> None:
    api.network(run_server)
    held = api.ready("net", numbered(5))
    hold("net", 600)
    free = api.ready(api.network(run_server, "elsewhere"), numbered(5))
    api.run(held)
    api.run(free)
    assert api.wait(free)["progress"]["succeeded"] == 5
    assert api.batch(held)["progress"]["succeeded"] == 0
    assert Network.objects.filter(name="net", held_until__gt=timezone.now()).exists()


def test_a_limit_that_is_lowered_while_it_runs(api: Api, run_server: RunServer, worker: Worker) -> None:
    run_server.hold("")
    batch = api.ready(api.network(run_server, max_concurrency=8), numbered(30), concurrency=8)
    api.run(batch)
    run_server.wait(held=8)
    Network.objects.update(max_concurrency=3)
    # Told now, it is followed from the next look on: what begins before that keeps its slot until it ends.
    time.sleep(SEEN_S)
    assert Network.objects.get().shares.get().slots == 8, "calls in flight keep their slots"
    run_server.release(hold="")
    eventually(lambda: run_server.stats()["in_flight"] == 3, what="no more than three at a time")
    time.sleep(SEEN_S)
    assert run_server.stats()["in_flight"] == 3
    run_server.release()
    assert api.wait(batch)["progress"]["succeeded"] == 30
