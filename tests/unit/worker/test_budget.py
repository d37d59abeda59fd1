"""The arithmetic of a network's limits a minute: what a bucket holds, and that no minute brings more than its limit."""

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.worker.budget import FILLS, HOLD_S, Bucket, Report, average


def bucket(
    limit: int, level: float | None, *, unit: float = 1.0, seconds: float = 0.0, held: int = 0
) -> tuple[int, float]:
    """Calls that there are, and the level."""
    one = Bucket.filled(limit, unit, level, seconds=seconds, held=held)
    return one.calls, round(one.level, 3)


def test_a_new_bucket_holds_one_call_and_what_a_second_brings() -> None:
    assert bucket(60, None) == (2, 2.0)
    assert bucket(1, None) == (1, 1.017)
    assert bucket(6000, None, unit=250.0) == (1, 350.0)


def test_it_fills_evenly_and_never_above_that() -> None:
    assert bucket(600, 0.0, seconds=1) == (9, round(600 * FILLS, 3))
    assert bucket(600, 0.0, seconds=3600) == (11, 11.0)


def test_what_others_hold_is_not_filled_again() -> None:
    assert bucket(600, 4.0, seconds=3600, held=5) == (6, 6.0)
    assert bucket(60, 0.5, seconds=3600, held=2) == (0, 0.0)


def test_a_limit_that_was_lowered_takes_what_was_there() -> None:
    assert bucket(60, 11.0) == (2, 2.0)


def test_a_bucket_in_debt_gives_nothing_until_it_has_filled_again() -> None:
    assert bucket(6000, -500.0, unit=100.0) == (0, -500.0)
    due_s = Bucket.filled(6000, 100.0, -500.0, seconds=0, held=0).due_s
    assert 6 < due_s < 6.5
    assert bucket(6000, -500.0, unit=100.0, seconds=due_s + 0.001)[0] == 1


def test_what_is_taken_is_gone() -> None:
    left = Bucket.filled(60, 1.0, None, seconds=0, held=0).without(2)
    assert (left.calls, left.level) == (0, 0.0)
    assert left.due_s == pytest.approx(1 / (60 * FILLS))
    assert Bucket.filled(60, 1.0, None, seconds=0, held=0).due_s == 0


def test_the_average_follows_what_calls_take() -> None:
    assert average(None, Report()) is None
    assert average(None, Report(calls=4, tokens=400)) == 100
    assert average(100.0, Report()) == 100
    assert average(100.0, Report(calls=1, tokens=200)) == pytest.approx(110)
    assert average(100.0, Report(calls=100, tokens=20_000)) == pytest.approx(200, rel=0.001)


# -- the promise


@dataclass
class Process:
    """`left` of the permits that it may use `until` then, as they are `written` down."""

    left: int = 0
    written: int = 0
    until: float = 0.0

    def use(self, calls: int, now: float) -> int:
        used = min(calls, self.left) if now < self.until else 0
        self.left -= used
        return used


class Everybody:
    def __init__(self, limit: int, processes: int) -> None:
        self.limit = limit
        self.level: float | None = None
        self.filled_at = 0.0
        self.all = [Process() for _ in range(processes)]

    def look(self, one: Process, now: float, wanted: int) -> None:
        """It gives back what it has not used and takes what it wants."""
        valid = [other for other in self.all if now < other.until]
        back = min(one.left, one.written) if one in valid else 0
        held = sum(other.written for other in valid if other is not one)
        level = None if self.level is None else self.level + back
        bucket = Bucket.filled(self.limit, 1.0, level, seconds=now - self.filled_at, held=held)
        one.left = one.written = min(wanted, bucket.calls)
        one.until = now + HOLD_S
        self.level, self.filled_at = bucket.without(one.left).level, now


@given(st.integers(1, 400), st.integers(1, 5), st.integers(0, 2**32))
def test_in_no_minute_do_more_calls_begin_than_the_limit_whatever_processes_do(
    limit: int, processes: int, seed: int
) -> None:
    """At times they hoard, then they use all that they have; looks are late, some never come, and some die."""
    chance = random.Random(seed)
    everybody = Everybody(limit, processes)
    begun: list[float] = []
    now, at_once = 0.0, chance.choice([1, limit])
    while now < 160:
        now += chance.choice([0.0, 0.01, 0.1, 0.3, HOLD_S * 0.99])
        hoards = now % 80 < 15
        for one in chance.sample(everybody.all, processes):
            if not hoards:
                begun += [now] * one.use(at_once, now)
            if hoards or chance.random() < 0.9:
                everybody.look(one, now, chance.choice([1, limit, limit]))
            elif chance.random() < 0.02:
                one.left = 0
    first = 0
    for last, at in enumerate(begun):
        while begun[first] <= at - 60:
            first += 1
        assert last - first + 1 <= limit
