"""Shares of a network in the tables: together they keep to its limit at every step, whoever adjusts his own when."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from csv_batches.models import CsvBatch
from experiments.models import Lane, Network, NetworkShare
from experiments.worker.lookout import view_networks
from experiments.worker.shares import Granted, adjust, own_runtime_limit
from tests.integration.web.support import batch_of
from tests.workers.worker.support import lane_at, lease

pytestmark = pytest.mark.django_db

LIMIT = 16


@pytest.fixture
def network() -> Network:
    return Network.objects.create(name="remote", run_url="http://127.0.0.1:9/run", max_concurrency=LIMIT)


class Process:
    """One with a lane at a queue of its own. `in_flight`: calls that it cannot take back."""

    def __init__(self, network: Network, *, own: bool = False) -> None:
        self.lease_id = lease()
        self.network = network
        self.own = own
        self.batch = self.queue_at(network)
        self.in_flight: dict[int, int] = {}
        self.shrunk: list[tuple[int, int]] = []

    def queue_at(self, network: Network) -> CsvBatch:
        batch = batch_of("ann", name=f"Of {self.lease_id}", concurrency=64)
        lane_at(batch, lease_id=self.lease_id, network_id=network.pk)
        return batch

    def wants(self, count: int, *, batch: CsvBatch | None = None, ago_s: float | None = None) -> Granted:
        wants = [((batch or self.batch).pk, 0, count, 0, ago_s)]
        return adjust(self.lease_id, self.network.pk, own=self.own, wants=wants, shrink=self._shrink)

    def _shrink(self, network_id: int, slots: int) -> int:
        self.shrunk.append((network_id, slots))
        return self.in_flight.get(network_id, 0)

    def slots(self, network: Network | None = None) -> int:
        shares = NetworkShare.objects.filter(lease_id=self.lease_id, network=network or self.network)
        return sum(shares.values_list("slots", flat=True))


def in_all(network: Network) -> int:
    return sum(NetworkShare.objects.filter(network=network).values_list("slots", flat=True))


def test_a_process_alone_gets_what_it_wants_up_to_the_limit(network: Network) -> None:
    one = Process(network)
    granted = one.wants(5)
    assert (granted.slots, granted.tight, one.slots()) == ({network.pk: 5}, False, 5)
    granted = one.wants(100)
    assert (granted.slots, granted.tight, one.slots()) == ({network.pk: LIMIT}, True, LIMIT)
    assert one.shrunk == []


def test_what_is_told_is_written_down_for_the_others(network: Network) -> None:
    one = Process(network)
    one.wants(5)
    told = Lane.objects.get(lease_id=one.lease_id)
    assert (told.wants, told.served_at) == (5, None)
    one.wants(6, ago_s=60.0)
    served = Lane.objects.get(lease_id=one.lease_id).served_at
    assert served is not None
    assert timedelta(seconds=50) < timezone.now() - served < timedelta(seconds=90)
    one.wants(6)
    assert Lane.objects.get(lease_id=one.lease_id).served_at == served, "it has sent nothing since"


def test_a_second_process_gets_only_what_the_first_has_given_up(network: Network) -> None:
    first, second = Process(network), Process(network)
    first.wants(100)
    assert second.wants(100).slots == {network.pk: 0}
    assert (first.slots(), second.slots()) == (LIMIT, 0)
    # The first has calls in flight that it does not take back, and then fewer.
    first.in_flight = {network.pk: 13}
    assert first.wants(100).slots == {network.pk: 13}
    assert first.shrunk == [(network.pk, 8)]
    assert second.wants(100).slots == {network.pk: 3}
    first.in_flight = {network.pk: 2}
    assert first.wants(100).slots == {network.pk: 8}, "its even share, though fewer are in flight"
    assert second.wants(100).slots == {network.pk: 8}
    assert in_all(network) == LIMIT


def test_at_no_step_is_more_given_than_there_is(network: Network) -> None:
    processes = [Process(network) for _ in range(3)]
    for at, count in enumerate((100, 3, 40, 0, 100, 16, 1, 100, 0, 5, 100, 100, 7, 0, 0, 100)):
        one = processes[at % 3]
        one.in_flight = {network.pk: one.slots() * (at % 4) // 3}
        granted = one.wants(count)
        assert granted.slots.get(network.pk, 0) == one.slots()
        assert in_all(network) <= LIMIT
    for _ in range(2):
        for one in processes:
            one.in_flight = {}
            one.wants(100)
    assert sorted(one.slots() for one in processes) == [5, 5, 6]


def test_a_process_that_wants_nothing_any_more_leaves_all_that_is_not_in_flight(network: Network) -> None:
    one = Process(network)
    one.wants(10)
    one.in_flight = {network.pk: 4}
    assert one.wants(0).slots == {network.pk: 4}
    one.in_flight = {}
    assert one.wants(0).slots == {network.pk: 0}
    assert in_all(network) == 0


def test_a_limit_that_was_lowered_is_kept_as_calls_end(network: Network) -> None:
    one = Process(network)
    one.wants(100)
    Network.objects.filter(pk=network.pk).update(max_concurrency=4)
    one.in_flight = {network.pk: 9}
    assert one.wants(100).slots == {network.pk: 9}
    one.in_flight = {network.pk: 1}
    assert one.wants(100).slots == {network.pk: 4}


@pytest.mark.parametrize(("seconds", "slots"), [(60, 0), (-1, LIMIT)])
def test_a_network_that_is_held_gives_nothing_until_that_is_over(network: Network, seconds: int, slots: int) -> None:
    one = Process(network)
    one.wants(3)
    Network.objects.filter(pk=network.pk).update(held_until=timezone.now() + timedelta(seconds=seconds))
    assert one.wants(100).slots == {network.pk: slots}
    assert one.slots() == slots


def test_a_network_that_was_deleted_gives_nothing(network: Network) -> None:
    one = Process(network)
    network_id = network.pk
    Lane.objects.all().delete()
    Network.objects.filter(pk=network_id).delete()
    assert one.wants(5).slots == {}


def test_a_slot_goes_to_the_queue_that_has_waited_longest(network: Network) -> None:
    Network.objects.filter(pk=network.pk).update(max_concurrency=1)
    first, second = Process(network), Process(network)
    first.wants(1)
    assert (first.slots(), second.wants(1).slots.get(network.pk, 0)) == (1, 0)
    first.wants(1, ago_s=0.5)
    assert (first.slots(), second.wants(1).slots) == (0, {network.pk: 1}), "the second was never served"
    second.wants(1, ago_s=0.1)
    assert (second.slots(), first.wants(1, ago_s=2.0).slots) == (0, {network.pk: 1})


def test_lanes_of_one_process_are_told_together(network: Network) -> None:
    one = Process(network)
    other = one.queue_at(network)
    wants = [(one.batch.pk, 0, 2, 0, None), (other.pk, 0, 3, 0, None)]
    granted = adjust(one.lease_id, network.pk, own=False, wants=wants, shrink=lambda network, slots: 0)
    assert granted.slots == {network.pk: 5}
    without: list[tuple[UUID, int, int, int, float | None]] = []
    granted = adjust(one.lease_id, network.pk, own=False, wants=without, shrink=lambda network, slots: 0)
    assert granted.slots == {network.pk: 5}, "what was told before holds until the lanes are left"


def test_a_process_that_has_cut_its_share_and_could_not_write_that_down_is_told_what_it_has(network: Network) -> None:
    one, other = Process(network), Process(network)
    one.wants(100)
    other.wants(100)
    with transaction.atomic():
        one.wants(100)
        transaction.set_rollback(True)
    assert one.shrunk == [(network.pk, 8)]
    other.wants(0)
    assert one.wants(100).slots == {network.pk: LIMIT}


# -- our own runtime


@pytest.fixture
def own(settings: Any) -> list[Network]:
    """Two networks that this site answers, with ten calls at a time for both, and one of eight."""
    settings.WEB_THREADS = 18
    Network.objects.all().delete()
    return [Network.objects.create(name=name, max_concurrency=8) for name in ("one", "two")]


def test_networks_of_the_site_are_limited_together(own: list[Network]) -> None:
    first, second = (Process(network, own=True) for network in own)
    granted = first.wants(100)
    assert (granted.slots, granted.tight) == ({own[0].pk: 8}, True)
    assert second.wants(100).slots == {own[1].pk: 2}
    first.in_flight = {own[0].pk: 0}
    assert first.wants(100).slots == {own[0].pk: 5}
    assert second.wants(100).slots == {own[1].pk: 5}
    assert in_all(own[0]) + in_all(own[1]) == 10


def test_a_process_that_serves_both_gives_up_at_one_what_it_takes_at_the_other(own: list[Network]) -> None:
    one = Process(own[0], own=True)
    one.wants(100)
    assert one.slots() == 8
    other = one.queue_at(own[1])
    granted = one.wants(100, batch=other)
    assert granted.slots == {own[0].pk: 5, own[1].pk: 5}
    one.in_flight = {own[0].pk: 5, own[1].pk: 4}
    granted = one.wants(1, batch=other)
    assert granted.slots == {own[0].pk: 6, own[1].pk: 4}, "four are still in flight there"


def test_a_remote_has_nothing_to_do_with_it(own: list[Network], network: Network) -> None:
    Process(own[0], own=True).wants(100)
    Process(own[1], own=True).wants(100)
    assert Process(network).wants(100).slots == {network.pk: LIMIT}
    assert in_all(own[0]) + in_all(own[1]) == 10


def test_one_of_them_that_is_held_leaves_all_to_the_other(own: list[Network]) -> None:
    first, second = (Process(network, own=True) for network in own)
    first.wants(100)
    Network.objects.filter(pk=own[0].pk).update(held_until=timezone.now() + timedelta(minutes=1))
    assert first.wants(100).slots == {own[0].pk: 0}
    assert second.wants(100).slots == {own[1].pk: 8}


# -- who has all that he wants


def crowded(network: Network) -> bool:
    return view_networks([network.pk])[network.pk].crowded


def test_sees_at_a_look_that_another_has_come_for_whom_too_little_is_left(network: Network) -> None:
    Process(network).wants(LIMIT)
    assert not crowded(network)
    Process(network).wants(1)
    assert crowded(network)


def test_of_all_networks_of_our_own_runtime(own: list[Network]) -> None:
    Process(own[0], own=True).wants(8)
    assert not crowded(own[0])
    Process(own[1], own=True).wants(own_runtime_limit() - 8)
    assert not crowded(own[0])
    Process(own[1], own=True).wants(1)
    assert crowded(own[0])
