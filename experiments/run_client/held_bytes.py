"""How many bytes of large answers this process holds at a time, from the reading of an answer until it is stored.

An answer that is read becomes text, values and a line for the database: several times its bytes, and as many answers
as calls in flight may come at once. Whoever reads more than `LARGE_BODY_BYTES` therefore takes the weight of the whole
from a budget before it reads on, waits for it in the order of arrival, and holds it until the answer was stored. What
is not read yet waits at the runtime.
"""

import functools
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

from experiments.core.memory import LARGE_BYTES, give_back_large_blocks

LARGE_BODY_BYTES = LARGE_BYTES
LARGE_BODIES_BYTES = 16 * 1024 * 1024

Woken = SimpleQueue[None]
"""Wakes a thread from any other, also from one that the garbage collector has interrupted."""


class HeldBytes:
    """A part of the budget. `release` gives it back, once; so does the end of the last reference to it."""

    def __init__(self, weight: int, give_back: Callable[[int], None]) -> None:
        self.weight = weight
        self._give_back = weakref.finalize(self, give_back, weight)
        self._give_back.atexit = False

    def release(self) -> None:
        self._give_back()


@dataclass(slots=True, eq=False)
class _Waiter:
    weight: int
    woken: Woken = field(default_factory=SimpleQueue)
    admitted: bool = False


class ByteBudget:
    """`limit` bytes at a time, first come, first served. What is larger than all of it goes alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._lock = threading.Lock()
        self._waiting: deque[_Waiter] = deque()
        # The garbage collector may give back in a thread that has the lock. So giving back waits for nobody: whoever
        # has the lock counts it in.
        self._returned: deque[int] = deque()

    @property
    def held(self) -> int:
        return self._held

    def take(self, weight: int, wait: Callable[[Woken], None]) -> HeldBytes | None:
        """`weight` bytes as soon as they are free. `wait` returns when it is woken; where it returns for another reason
        the bytes are no longer wanted: None."""
        waiter = _Waiter(weight)
        with self._lock:
            self._waiting.append(waiter)
            self._admit()
        self._count_in()
        try:
            if not waiter.admitted:
                wait(waiter.woken)
            return HeldBytes(weight, self._give_back) if waiter.admitted else None
        except BaseException:
            if waiter.admitted:
                self._give_back(weight)
            raise
        finally:
            if not waiter.admitted:
                self._leave(waiter)

    def _leave(self, waiter: _Waiter) -> None:
        with self._lock:
            if waiter.admitted:
                self._returned.append(waiter.weight)
            else:
                self._waiting.remove(waiter)
                self._admit()
        self._count_in()

    def _give_back(self, weight: int) -> None:
        self._returned.append(weight)
        self._count_in()

    def _count_in(self) -> None:
        """Whoever finds the lock taken leaves it to its owner, who looks here again afterwards."""
        while self._returned and self._lock.acquire(blocking=False):
            try:
                while self._returned:
                    self._held -= self._returned.popleft()
                self._admit()
            finally:
                self._lock.release()

    def _admit(self) -> None:
        while self._waiting and (self._held == 0 or self._held + self._waiting[0].weight <= self._limit):
            waiter = self._waiting.popleft()
            self._held += waiter.weight
            waiter.admitted = True
            waiter.woken.put(None)


_budget = ByteBudget(LARGE_BODIES_BYTES)


def hold(weight: int, wait: Callable[[Woken], None]) -> HeldBytes | None:
    """`ByteBudget.take` from the budget of this process."""
    _return_large_blocks()
    return _budget.take(weight, wait)


@functools.cache
def _return_large_blocks() -> None:
    """Once a process."""
    give_back_large_blocks()


def _start_anew() -> None:
    """A forked child holds nothing of what its parent reads."""
    global _budget
    _budget = ByteBudget(LARGE_BODIES_BYTES)


os.register_at_fork(after_in_child=_start_anew)
