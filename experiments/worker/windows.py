"""What the headers of answers say may still be used before some time, kept for all processes at a network.

It is followed only while it is near: where more is left than twice the calls that the network may have at a time, the
next answers come before it can be used up. What is in flight is taken to be unknown to the answer that says it.

At a reset some give back all that may be used, others one call: what was used so long ago. Which it is shows at the
next answer: where less is left than the calls since then have used, calls of before still count, and after the next
reset one goes first and says how many may follow.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import floor
from typing import Any

from experiments.run_client import Allowance, Left
from experiments.run_client.allowance import SAME_S

NEAR = 2
"""Times the calls that may be in flight."""
NO_NEWS_S = 5.0
"""While answers say nothing after a reset, what may be used is taken to be there again so often."""


@dataclass(frozen=True, slots=True)
class Window:
    """`left` may be used until `until_s` (Unix time, by the clock of the database); after that `most`, None: not known.

    `is_open`: it was reset, and no answer has told yet what is left since. `used` since the last reset, None: it is not
    known when that was. `slides`: a reset gives back a part of it.
    """

    left: float
    until_s: float
    most: int | None
    is_open: bool = False
    used: float | None = None
    slides: bool = False

    def at(self, now_s: float, unit: float) -> "Window":
        if now_s < self.until_s:
            return self
        left = float(unit if self.slides else self.most or unit)
        return replace(self, left=left, until_s=now_s + NO_NEWS_S, is_open=True, used=0.0)

    def told(self, left: float, said: Left, now_s: float, *, is_exact: bool) -> "Window":
        """`is_exact`: what was used is counted, not estimated."""
        if self.is_open and said.reset_s <= 0:
            # It was told before the reset, or there was another one since.
            return replace(self, left=max(left, self.left, 1.0)) if self.slides else self
        until_s = now_s + said.reset_s
        most = said.most or self.most
        is_same = not self.is_open and abs(until_s - self.until_s) <= SAME_S
        used = self.used if self.is_open or is_same else None
        slides = said.remaining + used < most if is_exact and used is not None and most else self.slides
        return Window(min(left, self.left) if is_same else left, until_s, most, used=used, slides=slides)

    def without(self, amount: float) -> "Window":
        return replace(self, left=self.left - amount, used=None if self.used is None else self.used + amount)

    def is_near(self, enough: float) -> bool:
        return self.left < enough or (self.most is not None and self.most < enough)


@dataclass(frozen=True, slots=True)
class Windows:
    """Of requests and of tokens."""

    requests: Window | None = None
    tokens: Window | None = None

    @classmethod
    def of(cls, stored: Any) -> "Windows | None":
        values = json.loads(stored) if isinstance(stored, str) else stored
        return cls(**{name: Window(**one) for name, one in values.items()}) if values else None

    @classmethod
    def after(
        cls,
        before: "Windows | None",
        allowance: Allowance | None,
        *,
        back: int,
        unit: float,
        in_flight: int,
        most: int,
        now_s: float,
    ) -> "Windows | None":
        """What is left now. `back`: permits that were given back; `unit`: tokens of a call; `most`: calls at a time.

        None where nothing is near its end.
        """
        kept: dict[str, Window] = {}
        for name, one in (("requests", 1.0), ("tokens", unit)):
            window: Window | None = getattr(before, name, None)
            said: Left | None = getattr(allowance, name, None)
            if window is not None:
                window = window.without(-back * one).at(now_s, one)
            if said is not None:
                left = said.remaining - in_flight * one
                start = window or Window(left, now_s + said.reset_s, said.most)
                window = start.told(left, said, now_s, is_exact=name == "requests")
            if window is not None and window.is_near(NEAR * most * one):
                kept[name] = window
        return cls(**kept) if kept else None

    def _each(self, unit: float) -> list[tuple[Window, float]]:
        return [(window, one) for window, one in ((self.requests, 1.0), (self.tokens, unit)) if window is not None]

    def calls(self, unit: float) -> int:
        return max(0, min(floor(window.left / one) for window, one in self._each(unit)))

    def without(self, calls: int, unit: float) -> "Windows":
        return Windows(
            self.requests and self.requests.without(calls),
            self.tokens and self.tokens.without(calls * unit),
        )

    def due_s(self, unit: float, now_s: float) -> float:
        """Seconds until another call may begin, as far as is known."""
        waits = [window.until_s - now_s for window, one in self._each(unit) if window.left < one]
        return max(waits, default=0.0)

    def as_json(self) -> str:
        return json.dumps({name: asdict(one) for name, one in _named(self).items()})


def _named(windows: Windows) -> Mapping[str, Window]:
    found = {"requests": windows.requests, "tokens": windows.tokens}
    return {name: one for name, one in found.items() if one is not None}
