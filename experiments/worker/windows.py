"""What the headers of answers say may still be used before some time, kept for all processes at a network.

It is followed only while it is near: where more is left than twice the calls that the network may have at a time, the
next answers come before it can be used up. What is in flight is taken to be unknown to the answer that says it.
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

    `is_open`: it was reset, and no answer has told yet what is left since.
    """

    left: float
    until_s: float
    most: int | None
    is_open: bool = False

    def at(self, now_s: float, unit: float) -> "Window":
        if now_s < self.until_s:
            return self
        return Window(float(self.most or unit), now_s + NO_NEWS_S, self.most, is_open=True)

    def told(self, left: float, said: Left, now_s: float) -> "Window":
        until_s = now_s + said.reset_s
        is_same = not self.is_open and abs(until_s - self.until_s) <= SAME_S
        return Window(min(left, self.left) if is_same else left, until_s, said.most or self.most)

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
                window = replace(window, left=window.left + back * one).at(now_s, one)
            if said is not None:
                left = said.remaining - in_flight * one
                start = window or Window(left, now_s + said.reset_s, said.most)
                window = start.told(left, said, now_s)
            if window is not None and window.is_near(NEAR * most * one):
                kept[name] = window
        return cls(**kept) if kept else None

    def _each(self, unit: float) -> list[tuple[Window, float]]:
        return [(window, one) for window, one in ((self.requests, 1.0), (self.tokens, unit)) if window is not None]

    def calls(self, unit: float) -> int:
        return max(0, min(floor(window.left / one) for window, one in self._each(unit)))

    def without(self, calls: int, unit: float) -> "Windows":
        return Windows(
            self.requests and replace(self.requests, left=self.requests.left - calls),
            self.tokens and replace(self.tokens, left=self.tokens.left - calls * unit),
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
