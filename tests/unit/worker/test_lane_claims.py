"""How many rows a lane claims, ahead of their calls, and which of them it leaves to others."""

import pytest
from django.conf import settings

from experiments.core.choices import QueueStatus
from experiments.worker.lane import TRY_AGAIN_S, Lane
from experiments.worker.lookout import APART
from tests.unit.worker.lanes import NOW, claimed, lane, result

FREE = 1_000


def fast(lane: Lane, *, rate: float, round_s: float) -> Lane:
    """As if so many results had come a second."""
    lane.pace.rate, lane.pace.round_s, lane.pace._since = rate, round_s, NOW
    return lane


def test_it_claims_a_row_for_each_free_slot_and_one_more() -> None:
    assert lane(concurrency=4).want(FREE, NOW) == 5
    assert lane(concurrency=4).want(2, NOW) == 3, "the network has two free"
    assert claimed(lane(concurrency=4), 0, 1).want(FREE, NOW) == 3


def test_while_all_slots_are_taken_one_is_kept_ready() -> None:
    one = claimed(lane(concurrency=1), 0)
    one.begin(NOW)
    assert one.want(FREE, NOW) == 1
    assert claimed(one, 1).want(FREE, NOW) == 0


def test_where_calls_are_short_it_keeps_as_many_as_come_back_during_a_round() -> None:
    slow, quick = (fast(lane(concurrency=32), rate=rate, round_s=0.01) for rate in (10, 1_000))
    assert slow.want(0, NOW) == 2
    assert quick.want(0, NOW) == 16
    assert fast(lane(concurrency=4), rate=1_000, round_s=0.01).want(0, NOW) == 4, "no more than it may call at a time"


def test_large_rows_are_claimed_few_ahead() -> None:
    one = fast(lane(concurrency=32), rate=1_000, round_s=0.01)
    one._row_bytes = 4 * 1024**2
    assert one.want(0, NOW) == 2
    one._row_bytes = 64 * 1024**2
    assert one.want(0, NOW) == 1


@pytest.mark.parametrize("status", [QueueStatus.PAUSED, QueueStatus.CANCELLED])
def test_a_queue_that_was_stopped_is_not_claimed_from(status: QueueStatus) -> None:
    assert lane(status=status).want(FREE, NOW) == 0


def test_nothing_is_claimed_while_it_is_not_sure_what_it_has() -> None:
    one = lane()
    one.unsure = True
    assert one.want(FREE, NOW) == 0


def test_where_fewer_rows_came_than_it_wanted_it_tries_again_later() -> None:
    one = lane(concurrency=4)
    order = one.begin_round(FREE, NOW)
    one.end_round(order, result([0]), NOW)
    assert one.want(FREE, NOW) == 0
    assert one.want(FREE, NOW + TRY_AGAIN_S + 0.01) > 0
    one.look_for_more()
    assert one.want(FREE, NOW) > 0


def test_or_as_soon_as_the_next_row_is_due() -> None:
    one = lane(concurrency=4)
    one.end_round(one.begin_round(FREE, NOW), result(next_due_s=0.4), NOW)
    assert one.want(FREE, NOW + 0.3) == 0
    assert one.want(FREE, NOW + 0.41) > 0
    assert one.has_work(NOW)


def test_without_rows_that_are_soon_due_it_has_no_work() -> None:
    for next_due_s in (None, 30.0):
        one = lane(concurrency=4)
        assert one.has_work(NOW)
        one.end_round(one.begin_round(FREE, NOW), result(next_due_s=next_due_s), NOW)
        assert not one.has_work(NOW)


# -- where it looks


def looks_from(lane: Lane, now: float) -> int:
    return lane.begin_round(FREE, now).from_row


def test_of_a_wide_queue_it_goes_on_behind_what_it_claimed_last_and_from_the_start_once_in_a_while() -> None:
    one = lane(concurrency=settings.LANE_WIDTH + 1)
    order = one.begin_round(2, NOW)
    one.end_round(order, result([7, 9]), NOW)
    assert looks_from(one, NOW) == 10
    assert looks_from(one, NOW + TRY_AGAIN_S + 0.01) == 0, "somebody may have given rows back"


def test_where_there_are_too_few_behind_that_it_looks_from_the_start_at_once() -> None:
    one = lane(concurrency=settings.LANE_WIDTH + 1)
    one.end_round(one.begin_round(2, NOW), result([7, 9]), NOW)
    one.end_round(one.begin_round(9, NOW), result([10]), NOW)
    assert one.want(FREE, NOW) > 0
    assert looks_from(one, NOW) == 0


def test_of_others_it_always_takes_the_first_rows() -> None:
    one = lane(concurrency=4)
    one.end_round(one.begin_round(2, NOW), result([7, 9]), NOW)
    assert looks_from(one, NOW) == 0


def test_where_another_lane_was_faster_it_tries_again_at_once() -> None:
    one = lane(concurrency=4)
    order = one.begin_round(FREE, NOW)
    one.end_round(order, result([3], found=order.want), NOW)
    assert one.want(FREE, NOW) == order.want - 1


# -- rows that others could call


def test_a_lane_that_is_full_leaves_to_others_what_it_could_not_call_soon() -> None:
    one = claimed(lane(concurrency=2), 0, 1, 2, 3, 4)
    one.begin(NOW)
    assert one.spare(NOW) == [], "it could call it itself"
    one.begin(NOW)
    assert [row.id for row in one.spare(NOW)] == [3, 4]
    assert [row.id for row in one.ready] == [2]
    assert one.spare(NOW) == []


def test_of_a_wide_queue_it_keeps_none() -> None:
    width = settings.LANE_WIDTH
    one = claimed(lane(concurrency=width + 1), *range(width + 2))
    for _ in range(width):
        one.begin(NOW)
    assert [row.id for row in one.spare(NOW)] == [width, width + 1]
    assert not one.ready
    assert one.want(0, NOW) == 0


def test_of_a_wide_queue_with_short_calls_it_keeps_what_comes_back_meanwhile() -> None:
    width = settings.LANE_WIDTH
    one = claimed(lane(concurrency=width + 1), *range(width + 20))
    for _ in range(width):
        one.begin(NOW)
    fast(one, rate=400, round_s=0.01)
    assert len(one.spare(NOW)) == 14
    assert len(one.ready) == 6


# -- suspect rows


def test_suspect_rows_are_claimed_one_by_one_and_none_ahead() -> None:
    one = lane(APART, concurrency=16, has_apart=True, apart_may_call=True)
    assert one.want(FREE, NOW) == 1
    claimed(one, 0)
    assert one.want(FREE, NOW) == 0
    one.begin(NOW)
    assert one.want(FREE, NOW) == 0
    one.forget(0)
    assert one.want(FREE, NOW) == 1


def test_none_is_claimed_before_the_others_have_made_room() -> None:
    assert lane(APART, concurrency=16, has_apart=True).want(FREE, NOW) == 0
