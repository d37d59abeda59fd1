"""What a round of a lane takes along, and when it is worth its trip."""

from experiments.worker import lane as lanes
from experiments.worker.lane import GROUP_BYTES, GROUP_ROWS, MARK_AFTER_S, Lane
from tests.unit.worker.lanes import NOW, answered, claimed, lane, recorded, result

LARGE = "x" * GROUP_BYTES


def with_answers(*payloads: str) -> Lane:
    one = claimed(lane(concurrency=64), *range(len(payloads)))
    for payload in payloads:
        answered(one, one.begin(NOW), payload=payload)
    return one


def taken(one: Lane) -> list[int]:
    order = one.begin_round(0, NOW)
    recorded(one, order)
    return [outcome.row.id for outcome in order.outcomes]


def test_all_that_came_back_is_recorded_together() -> None:
    one = with_answers("1", "2", "3")
    assert taken(one) == [0, 1, 2]
    assert one.is_idle


def test_one_round_takes_no_more_than_it_should_hold() -> None:
    half = LARGE[: GROUP_BYTES // 2]
    one = with_answers(half, half, "1", "2")
    assert [taken(one), taken(one)] == [[0, 1], [2, 3]]


def test_but_one_outcome_at_least_however_large() -> None:
    one = with_answers(LARGE * 2, "1", LARGE * 3, LARGE * 2)
    assert [taken(one) for _ in range(4)] == [[0], [1], [2], [3]]
    assert one.is_idle


def test_and_no_more_rows_than_one_statement_should_write() -> None:
    one = lane(concurrency=64)
    for index in range(GROUP_ROWS + 1):
        answered(one, claimed(one, index).begin(NOW))
    assert (len(taken(one)), len(taken(one))) == (GROUP_ROWS, 1)


def test_what_is_being_recorded_is_not_recorded_by_the_next_round() -> None:
    one = with_answers("1")
    order = one.begin_round(0, NOW)
    assert not one.is_due(0, NOW + 9)
    answered(one, claimed(one, 7).begin(NOW))
    recorded(one, order)
    assert taken(one) == [7]


def test_what_came_back_goes_with_what_comes_just_after_it() -> None:
    one = lane(concurrency=2)
    one.pace.call_s = 10.0
    answered(one, claimed(one, 0, 1).begin(NOW))
    assert not one.is_due(0, NOW)
    assert 0 < one.due_in_s(NOW) <= lanes.GROUP_S
    assert one.is_due(0, NOW + 2 * lanes.GROUP_S)


def test_one_at_a_time_nothing_is_waited_for() -> None:
    one = lane(concurrency=1)
    one.pace.call_s = 10.0
    answered(one, claimed(one, 0, 1).begin(NOW))
    assert one.is_due(0, NOW)


def test_without_results_and_rows_to_claim_there_is_no_round() -> None:
    one = claimed(lane(concurrency=1), 0, 1)
    one.begin(NOW)
    assert not one.is_due(0, NOW)
    one.begin(NOW)
    assert one.is_due(0, NOW), "none is ready for the next slot"


# -- rows that are shown as running


def test_a_call_that_takes_long_is_marked_and_once() -> None:
    one = claimed(lane(), 0, 1)
    one.begin(NOW)
    one.begin(NOW + 1)
    one.mark_late(NOW + MARK_AFTER_S)
    order = one.begin_round(0, NOW + MARK_AFTER_S)
    assert list(order.marked) == [(0, MARK_AFTER_S)]
    one.end_round(order, result(), NOW + 1)
    one.mark_late(NOW + 1)
    assert list(one.begin_round(0, NOW + 1).marked) == []


def test_a_round_that_only_marks_is_due() -> None:
    one = claimed(lane(concurrency=1), 0, 1)
    one.begin(NOW)
    one.mark_late(NOW + MARK_AFTER_S / 2)
    assert not one.is_due(0, NOW)
    one.mark_late(NOW + MARK_AFTER_S)
    assert one.is_due(0, NOW)


def test_a_row_that_is_recorded_is_not_marked_by_the_same_round() -> None:
    one = claimed(lane(), 0, 1, 2)
    flights = [one.begin(NOW) for _ in range(3)]
    one.mark_late(NOW + 1)
    # It comes back between the look and the round.
    answered(one, flights[1], now=NOW + 1)
    # And this one's slot went on before it was judged.
    one.end(flights[2], frees=True)
    order = one.begin_round(0, NOW + 1)
    assert [outcome.row.id for outcome in order.outcomes] == [1]
    assert [item_id for item_id, _ in order.marked] == [0]


def test_where_the_queue_may_stop_with_it_all_is_marked_that_was_sent_and_is_not_recorded_by_it() -> None:
    one, other = claimed(lane(is_capped=True), 0, 1, 2), claimed(lane(1, is_capped=True), 3, 4)
    flights = [one.begin(NOW) for _ in range(2)]
    answered(one, flights[0])
    answered(other, other.begin(NOW))
    order = one.begin_round(0, NOW, [other])
    assert [outcome.row.id for outcome in order.outcomes] == [0]
    assert [item_id for item_id, _ in order.marked] == [1, 3]
    assert order.unsent == 2
    other.saw_marked(order)
    assert other.flights[3].marked


def test_a_result_that_waits_for_the_next_round_is_not_marked_either() -> None:
    one = with_answers(LARGE * 2, LARGE * 2)
    claimed(one, 7)
    one.begin(NOW)
    one.mark_late(NOW + 1)
    order = one.begin_round(0, NOW + 1)
    assert [outcome.row.id for outcome in order.outcomes] == [0]
    assert [item_id for item_id, _ in order.marked] == [7]


# -- after the round


def test_claimed_rows_are_ready_in_their_order() -> None:
    one = lane(concurrency=4)
    one.end_round(one.begin_round(10, NOW), result([3, 4, 5]), NOW)
    assert [row.id for row in one.ready] == [3, 4, 5]
    assert one.known_ids() == [3, 4, 5]


def test_a_queue_that_is_gone_frees_the_slots_too() -> None:
    one = with_answers("1", "2")
    assert one.end_round(one.begin_round(0, NOW), None, NOW) == 2
    assert one.is_idle
