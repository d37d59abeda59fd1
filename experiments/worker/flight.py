"""A call that a lane has begun, and the permit that it took."""

from dataclasses import dataclass

from experiments.worker.claim import ClaimedRow


@dataclass(eq=False)
class Permits:
    """A block of calls that may begin until `until`, as `time.monotonic` tells it, each taken to use `unit` tokens.

    `is_probe`: the one that goes first after a hold. `kept_back`: more of them, which the network would refuse.
    """

    left: int
    unit: float
    until: float
    is_probe: bool = False
    kept_back: int = 0

    def usable(self, now: float) -> int:
        return self.left if now < self.until else 0

    def keep_back(self, above: int) -> None:
        """No more than `above` of them may be used now."""
        more = max(0, self.left - max(0, above))
        self.left -= more
        self.kept_back += more

    def hand_back(self) -> int:
        """All that were not used, which is none of them from now on."""
        unused = self.left + self.kept_back
        self.left = self.kept_back = 0
        return unused


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
