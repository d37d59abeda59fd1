"""Hard limits of a queue on failed rows, calls, tokens, minutes and cost: how much is used, and which limit is reached.

Pure. Reaching a limit pauses the queue while rows are waiting. Calls in progress are still recorded and may exceed a
limit; the limit on calls is exact, because calls are counted when they are claimed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from experiments.core.choices import PauseReason
from experiments.core.cost import in_words


class LimitedQueue(Protocol):
    """A queue's counters and limits. `ran_s`: seconds it has run in total, without its pauses."""

    @property
    def queued(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def calls(self) -> int: ...
    @property
    def tokens(self) -> int: ...
    @property
    def ran_s(self) -> float: ...
    @property
    def cost(self) -> Decimal | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def max_failures(self) -> int | None: ...
    @property
    def max_calls(self) -> int | None: ...
    @property
    def max_tokens(self) -> int | None: ...
    @property
    def max_minutes(self) -> int | None: ...
    @property
    def max_cost(self) -> Decimal | None: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """One of the limits: the queue's column that holds it, the reason of a pause at it, and how much of it is used."""

    name: str
    code: PauseReason
    unit: str
    used: Callable[[LimitedQueue], float | Decimal]
    advice: str = ""
    """What to try before raising the limit."""
    is_money: bool = False
    """An amount in the queue's currency; `unit` then says nothing more."""

    def maximum(self, queue: LimitedQueue) -> int | Decimal | None:
        """None where the queue has no such limit."""
        maximum: int | Decimal | None = getattr(queue, self.name)
        return maximum

    def amount(self, queue: LimitedQueue, number: float | Decimal) -> str:
        """`30`, `1.20 USD`: so much of it, in words."""
        return in_words(Decimal(number), queue.currency) if self.is_money else f"{int(number):,}"

    def is_reached(self, queue: LimitedQueue) -> bool:
        maximum = self.maximum(queue)
        return maximum is not None and self.used(queue) >= maximum

    def sentence(self, queue: LimitedQueue) -> str:
        used, maximum = self.amount(queue, self.used(queue)), self.amount(queue, self.maximum(queue) or 0)
        reached = f"The cost limit of {maximum}" if self.is_money else f"The limit of {maximum} {self.unit}"
        return f"{reached} is reached, {used} are used. {self.advice}Raise the limit or take it away, then resume."


LIMITS = (
    Limit(
        "max_failures",
        PauseReason.CAP_FAILURES,
        "failed rows",
        lambda queue: queue.failed,
        advice="Look at what the failed rows say, and retry them if that helps. ",
    ),
    Limit("max_calls", PauseReason.CAP_CALLS, "calls", lambda queue: queue.calls),
    Limit("max_tokens", PauseReason.CAP_TOKENS, "tokens", lambda queue: queue.tokens),
    Limit("max_minutes", PauseReason.CAP_MINUTES, "minutes", lambda queue: queue.ran_s / 60),
    Limit("max_cost", PauseReason.CAP_COST, "", lambda queue: queue.cost or Decimal(0), is_money=True),
)
LIMITS_BY_NAME = {limit.name: limit for limit in LIMITS}
LIMIT_NAMES = tuple(LIMITS_BY_NAME)


def reached_limit(queue: LimitedQueue) -> Limit | None:
    """The first limit that stops the queue from calling another row; None if no limit is reached or no row waits."""
    if not queue.queued:
        return None
    return next((limit for limit in LIMITS if limit.is_reached(queue)), None)


def calls_left(queue: LimitedQueue) -> int | None:
    """How many more calls may be claimed; None: no limit."""
    return None if queue.max_calls is None else max(0, queue.max_calls - queue.calls)
