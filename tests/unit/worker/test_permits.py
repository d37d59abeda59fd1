"""Permits in a process: each call that begins uses one, and only for as long as they hold."""

import time
from typing import Any

import pytest

from experiments.core.choices import RowError, RowStatus
from experiments.worker.budget import HOLD_S, Block, Report
from experiments.worker.dispatch import NetworkSlots
from experiments.worker.lane import Lane
from experiments.worker.record import Outcome, failure_on_our_side
from tests.unit.worker.lanes import NOW, claimed, lane


def network(permits: int | None, *lanes: Lane, unit: float = 0.0, due_s: float = 0.0) -> NetworkSlots:
    """With 64 slots, and so many permits as of now."""
    one = NetworkSlots(7, own=False, slots=64, lanes=list(lanes))
    one.take(None if permits is None else Block(permits, unit, due_s), time.monotonic())
    return one


@pytest.mark.parametrize(("permits", "free"), [(None, 64), (3, 3), (0, 0), (100, 64)])
def test_as_many_calls_may_begin_as_there_are_permits_and_slots(permits: int | None, free: int) -> None:
    assert network(permits).free == free


def test_each_call_uses_one_and_does_not_give_it_back_when_it_ends() -> None:
    one = claimed(lane(), 0, 1, 2)
    net = network(2, one)
    flight = net.begin(one)
    net.begin(one)
    assert (net.free, net.in_flight) == (0, 2)
    one.end(flight, frees=True)
    net.saw(flight, Outcome(flight.row, RowStatus.QUEUED, RowError.SERVER_ERROR))
    assert net.free == 0


def test_a_call_that_could_not_be_made_gives_it_back() -> None:
    one = claimed(lane(), 0)
    net = network(1, one)
    flight = net.begin(one)
    net.saw(flight, failure_on_our_side(flight.row, RowError.TEMPLATE_ERROR, "No."))
    assert (net.free, net.report) == (1, Report())


def test_what_was_not_used_in_time_is_void() -> None:
    net = network(5)
    net.take(Block(5, 0.0, 0.0), time.monotonic() - HOLD_S)
    assert net.free == 0


def test_what_is_handed_in_is_not_used_any_more() -> None:
    one = claimed(lane(), 0, 1)
    net = network(5, one, unit=20.0)
    flight = net.begin(one)
    report = net.hand_in(time.monotonic())
    assert (report.unused, report.unit, net.free) == (4, 20.0, 0)
    net.take(Block(2, 0.0, 0.0), time.monotonic())
    # A call of the block before that was not made after all: its permit is lost, not one of the new ones.
    net.saw(flight, failure_on_our_side(flight.row, RowError.TEMPLATE_ERROR, "No."))
    assert net.free == 2


def used(report: Report) -> Report:
    """The part of a report that is about permits."""
    return Report(report.unused, report.unit, report.calls, report.tokens, report.expected)


@pytest.mark.parametrize(
    ("status", "tokens", "calls"),
    [(RowStatus.SUCCEEDED, 15, 1), (RowStatus.SUCCEEDED, 0, 1), (RowStatus.FAILED, 15, 1), (RowStatus.QUEUED, 0, 0)],
)
def test_what_it_used_is_reported_once(status: RowStatus, tokens: int, calls: int) -> None:
    one = claimed(lane(), 0)
    net = network(1, one, unit=20.0)
    flight = net.begin(one)
    net.saw(flight, Outcome(flight.row, status, "x", tokens=tokens))
    assert used(net.hand_in(time.monotonic())) == Report(unit=20.0, calls=calls, tokens=tokens, expected=20.0)
    assert used(net.hand_in(time.monotonic())) == Report(unit=20.0)


def test_a_call_from_before_there_was_a_limit_is_reported_too() -> None:
    one = claimed(lane(), 0)
    net = network(None, one)
    flight = net.begin(one)
    net.take(Block(0, 20.0, 0.0), time.monotonic())
    net.saw(flight, Outcome(flight.row, RowStatus.SUCCEEDED, "succeeded", tokens=15))
    assert used(net.hand_in(time.monotonic())) == Report(unit=20.0, calls=1, tokens=15)


# -- when it asks for more


def test_it_asks_while_somebody_waits_and_not_before_some_may_be_there() -> None:
    net = network(0, lane(), due_s=0.5)
    now = time.monotonic()
    assert 0 < (net.due_in_s(now) or 0) <= 0.5
    assert net.due_in_s(now + 0.6) == 0
    assert network(None, lane()).due_in_s(now) is None


def test_it_asks_once_a_second_however_long_it_takes() -> None:
    net = network(0, lane(), due_s=600.0)
    assert net.due_in_s(time.monotonic() + 1.1) == 0


def test_with_nothing_to_call_it_does_not_ask() -> None:
    assert network(0, lane(queued=0)).due_in_s(time.monotonic() + 60) is None
    assert network(0).due_in_s(time.monotonic() + 60) is None


@pytest.mark.parametrize("left", [{"permits": 2}, {"asked": 3}, {"calls": 1}])
def test_unless_there_is_something_to_give_back_or_to_tell(left: dict[str, Any]) -> None:
    net = network(left.get("permits", 0))
    net.asked = left.get("asked", 0)
    net.report.calls = left.get("calls", 0)
    assert net.due_in_s(time.monotonic() + 60) == 0


def test_a_lane_asks_for_what_it_could_begin() -> None:
    assert lane().asks(64, NOW) == 4
    assert lane().asks(3, NOW) == 3, "slots of the network"
    assert lane(queued=2).asks(64, NOW) == 2
    assert lane(status="paused").asks(64, NOW) == 0
    assert lane(probing=True).asks(64, NOW) == 1
    busy = claimed(lane(), 0, 1, 2, 3)
    for _ in range(4):
        busy.begin(NOW)
    assert busy.asks(64, NOW) == 0


def test_queues_take_turns_at_a_network_that_is_limited() -> None:
    first, second = claimed(lane(), 0, 1), claimed(lane(), 2, 3)
    net = network(4, first, second)
    net.begin(first)
    assert net.next_lane(first) is second
    net.take(None, time.monotonic())
    assert net.next_lane(first) is first


def test_lanes_without_permits_leave_the_process_to_others() -> None:
    lanes = [lane(concurrency=64) for _ in range(3)]
    assert network(None, *lanes).reach == 192
    assert network(5, *lanes).reach == 5
    assert network(0, *lanes).reach == 1
