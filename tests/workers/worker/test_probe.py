"""After a hold one call goes first, over all processes; then the others follow at a pace that was learned."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Network, NetworkBudget, Queue
from experiments.worker.budget import PROBE_S, Block, Report
from experiments.worker.holds import Refused, write_hold
from experiments.worker.learned import STALE_S, UNPACED_S
from experiments.worker.record import Refusal
from experiments.worker.shares import adjust
from tests.integration.web.support import batch_of
from tests.workers.worker.support import lane_at, lease

pytestmark = pytest.mark.django_db


class Process:
    """One with a lane at a queue of its own, that could make 64 calls."""

    def __init__(self, network: Network) -> None:
        self.lease_id, self.network = lease(), network
        self.batch: CsvBatch = batch_of("ann", name=f"Of {self.lease_id}", concurrency=64)
        lane_at(self.batch, lease_id=self.lease_id, network_id=network.pk)

    def look(self, **done: Any) -> Block | None:
        return adjust(
            self.lease_id,
            self.network.pk,
            own=False,
            wants=[(self.batch.pk, 0, 64, 64, None)],
            shrink=lambda network, slots: 0,
            report=Report(**done),
        ).block

    def gets(self, **done: Any) -> int:
        block = self.look(**done)
        assert block is not None
        return block.calls


@pytest.fixture
def network() -> Network:
    return Network.objects.create(name="remote", run_url="http://127.0.0.1:9/run", max_concurrency=512)


def refuse(network: Network, *, passed: int = 20, busy_s: float = 1.0, **values: Any) -> None:
    refusal = Refusal("http://host", "HTTP 429 Too Many Requests.", **values)
    write_hold(network.pk, Refused(refusal, age_s=0.01, busy_s=busy_s, passed=passed), own=False)


def pass_time(network: Network, seconds: float) -> None:
    """For all that is known of the network."""
    ago = timedelta(seconds=seconds)
    Network.objects.filter(pk=network.pk).update(held_until=F("held_until") - ago, held_since=F("held_since") - ago)
    times = ("filled_at", "pace_since", "refused_since", "refused_until", "measured_from", "probe_at", "unpaced_until")
    NetworkBudget.objects.update(**{name: F(name) - ago for name in times})


def test_while_it_is_held_nobody_calls_it(network: Network) -> None:
    one = Process(network)
    refuse(network, wait_s=19.0)
    assert one.gets() == 0
    network.refresh_from_db()
    assert network.hold is not None
    assert network.hold.reason == "http://host takes no calls: HTTP 429 Too Many Requests."


def test_after_it_one_of_all_calls_goes_first(network: Network) -> None:
    one, other = Process(network), Process(network)
    refuse(network, wait_s=19.0)
    pass_time(network, 19.1)
    block = one.look()
    assert block is not None
    assert (block.calls, block.is_probe) == (1, True)
    assert other.gets() == 0
    assert one.gets() == 0


def test_when_it_was_taken_the_pace_is_what_went_through_before(network: Network) -> None:
    one, other = Process(network), Process(network)
    refuse(network, wait_s=19.0)
    pass_time(network, 19.1)
    one.gets()
    assert one.gets(probe_passed=True, passed=1) == 0, "nothing has gathered"
    budget = NetworkBudget.objects.get()
    assert budget.pace_top == pytest.approx(1.0, rel=0.05)
    assert (budget.probing, budget.refusals) == (False, 0)
    pass_time(network, 1.3)
    assert one.gets() + other.gets() == 1


def test_one_that_is_not_refused_for_seconds_was_taken(network: Network) -> None:
    one, other = Process(network), Process(network)
    refuse(network, wait_s=19.0)
    pass_time(network, 19.1)
    one.gets()
    pass_time(network, PROBE_S + 0.1)
    other.gets()
    assert not NetworkBudget.objects.get().probing


def test_one_that_was_not_made_after_all_is_another_s(network: Network) -> None:
    one, other = Process(network), Process(network)
    refuse(network, wait_s=19.0)
    pass_time(network, 19.1)
    one.gets()
    one.batch.lanes.update(asks=0)
    adjust(one.lease_id, network.pk, own=False, wants=[], shrink=lambda network, slots: 0, report=Report(unused=1))
    assert other.gets() == 1


def test_a_call_that_began_before_the_hold_makes_it_no_longer(network: Network) -> None:
    refuse(network)
    first = Network.objects.get().held_until
    refuse(network)
    assert Network.objects.get().held_until == first
    assert NetworkBudget.objects.get().refusals == 1


def test_but_one_that_began_after_it_does(network: Network) -> None:
    refuse(network)
    pass_time(network, 1.5)
    refuse(network)
    held_s = (Network.objects.get().held_until - timezone.now()).total_seconds()
    assert 1.5 < held_s < 2.5
    assert NetworkBudget.objects.get().refusals == 2


def test_refusals_of_long_ago_are_no_part_of_the_series(network: Network) -> None:
    refuse(network)
    pass_time(network, 3600)
    running = batch_of("ann", ["queued"])
    Queue.objects.update(network=network)
    refuse(network)
    running.refresh_from_db()
    assert (running.status, NetworkBudget.objects.get().refusals) == ("running", 1)


def test_a_hold_after_which_nobody_came_teaches_nothing(network: Network) -> None:
    one = Process(network)
    refuse(network)
    pass_time(network, STALE_S + 10)
    assert one.gets() == 1
    assert one.look(probe_passed=True, passed=1) is None
    assert NetworkBudget.objects.get().pace_top is None


def test_two_processes_measure_together(network: Network) -> None:
    one, other = Process(network), Process(network)
    refuse(network, wait_s=19.0, passed=12)
    refuse(network, wait_s=19.0, passed=8)
    pass_time(network, 19.1)
    assert one.gets() == 1
    other.gets()
    one.gets(probe_passed=True, passed=1)
    assert NetworkBudget.objects.get().pace_top == pytest.approx(1.0, rel=0.05)


def test_a_limit_that_is_set_counts_as_well(network: Network) -> None:
    Network.objects.update(requests_per_minute=6)
    one = Process(network)
    refuse(network, wait_s=19.0, passed=2000)
    pass_time(network, 19.1)
    one.gets()
    one.gets(probe_passed=True, passed=1)
    pass_time(network, 4)
    assert one.gets() == 0
    pass_time(network, 8)
    assert one.gets() == 1


def refused_and_taken_again(network: Network, one: Process, *, after_s: float, passed: int = 12) -> None:
    """A refusal that asks for a second, some time after the last one, and the call that is taken after it."""
    pass_time(network, after_s)
    refuse(network, passed=passed, busy_s=after_s, wait_s=1.0)
    pass_time(network, 1.1)
    one.look()
    one.look(probe_passed=True, passed=1)


def test_where_being_slower_is_in_vain_no_pace_is_kept_to_for_a_while(network: Network) -> None:
    one = Process(network)
    paces = []
    for _ in range(3):
        refused_and_taken_again(network, one, after_s=2)
        paces.append(NetworkBudget.objects.get().pace_top)
    assert paces[0] is not None
    assert paces[1] is not None
    assert paces[2] is None
    assert one.look() is None, "there is no limit"
    refused_and_taken_again(network, one, after_s=2)
    assert NetworkBudget.objects.get().pace_top is None
    pass_time(network, UNPACED_S)
    refused_and_taken_again(network, one, after_s=2)
    assert NetworkBudget.objects.get().pace_top is not None


def test_where_it_is_not_the_pace_is_kept(network: Network) -> None:
    one = Process(network)
    for _ in range(6):
        refused_and_taken_again(network, one, after_s=30, passed=30)
        assert NetworkBudget.objects.get().pace_top is not None
