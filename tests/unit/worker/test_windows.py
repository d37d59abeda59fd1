"""What headers say is left, over all calls that are under way."""

from typing import Any

from experiments.run_client import Allowance, Left
from experiments.worker.windows import NO_NEWS_S, Windows

NOW = 1_000_000.0
MOST = 16


def after(before: Windows | None, said: Allowance | None, **values: Any) -> Windows | None:
    return Windows.after(
        before, said, **{"back": 0, "unit": 10.0, "in_flight": 0, "most": MOST, "now_s": NOW, **values}
    )


def known(before: Windows | None, said: Allowance | None, **values: Any) -> Windows:
    found = after(before, said, **values)
    assert found is not None
    return found


def requests(remaining: int, reset_s: float = 20.0, most: int | None = 20) -> Allowance:
    return Allowance(Left(remaining, reset_s, most))


def test_far_from_the_end_nothing_is_kept() -> None:
    assert after(None, requests(9_000, most=10_000)) is None
    assert after(None, None) is None


def test_what_is_in_flight_is_not_left() -> None:
    assert known(None, requests(12), in_flight=5).calls(10.0) == 7
    assert known(None, requests(3), in_flight=5).calls(10.0) == 0


def test_calls_that_begin_use_it_up_and_then_nobody_begins_before_the_reset() -> None:
    left = known(None, requests(2)).without(2, 10.0)
    assert left.calls(10.0) == 0
    assert left.due_s(10.0, NOW + 5) == 15


def test_a_later_answer_about_the_same_time_gives_nothing_back() -> None:
    left = known(None, requests(10)).without(6, 10.0)
    assert known(left, requests(9, reset_s=19.0), now_s=NOW + 1).calls(10.0) == 4
    assert known(left, requests(1, reset_s=19.0), now_s=NOW + 1).calls(10.0) == 1


def test_one_about_another_time_counts_as_it_is() -> None:
    left = known(None, requests(0))
    assert known(left, requests(15, reset_s=60.0), now_s=NOW + 1).calls(10.0) == 15


def test_what_was_not_used_is_given_back() -> None:
    left = known(None, requests(10)).without(6, 10.0)
    assert known(left, None, back=2).calls(10.0) == 6


def test_after_the_reset_all_of_it_is_there_again() -> None:
    left = known(None, requests(0))
    assert known(left, None, now_s=NOW + 21).calls(10.0) == 20


def test_or_one_call_where_nobody_said_how_much_that_is() -> None:
    left = known(None, requests(0, most=None))
    opened = known(left, None, now_s=NOW + 21)
    assert opened.calls(10.0) == 1
    taken = opened.without(1, 10.0)
    assert taken.calls(10.0) == 0
    assert taken.due_s(10.0, NOW + 21) == NO_NEWS_S


def test_of_tokens_as_many_calls_as_they_are_enough_for() -> None:
    said = Allowance(tokens=Left(105, 20.0, 1_000))
    left = known(None, said, unit=10.0, most=64)
    assert left.calls(10.0) == 10
    assert left.without(10, 10.0).calls(10.0) == 0


def test_it_is_stored_and_read_back() -> None:
    left = known(None, Allowance(Left(3, 20.0, 20), Left(50, 10.0, 100)))
    assert Windows.of(left.as_json()) == left
    assert Windows.of(None) is None


def opened(before: Windows, *, seconds: float, calls: int) -> Windows:
    """After the reset so many calls begin."""
    return known(before, None, now_s=NOW + seconds).without(calls, 10.0)


def test_where_calls_of_before_still_count_after_a_reset_one_goes_first() -> None:
    """Four calls began, and nothing is left of twenty: what went before is given back as it went, not at once."""
    left = known(opened(known(None, requests(0)), seconds=20, calls=4), requests(0, 0.2), now_s=NOW + 20)
    assert left.calls(10.0) == 0
    one = known(left, None, now_s=NOW + 20.3)
    assert one.calls(10.0) == 1
    assert known(one.without(1, 10.0), requests(3, 0.1), now_s=NOW + 20.3).calls(10.0) == 3


def test_where_they_do_not_all_of_it_is_there_after_the_next_one_too() -> None:
    left = known(opened(known(None, requests(0)), seconds=20, calls=4), requests(16, 20.0), now_s=NOW + 20)
    assert known(left, None, now_s=NOW + 41).calls(10.0) == 20


def test_it_is_all_there_again_once_a_reset_gave_all_back() -> None:
    slides = known(opened(known(None, requests(0)), seconds=20, calls=4), requests(0, 0.2), now_s=NOW + 20)
    full = known(opened(slides, seconds=21, calls=1), requests(19, 20.0), now_s=NOW + 21)
    assert full.calls(10.0) == 19
    assert known(full, None, now_s=NOW + 42).calls(10.0) == 20


def test_what_was_told_before_the_reset_is_no_news_after_it() -> None:
    open_again = known(known(None, requests(0)), None, now_s=NOW + 20)
    assert known(open_again, requests(0, 0.0), now_s=NOW + 20).calls(10.0) == 20


def test_where_a_reset_gives_back_one_and_another_reset_has_passed_another_one_goes() -> None:
    slides = known(opened(known(None, requests(0)), seconds=20, calls=4), requests(0, 0.2), now_s=NOW + 20)
    one = opened(slides, seconds=20.3, calls=1)
    assert known(one, requests(0, 0.0), now_s=NOW + 20.4).calls(10.0) == 1
    assert known(one, requests(3, 0.0), now_s=NOW + 20.4).calls(10.0) == 3
