"""How many calls at a time a lane may make, and how many it says that it could."""

import pytest
from django.conf import settings

from experiments.core.choices import QueueStatus
from experiments.run_client.retry_policy import Verdict
from experiments.worker.lookout import APART
from tests.unit.worker.lanes import NOW, claimed, lane

WIDTH = settings.LANE_WIDTH
NARROW = Verdict("retry", narrow=True)


@pytest.mark.parametrize(
    ("concurrency", "slots"),
    [
        (1, [1, 0, 0]),
        (WIDTH, [WIDTH, 0, 0]),
        (WIDTH + 1, [WIDTH, 1, 0]),
        (3 * WIDTH - 4, [WIDTH, WIDTH, WIDTH - 4]),
    ],
)
def test_a_wide_queue_is_divided_into_lanes(concurrency: int, slots: list[int]) -> None:
    assert [lane(number, concurrency=concurrency).slots for number in range(3)] == slots


def test_a_process_that_calls_suspect_rows_takes_one_of_the_last_slots() -> None:
    assert lane(concurrency=4, has_apart=True).slots == 3
    assert lane(concurrency=1, has_apart=True).slots == 0
    wide = [lane(number, concurrency=WIDTH + 6, has_apart=True).slots for number in (0, 1)]
    assert wide == [WIDTH, 5]


@pytest.mark.parametrize("may_call", [True, False])
def test_where_suspect_rows_are_called_there_is_one_once_the_others_have_made_room(may_call: bool) -> None:
    assert lane(APART, concurrency=100, has_apart=True, apart_may_call=may_call).slots == int(may_call)


def test_after_429_it_makes_half_as_many_calls() -> None:
    one = lane(concurrency=16)
    one.width.follow(NARROW, started=NOW, in_flight=15, now=NOW + 1)
    assert one.slots == 8


def test_a_call_from_before_it_was_narrowed_narrows_no_further() -> None:
    one = lane(concurrency=16)
    for in_flight in (15, 14):
        one.width.follow(NARROW, started=NOW, in_flight=in_flight, now=NOW + 1)
    assert one.slots == 8
    one.width.follow(NARROW, started=NOW + 2, in_flight=7, now=NOW + 3)
    assert one.slots == 4


def test_it_is_never_narrowed_to_nothing() -> None:
    one = lane(concurrency=16)
    for at in range(10):
        one.width.follow(NARROW, started=NOW + at, in_flight=0, now=NOW + at)
    assert one.slots == 1


def test_twenty_successes_widen_it_by_one_and_never_beyond_the_queue() -> None:
    one = lane(concurrency=16)
    one.width.follow(NARROW, started=NOW, in_flight=15, now=NOW)
    seen = []
    for _ in range(200):
        one.width.follow(Verdict("succeed", widen=True), started=NOW + 1, in_flight=1, now=NOW + 1)
        seen.append(one.slots)
    assert (seen[18], seen[19], seen[39]) == (8, 9, 10)
    assert seen[-1] == 16


def test_it_wants_as_many_calls_as_it_may_make_while_enough_rows_wait() -> None:
    assert lane(concurrency=16, queued=1_000).wants() == 16
    assert lane(concurrency=16, queued=3).wants() == 3


def test_what_is_in_flight_is_wanted_too() -> None:
    one = claimed(lane(concurrency=16, queued=3), 0, 1)
    one.begin(NOW)
    one.begin(NOW)
    assert one.wants() == 5


@pytest.mark.parametrize("status", [QueueStatus.PAUSED, QueueStatus.CANCELLED])
def test_a_queue_that_was_stopped_wants_what_is_in_flight_and_no_more(status: QueueStatus) -> None:
    one = claimed(lane(concurrency=16, status=status), 0, 1)
    assert one.wants() == 0
    one.begin(NOW)
    assert one.wants() == 1


@pytest.mark.parametrize(("number", "wants"), [(0, 1), (1, 0)])
def test_while_one_row_goes_first_one_lane_wants_one_call(number: int, wants: int) -> None:
    assert lane(number, concurrency=2 * WIDTH, probing=True).wants() == wants
