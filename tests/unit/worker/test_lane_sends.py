"""When a lane may send its next row."""

import pytest
from django.conf import settings

from experiments.core.choices import QueueStatus
from experiments.run_client.retry_policy import SERVER
from experiments.worker.lane import BEHIND
from experiments.worker.lookout import APART
from tests.unit.worker.lanes import BEFORE, NOW, answered, claimed, lane, recorded


def test_a_row_that_was_claimed_may_be_sent_while_there_is_a_slot() -> None:
    one = lane(concurrency=2)
    assert not one.can_send(), "nothing is claimed"
    claimed(one, 0, 1, 2)
    assert [one.can_send() and one.begin(NOW).row.id for _ in range(3)] == [0, 1, False]


@pytest.mark.parametrize("status", [QueueStatus.PAUSED, QueueStatus.CANCELLED, QueueStatus.COMPLETED])
def test_none_is_sent_of_a_queue_that_was_stopped(status: QueueStatus) -> None:
    assert not claimed(lane(status=status), 0).can_send()


def test_none_is_sent_by_a_lane_that_is_left() -> None:
    one = claimed(lane(), 0)
    one.leaving = True
    assert not one.can_send()


# -- while one row goes first


def test_after_a_pause_by_the_system_one_row_goes_first() -> None:
    one = claimed(lane(probing=True), 0, 1)
    assert one.can_send()
    flight = one.begin(NOW)
    assert not one.can_send()
    answered(one, flight)
    assert not one.can_send(), "what it says is not recorded yet"


@pytest.mark.parametrize(("number", "may"), [(0, True), (1, False), (2, False)])
def test_the_first_lane_sends_it(number: int, may: bool) -> None:
    one = claimed(lane(number, concurrency=3 * settings.LANE_WIDTH, probing=True), 0)
    assert one.can_send() is may
    assert lane(number, concurrency=3 * settings.LANE_WIDTH, probing=True).want(10, NOW) == int(may)


def test_calls_from_before_the_pause_are_not_it() -> None:
    one = claimed(lane(concurrency=4, probing=True), 0, 1, running_since=BEFORE)
    one.begin(NOW)
    one.begin(NOW)
    assert one.want(10, NOW) == 1
    claimed(one, 2, 3)
    assert one.can_send()
    one.begin(NOW)
    assert not one.can_send()
    assert one.want(10, NOW) == 0


def test_where_only_suspect_rows_are_left_one_of_them_goes_first() -> None:
    one = lane(APART, probing=True, has_apart=True, apart_may_call=True)
    assert (one.wants(), one.want(10, NOW)) == (1, 1)
    assert claimed(one, 0).can_send()
    assert lane(APART, probing=True, has_apart=True, apart_may_call=False).want(10, NOW) == 0


# -- one at a time, and many


def test_one_at_a_time_the_next_is_sent_while_the_last_is_recorded() -> None:
    one = claimed(lane(concurrency=1), 0, 1, 2)
    first = one.begin(NOW)
    assert not one.can_send()
    assert one.end(first, frees=True)
    assert one.can_send()


def test_but_not_while_more_are_to_be_recorded_than_it_may_be_behind() -> None:
    one = claimed(lane(concurrency=1), *range(BEHIND + 2))
    for _ in range(BEHIND + 1):
        assert one.can_send()
        flight = one.begin(NOW)
        one.end(flight, frees=True)
        answered(one, flight)
    assert not one.can_send()
    recorded(one)
    assert one.can_send()


def test_a_wider_lane_sends_the_next_when_the_last_is_recorded() -> None:
    one = claimed(lane(concurrency=2), 0, 1, 2, 3)
    first = one.begin(NOW)
    one.begin(NOW)
    answered(one, first)
    assert (one.in_flight, one.can_send()) == (2, False)
    assert recorded(one) == 1
    assert (one.in_flight, one.can_send()) == (1, True)


def test_a_slot_that_was_given_on_is_not_freed_again_by_the_record() -> None:
    one = claimed(lane(concurrency=1), 0, 1)
    flight = one.begin(NOW)
    assert one.end(flight, frees=True)
    assert not one.end(flight, frees=True)
    one.begin(NOW)
    answered(one, flight)
    assert recorded(one) == 0
    assert one.in_flight == 1


@pytest.mark.parametrize(
    ("view", "waits"),
    [
        ({"concurrency": 1}, False),
        ({"concurrency": 2}, True),
        ({"concurrency": 1, "is_capped": True}, True),
        ({"concurrency": 1, "probing": True}, True),
    ],
)
def test_the_next_waits_for_the_record_where_that_may_pause_the_queue(view: dict[str, object], waits: bool) -> None:
    assert lane(**view).is_cautious is waits


def test_so_it_does_after_a_failure_that_counts_until_something_else_comes() -> None:
    one = claimed(lane(concurrency=1), 0, 1, 2)
    answered(one, one.begin(NOW), breaker=SERVER)
    assert one.is_cautious
    answered(one, one.begin(NOW), neutral=True)
    assert one.is_cautious, "it says nothing about the runtime"
    answered(one, one.begin(NOW))
    assert not one.is_cautious


def test_a_row_that_was_not_sent_after_all_frees_its_slot_and_leaves_no_trace() -> None:
    one = claimed(lane(concurrency=1), 0)
    flight = one.begin(NOW)
    assert one.forget(flight.row.id)
    assert not one.forget(flight.row.id)
    assert (one.in_flight, one.unrecorded, one.is_idle) == (0, 0, True)
