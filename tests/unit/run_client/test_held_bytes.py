"""Large answers share a number of bytes: first come, first served, and nothing is lost or given back twice."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from experiments.run_client.held_bytes import ByteBudget, HeldBytes, Woken


def until_woken(woken: Woken) -> None:
    woken.get(timeout=30)


def no_patience(woken: Woken) -> None:
    """Returns without being woken, as where the call is stopped."""


def waits_for_ever(woken: Woken) -> None:
    raise AssertionError("has to wait")


def taken(budget: ByteBudget, weight: int, wait: Callable[[Woken], None] = waits_for_ever) -> HeldBytes:
    held = budget.take(weight, wait)
    assert held is not None
    return held


class Queue:
    """Threads that wait for bytes, one behind the other, and the order in which they got them."""

    def __init__(self, budget: ByteBudget) -> None:
        self._budget = budget
        self._pool = ThreadPoolExecutor(8)
        self.served: list[int] = []
        self.held: list[HeldBytes] = []

    def append(self, weight: int) -> None:
        waits = threading.Event()

        def wait(woken: Woken) -> None:
            waits.set()
            until_woken(woken)
            self.served.append(weight)

        def take() -> None:
            self.held.append(taken(self._budget, weight, wait))

        self._pool.submit(take)
        assert waits.wait(30)

    def end(self) -> None:
        self._pool.shutdown(wait=True)


def test_what_fits_is_taken_at_once() -> None:
    budget = ByteBudget(10)
    first, second = taken(budget, 6), taken(budget, 4)
    assert budget.held == 10
    first.release()
    second.release()
    assert budget.held == 0


def test_what_does_not_fit_waits_until_enough_is_given_back() -> None:
    budget = ByteBudget(10)
    first, second = taken(budget, 6), taken(budget, 4)
    queue = Queue(budget)
    queue.append(7)
    second.release()
    assert budget.held == 6
    first.release()
    queue.end()
    assert (queue.served, budget.held) == ([7], 7)


def test_who_came_first_is_served_first_also_where_a_later_one_would_fit() -> None:
    budget = ByteBudget(10)
    first = taken(budget, 6)
    queue = Queue(budget)
    queue.append(9)
    assert budget.take(1, no_patience) is None
    queue.append(1)
    assert budget.held == 6
    first.release()
    queue.end()
    assert sorted(queue.served) == [1, 9]
    assert budget.held == 10


def test_what_is_larger_than_all_goes_alone() -> None:
    budget = ByteBudget(10)
    large = taken(budget, 25)
    assert budget.take(1, no_patience) is None
    large.release()
    small = taken(budget, 1)
    assert budget.take(25, no_patience) is None
    assert small.weight == 1


def test_it_is_given_back_once() -> None:
    budget = ByteBudget(10)
    first, second = taken(budget, 3), taken(budget, 4)
    first.release()
    first.release()
    del first
    assert budget.held == 4
    assert second.weight == 4


def test_it_is_given_back_where_nobody_holds_the_answer_any_more() -> None:
    budget = ByteBudget(10)
    held = taken(budget, 3)
    assert budget.held == held.weight
    del held
    assert budget.held == 0


def test_giving_back_waits_for_nobody_and_is_counted_by_whoever_has_the_lock() -> None:
    budget = ByteBudget(10)
    first = taken(budget, 8)
    with budget._lock:  # as where the garbage collector interrupts a thread in the middle
        first.release()
    second = taken(budget, 2)
    assert budget.held == second.weight


def test_who_gives_up_waiting_does_not_hold_up_those_behind() -> None:
    budget = ByteBudget(10)
    first = taken(budget, 6)
    queue = Queue(budget)
    assert budget.take(9, no_patience) is None
    assert taken(budget, 4).weight == 4
    queue.append(5)
    first.release()
    queue.end()
    assert queue.served == [5]


def test_who_leaves_while_others_wait_lets_them_in() -> None:
    budget = ByteBudget(10)
    first = taken(budget, 6)
    queue = Queue(budget)

    def leave(woken: Woken) -> None:
        queue.append(4)  # would fit, and stands behind
        assert queue.served == []

    assert budget.take(9, leave) is None
    queue.end()
    assert (queue.served, budget.held) == ([4], 10)
    first.release()


@pytest.mark.parametrize("admitted", [True, False])
def test_a_wait_that_breaks_leaves_nothing_behind(admitted: bool) -> None:
    budget = ByteBudget(10)
    first = taken(budget, 6)

    def broken(woken: Woken) -> None:
        if admitted:
            first.release()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        budget.take(9, broken)
    first.release()
    assert budget.held == 0
    assert taken(budget, 10).weight == 10


def test_many_threads_never_hold_more_than_the_limit_and_all_are_served() -> None:
    budget, lock = ByteBudget(1000), threading.Lock()
    now, most = 0, 0

    def work(seed: int) -> None:
        nonlocal now, most
        dice = random.Random(seed)
        for _ in range(50):
            held = taken(budget, dice.randrange(1, 700), until_woken)
            with lock:
                now += held.weight
                most = max(most, now)
            with lock:
                now -= held.weight
            if dice.random() < 0.5:
                held.release()
            del held

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert 0 < most <= 1000
    assert budget.held == 0
