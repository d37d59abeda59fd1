"""A call that a lane has begun, and the permit that it took."""

from dataclasses import dataclass

from experiments.worker.claim import ClaimedRow


@dataclass(eq=False)
class Permits:
    """A block of calls that may begin until `until`, as `time.monotonic` tells it, each taken to use `unit` tokens.

    `is_probe`: the one that goes first after a hold.
    """

    left: int
    unit: float
    until: float
    is_probe: bool = False

    def usable(self, now: float) -> int:
        return self.left if now < self.until else 0


@dataclass
class Flight:
    """A row on its way. `answered`: its call has ended; `holds_slot`: no other call may begin in its place yet.
    `permits`: the block that it was taken from, where the network is limited a minute.

    `Lane.end` and `Lane.forget` change these, and count.
    """

    row: ClaimedRow
    begun: float
    marked: bool = False
    answered: bool = False
    holds_slot: bool = True
    permits: Permits | None = None
