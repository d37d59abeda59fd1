"""How many calls a network took, and how fast those of a lane come back."""

import time
from dataclasses import dataclass, field

MEASURED_S = 60.0
"""So far back it is measured how many calls a network took."""


@dataclass
class Tally:
    """Calls that have begun and were not refused, by the second, of the last minute."""

    _counts: dict[int, int] = field(default_factory=dict)

    def begun(self, now: float) -> None:
        second = int(now)
        if second not in self._counts:
            self._counts = {at: count for at, count in self._counts.items() if now - at <= MEASURED_S}
        self._counts[second] = self._counts.get(second, 0) + 1

    def not_taken(self, begun: float) -> None:
        """A call that began at that time was refused, or was none."""
        if self._counts.get(int(begun), 0) > 0:
            self._counts[int(begun)] -= 1

    def at(self, now: float) -> int:
        return sum(count for second, count in self._counts.items() if now - second <= MEASURED_S)

    def busy_s(self, now: float) -> float:
        """Since the first of them."""
        return min(
            MEASURED_S, max((now - second for second in self._counts if now - second <= MEASURED_S), default=0.0)
        )


@dataclass
class Pace:
    """Results a second, and seconds that a round and a call take, as of late."""

    rate: float = 0.0
    round_s: float = 0.002
    call_s: float = 0.0
    _since: float = field(default_factory=time.monotonic)
    _seen: int = 0

    def saw_result(self, took_s: float, now: float) -> None:
        self.call_s += (took_s - self.call_s) * 0.1
        self._seen += 1
        age = now - self._since
        if age >= 0.2:
            self.rate = self.rate / 2 + self._seen / age / 2
            self._since, self._seen = now, 0

    def rate_at(self, now: float) -> float:
        return self.rate if now - self._since < 1.0 else 0.0

    def saw_round(self, seconds: float) -> None:
        self.round_s = self.round_s * 0.8 + min(seconds, 0.5) * 0.2
