"""Hard limits of a queue on failed rows, calls, tokens and minutes: what is used of them, and which one is reached.

Pure. A limit that is reached pauses the queue as long as rows wait. What was in flight by then is recorded and may go
over; calls never do, because they are counted when they are claimed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Limited(Protocol):
    """A queue with its counters. `ran_s`: seconds that it has run in all, without its pauses."""

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
    def max_failures(self) -> int | None: ...
    @property
    def max_calls(self) -> int | None: ...
    @property
    def max_tokens(self) -> int | None: ...
    @property
    def max_minutes(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Cap:
    """One of the limits: the column of a queue that holds it, the code of a pause by it, and how much is used."""

    name: str
    code: str
    unit: str
    used: Callable[[Limited], float]
    first: str = ""
    """What else helps, before the limit is raised."""

    def limit(self, queue: Limited) -> int | None:
        limit: int | None = getattr(queue, self.name)
        return limit

    def is_reached(self, queue: Limited) -> bool:
        limit = self.limit(queue)
        return limit is not None and self.used(queue) >= limit

    def sentence(self, queue: Limited) -> str:
        used, limit = int(self.used(queue)), self.limit(queue)
        return (
            f"The limit of {limit:,} {self.unit} is reached, {used:,} are used. "
            f"{self.first}Raise the limit or take it away, then resume."
        )


CAPS = (
    Cap(
        "max_failures",
        "cap_failures",
        "failed rows",
        lambda queue: queue.failed,
        first="Look at what the failed rows say, and retry them if that helps. ",
    ),
    Cap("max_calls", "cap_calls", "calls", lambda queue: queue.calls),
    Cap("max_tokens", "cap_tokens", "tokens", lambda queue: queue.tokens),
    Cap("max_minutes", "cap_minutes", "minutes", lambda queue: queue.ran_s / 60),
)
NAMES = tuple(cap.name for cap in CAPS)


def reached(queue: Limited) -> Cap | None:
    """The first limit that keeps the queue from calling another row; None where there is none, or no row waits."""
    if not queue.queued:
        return None
    return next((cap for cap in CAPS if cap.is_reached(queue)), None)


def calls_left(queue: Limited) -> int | None:
    """How many more rows may be claimed; None: as many as there are."""
    return None if queue.max_calls is None else max(0, queue.max_calls - queue.calls)
