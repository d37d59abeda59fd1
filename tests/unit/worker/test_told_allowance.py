"""What an answer says is left counts at once in the process that reads it, and soon for all others."""

import time

import pytest

from experiments.core.choices import RowStatus
from experiments.run_client import Allowance, Left
from experiments.worker.budget import Block
from experiments.worker.dispatch import NetworkSlots
from experiments.worker.lane import Lane
from experiments.worker.lookout import Limits
from experiments.worker.record import Outcome
from tests.unit.worker.lanes import claimed, lane


def left(remaining: int, reset_s: float = 20.0) -> Allowance:
    return Allowance(requests=Left(remaining, reset_s))


def network(permits: int | None, one: Lane) -> NetworkSlots:
    """4 calls at a time."""
    net = NetworkSlots(7, own=False, slots=4, lanes=[one], limits=Limits(calls=4))
    net.take(None if permits is None else Block(permits, 0.0, 0.0), time.monotonic())
    return net


def answer(net: NetworkSlots, one: Lane, said: Allowance) -> None:
    flight = net.begin(one)
    net.in_flight -= one.end(flight, frees=True)
    net.saw(flight, Outcome(flight.row, RowStatus.SUCCEEDED, "succeeded", allowance=said))


def test_where_the_end_is_near_no_call_begins_before_all_know_of_it() -> None:
    one = claimed(lane(), 0)
    net = network(None, one)
    answer(net, one, left(7))
    assert net.free == 0
    assert net.due_in_s(time.monotonic()) == 0


def test_where_it_is_far_all_go_on() -> None:
    one = claimed(lane(), 0)
    net = network(None, one)
    answer(net, one, left(8))
    assert net.free == 4
    assert net.due_in_s(time.monotonic()) is None


def test_of_a_block_no_more_is_used_than_is_left_for_what_is_not_answered_yet() -> None:
    one = claimed(lane(), 0, 1)
    net = network(10, one)
    net.begin(one)
    answer(net, one, left(3))
    assert net.free == 2
    report = net.hand_in(time.monotonic())
    assert (report.unused, report.in_flight) == (8, 1)


@pytest.mark.parametrize("answers", [(5, 4), (4, 5)])
def test_answers_that_overtake_each_other_say_the_same_together(answers: tuple[int, int]) -> None:
    one = claimed(lane(), 0, 1)
    net = network(10, one)
    for remaining in answers:
        answer(net, one, left(remaining))
    said = net.hand_in(time.monotonic()).allowance
    assert said is not None
    assert said.requests is not None
    assert said.requests.remaining == 4


def test_one_about_a_later_reset_counts_alone() -> None:
    one = claimed(lane(), 0, 1)
    net = network(10, one)
    answer(net, one, left(0, reset_s=0.1))
    answer(net, one, left(9, reset_s=20.0))
    said = net.hand_in(time.monotonic()).allowance
    assert said is not None
    assert said.requests is not None
    assert said.requests.remaining == 9


def test_what_is_told_late_is_told_as_it_is_by_then() -> None:
    one = claimed(lane(), 0)
    net = network(10, one)
    answer(net, one, left(0, reset_s=2.5))
    said = net.hand_in(time.monotonic() + 1.0).allowance
    assert said is not None
    assert said.requests is not None
    assert said.requests.reset_s == pytest.approx(1.5, abs=0.1)
    assert net.hand_in(time.monotonic()).allowance is None
