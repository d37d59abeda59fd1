"""How many calls a lane keeps in flight, and how fast they come back."""

import time
from dataclasses import dataclass, field

from django.conf import settings

from experiments.run_client.retry_policy import Verdict

WIDEN_AFTER = 20


@dataclass
class Width:
    """How many calls a lane keeps in flight: halved by 429, one more after 20 successes."""

    limit: int
    narrowed_at: float = 0.0
    successes: int = 0

    def follow(self, verdict: Verdict, *, started: float, in_flight: int, now: float) -> None:
        if verdict.narrow:
            # Calls that were under way when it was narrowed say nothing about the new width.
            if started >= self.narrowed_at:
                self.limit = max(1, min(self.limit, in_flight + 1) // 2)
                self.narrowed_at, self.successes = now, 0
        elif verdict.widen:
            self.successes += 1
            if self.successes >= WIDEN_AFTER:
                self.limit, self.successes = min(self.limit + 1, settings.LANE_WIDTH), 0


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
