"""How long a network is held after a refusal, and when its queues pause."""

from typing import Any

import pytest

from experiments.core.choices import PauseReason
from experiments.worker.holds import LEAST_HOLD_S, Plan, Refused, plan_hold
from experiments.worker.record import Refusal


def refusal(**values: Any) -> Refusal:
    return Refusal("http://host", "HTTP 429 Too Many Requests.", **values)


def plan(said: Refusal, **values: Any) -> Plan | None:
    return plan_hold(said, **{"is_new": True, "refusals": 0, "refusing_s": 0.0, "pace": None, **values})


def planned(said: Refusal, **values: Any) -> Plan:
    found = plan(said, **values)
    assert found is not None
    return found


def test_as_long_as_it_asks_for() -> None:
    assert planned(refusal(wait_s=17.0)) == Plan(1, 17.0, 16.5)
    assert planned(refusal(wait_s=120.0)).pause is None


def test_never_so_short_that_others_do_not_see_it() -> None:
    assert planned(refusal(wait_s=0.0)).wait_s == LEAST_HOLD_S


def test_without_a_told_time_twice_as_long_each_time() -> None:
    assert [planned(refusal(), refusals=before).wait_s for before in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_what_was_in_flight_when_it_began_makes_it_no_longer() -> None:
    assert plan(refusal(), is_new=False, refusals=3) is None


def test_but_a_longer_time_that_is_told_then_counts() -> None:
    found = planned(refusal(wait_s=30.0), is_new=False, refusals=3)
    assert (found.refusals, found.wait_s) == (3, 30.0)


def test_a_long_wait_pauses_until_then() -> None:
    found = planned(refusal(wait_s=3600.0))
    assert (found.pause, found.pause_s) == (PauseReason.RATE_LIMITED, 3600.0)


@pytest.mark.parametrize(("refusing_s", "pause_s"), [(119.0, None), (120.0, 120.0), (250.0, 250.0), (9e4, 3600.0)])
def test_nothing_but_refusals_for_two_minutes_pauses_for_longer_and_longer(
    refusing_s: float, pause_s: float | None
) -> None:
    found = planned(refusal(), refusals=8, refusing_s=refusing_s)
    assert found.pause == (None if pause_s is None else PauseReason.RATE_LIMITED)
    assert found.pause_s == pause_s


@pytest.mark.parametrize("told_s", [None, 7200.0])
def test_a_quota_that_is_used_up_pauses_at_once_until_a_person_acts_or_as_told(told_s: float | None) -> None:
    found = planned(refusal(is_quota=True, wait_s=told_s), is_new=False)
    assert (found.pause, found.pause_s) == (PauseReason.QUOTA, told_s)


def test_several_refusals_count_as_one_with_the_longest_wait_and_the_newest_call() -> None:
    short, long = Refused(refusal(wait_s=1.0), 0.2, 5.0, 3), Refused(refusal(wait_s=9.0), 0.5, 4.0)
    both = short.and_also(long)
    assert (both.refusal.wait_s, both.age_s, both.busy_s) == (9.0, 0.2, 5.0)
    assert long.and_also(Refused(refusal(is_quota=True), 0.1, 1.0)).refusal.is_quota
