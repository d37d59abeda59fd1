"""How many calls at a time a lane may make, and how many it says that it could."""

import pytest
from django.conf import settings

from experiments.core.choices import QueueStatus
from experiments.worker.lookout import APART
from tests.unit.worker.lanes import NOW, claimed, lane

WIDTH = settings.LANE_WIDTH


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
