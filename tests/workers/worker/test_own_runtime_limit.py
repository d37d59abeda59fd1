"""All networks that this site answers itself share what its web server can spare for them."""

import time
from collections.abc import Callable

from django.conf import settings

from experiments.models import Network
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import Worker, eventually

OF_ALL = settings.WEB_THREADS - 8


def stays(run_server: RunServer, in_flight: int) -> None:
    """So many calls are in flight, and a second later not one more."""
    eventually(lambda: run_server.stats()["in_flight"] >= in_flight, what=f"{in_flight} calls")
    a_second_later = time.monotonic() + 1
    eventually(lambda: time.monotonic() > a_second_later, what="more calls have had time to come")
    assert run_server.stats()["in_flight"] == in_flight


def test_two_networks_of_the_site_share_one_limit_and_a_remote_has_its_own(
    api: Api, run_server: RunServer, start_worker: Callable[..., Worker]
) -> None:
    run_server.hold("")
    own = [api.network(None, name, max_concurrency=OF_ALL, timeout_s=120) for name in ("one", "two")]
    assert not Network.objects.exclude(run_url="").exists(), "the site's own"
    batches = [api.ready(network, numbered(60), concurrency=OF_ALL) for network in own]
    remote = api.ready(api.network(run_server, "remote", timeout_s=120), numbered(60), concurrency=OF_ALL)
    # The site's address leads to the server that counts the calls.
    start_worker(SITE_URL=run_server.base)
    for batch in batches:
        api.run(batch)
    stays(run_server, OF_ALL)
    api.run(remote)
    stays(run_server, 2 * OF_ALL)
    run_server.script(latency_ms=20)
    run_server.release()
    for batch in (*batches, remote):
        assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == 60
    assert run_server.stats()["max_in_flight"] <= 2 * OF_ALL
    assert run_server.stats()["calls"] == 3 * 60


def test_the_second_of_them_gets_its_share_as_slots_come_free(
    api: Api, run_server: RunServer, start_worker: Callable[..., Worker]
) -> None:
    run_server.script(latency_ms=100)
    rows = {"one": 1_000, "two": 100}
    own = {name: api.network(None, name, max_concurrency=OF_ALL, timeout_s=120) for name in rows}
    first, second = (api.ready(own[name], numbered(count), concurrency=OF_ALL) for name, count in rows.items())
    start_worker(SITE_URL=run_server.base)
    api.run(first)
    run_server.wait(done=OF_ALL)
    api.run(second)
    eventually(lambda: api.batch(second)["progress"]["succeeded"] >= 20, timeout_s=20, what="the second has its turn")
    assert api.batch(first)["status"] == "running", "and not only after the first has ended"
    for batch, count in ((first, 1_000), (second, 100)):
        assert api.wait(batch, until=["completed"])["progress"]["succeeded"] == count
    assert run_server.stats()["max_in_flight"] <= OF_ALL
