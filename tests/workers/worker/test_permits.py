"""Permits of a network that is limited a minute, in the tables: nobody has more than there is, whoever looks when."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from csv_batches.models import CsvBatch
from experiments.models import Lane, Network, NetworkBudget, NetworkShare
from experiments.worker import budget
from experiments.worker.budget import Block, Report
from experiments.worker.leases import forget
from experiments.worker.shares import adjust
from tests.integration.web.support import batch_of
from tests.workers.worker.support import lane_at, lease

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands still but for `pass_time`: it is that of the test's transaction."""
    for name in ("_READ", "_WRITE", "_OPEN"):
        monkeypatch.setattr(budget, name, getattr(budget, name).replace("clock_timestamp()", "now()"))


@pytest.fixture
def network() -> Network:
    """600 a minute: eleven calls at once, and 9.67 more a second."""
    return Network.objects.create(
        name="remote", run_url="http://127.0.0.1:9/run", max_concurrency=512, requests_per_minute=600
    )


class Process:
    """One with a lane at a queue of its own."""

    def __init__(self, network: Network, *, own: bool = False) -> None:
        self.lease_id, self.network, self.own = lease(), network, own
        self.batch = batch_of("ann", name=f"Of {self.lease_id}", concurrency=64)
        lane_at(self.batch, lease_id=self.lease_id, network_id=network.pk)

    def look(self, asks: int, *, ago_s: float | None = None, **done: Any) -> Block | None:
        """It could begin so many calls; `done` is reported."""
        return adjust(
            self.lease_id,
            self.network.pk,
            own=self.own,
            wants=[(self.batch.pk, 0, 64, asks, ago_s)],
            shrink=lambda network, slots: 0,
            report=Report(**done),
        ).block

    def gets(self, asks: int, **done: Any) -> int:
        block = self.look(asks, **done)
        assert block is not None
        return block.calls


def pass_time(seconds: float) -> None:
    """For the buckets, and for what is held."""
    ago = timedelta(seconds=seconds)
    NetworkBudget.objects.update(filled_at=F("filled_at") - ago)
    NetworkShare.objects.update(permits_until=F("permits_until") - ago)


def set_limits(**limits: int | None) -> None:
    Network.objects.update(**limits)


def test_where_there_is_no_limit_there_are_no_permits_and_nothing_is_written(network: Network) -> None:
    set_limits(requests_per_minute=None)
    assert Process(network).look(100) is None
    assert not NetworkBudget.objects.exists()


def test_a_process_gets_what_it_asks_for_up_to_what_there_is(network: Network) -> None:
    one = Process(network)
    assert one.gets(4) == 4
    assert one.gets(100) == 7
    assert one.gets(100) == 0


def test_what_it_has_not_used_is_given_back(network: Network) -> None:
    one, other = Process(network), Process(network)
    assert one.gets(100) == 11
    assert other.gets(100) == 0
    assert one.gets(0, unused=9) == 0
    assert other.gets(100) == 9


def test_it_fills_with_time_and_never_above_what_may_be_used_at_once(network: Network) -> None:
    one = Process(network)
    one.gets(100)
    pass_time(0.5)
    assert one.gets(100) == 4
    pass_time(600)
    assert one.gets(100) == 11


def test_what_a_process_holds_is_not_filled_again_for_others(network: Network) -> None:
    one, other = Process(network), Process(network)
    one.gets(6)
    pass_time(0.9)
    Lane.objects.update(asks=0)
    assert other.gets(100) == 5, "of eleven"
    assert one.gets(100, unused=6) == 3, "its even part of what it gave back"


def test_what_a_dead_process_held_is_lost_and_comes_back_to_nobody(network: Network) -> None:
    dead, other = Process(network), Process(network)
    dead.gets(100)
    assert other.gets(100) == 0
    forget(dead.lease_id)
    assert other.gets(100) == 0
    pass_time(0.25)
    assert other.gets(100) == 2, "only what time brings"


def test_one_that_never_looks_again_keeps_others_waiting_for_a_second_at_most(network: Network) -> None:
    gone, other = Process(network), Process(network)
    gone.gets(100)
    Lane.objects.update(asks=0)
    pass_time(0.9)
    assert other.gets(5) == 0, "it might still use them"
    pass_time(0.6)
    assert other.gets(5) == 5
    assert gone.gets(0, unused=11) == 0
    assert other.gets(100) == 0, "what was held for too long is not given back either"


def test_a_block_whose_answer_was_lost_is_not_given_back_twice(network: Network) -> None:
    one = Process(network)
    one.gets(4)
    one.gets(2, unused=4)
    assert one.gets(100, unused=4) == 11, "it was told of neither, and gives back the same once more"


def test_what_was_rolled_back_was_not_taken(network: Network) -> None:
    one = Process(network)
    one.gets(0)
    with transaction.atomic():
        one.gets(100)
        transaction.set_rollback(True)
    assert one.gets(100) == 11


def test_two_that_ask_get_even_parts(network: Network) -> None:
    first, second = Process(network), Process(network)
    first.gets(100)
    second.gets(100)
    had = [0, 0]
    for _ in range(20):
        for at, one in enumerate((first, second)):
            pass_time(0.2)
            had[at] += one.gets(100)
    assert min(had) > 30
    assert 70 < sum(had) < 80


def test_the_last_one_goes_to_whose_queue_has_waited_longest(network: Network) -> None:
    set_limits(requests_per_minute=1)
    first, second = Process(network), Process(network)
    first.gets(0)
    second.gets(0)
    block = first.look(1, ago_s=1.0)
    assert block is not None
    assert (block.calls, second.gets(1, ago_s=30.0)) == (1, 0)
    pass_time(70)
    assert first.gets(1, ago_s=1.0) == 0
    assert second.gets(1, ago_s=30.0) == 1


def test_it_is_told_when_the_next_is_due(network: Network) -> None:
    set_limits(requests_per_minute=6)
    block = Process(network).look(100)
    assert block is not None
    assert block.calls == 1
    assert 9 < block.due_s < 11


def test_a_limit_that_is_changed_is_followed_at_the_next_look(network: Network) -> None:
    one = Process(network)
    one.gets(1)
    set_limits(requests_per_minute=60)
    assert one.gets(100) == 2
    set_limits(requests_per_minute=6000)
    pass_time(60)
    assert one.gets(64) == 64
    set_limits(requests_per_minute=None)
    assert one.look(100) is None


def test_networks_of_the_site_have_budgets_of_their_own(network: Network) -> None:
    set_limits(run_url="")
    other = Network.objects.create(name="other")
    assert Process(network, own=True).gets(100) == 11
    assert Process(other, own=True).look(100) is None


def test_a_budget_goes_with_its_network(network: Network) -> None:
    Process(network).gets(1)
    CsvBatch.objects.all().delete()
    network.delete()
    assert not NetworkBudget.objects.exists()


# -- tokens


@pytest.fixture
def by_tokens(network: Network) -> Process:
    """6000 tokens a minute: a hundred and one call's at once, and about 97 a second."""
    set_limits(requests_per_minute=None, tokens_per_minute=6000)
    return Process(network)


def test_before_anything_is_known_one_call_goes_alone(by_tokens: Process) -> None:
    assert by_tokens.gets(100) == 1
    assert by_tokens.gets(100) == 0


def test_what_it_has_used_tells_what_others_will(by_tokens: Process) -> None:
    block = by_tokens.look(100)
    assert block is not None
    assert by_tokens.gets(100, calls=1, tokens=20, expected=block.unit) == 6
    assert by_tokens.gets(100) == 0
    pass_time(0.5)
    assert by_tokens.gets(100) == 2


def test_one_that_ended_without_a_word_on_tokens_tells_nothing(by_tokens: Process) -> None:
    block = by_tokens.look(100)
    assert block is not None
    assert by_tokens.gets(100, tokens=0, expected=block.unit) == 1


def test_more_than_was_expected_is_a_debt(by_tokens: Process) -> None:
    by_tokens.gets(100)
    assert by_tokens.gets(3, calls=1, tokens=20, expected=6000.0) == 3
    block = by_tokens.look(100, calls=3, tokens=3_000, expected=60.0)
    assert block is not None
    assert block.calls == 0
    assert block.due_s > 20
    pass_time(10)
    assert by_tokens.gets(100) == 0
    pass_time(60)
    assert by_tokens.gets(100) == 1


def test_unused_permits_bring_their_tokens_back(by_tokens: Process) -> None:
    by_tokens.gets(100)
    block = by_tokens.look(100, calls=1, tokens=20, expected=6000.0)
    assert block is not None
    assert by_tokens.gets(100, unused=block.calls, unit=block.unit) == block.calls


def test_both_limits_are_kept(by_tokens: Process) -> None:
    set_limits(requests_per_minute=120)
    by_tokens.gets(100)
    assert by_tokens.gets(100, calls=1, tokens=20, expected=6000.0) == 2, "three requests at once, and one was made"
    pass_time(600)
    set_limits(requests_per_minute=6000)
    assert by_tokens.gets(100) == 6
