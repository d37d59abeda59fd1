"""The pace at which a network takes calls, learned from what it refused: pure functions of numbers.

Limits are set by rate, and many count what they refuse. Fewer calls at a time do not help against that: the next one
still comes too early. So after a refusal the rate of calls is kept below what was seen to go through, and rises again
along a cubic curve: fast while it is far from where the network refused, slowly near that, faster again beyond it, so
that a limit which has gone is forgotten after minutes. The idea is that of CUBIC (RFC 9438) and of the adaptive retry
mode of the AWS SDKs.

What went through is measured from the first call to the one that was taken after the hold: so many calls in at least
the time until the last refusal, and at most the time until that one. Where a network tells how long to wait both are
the same, and the first refusal is enough to know the limit.

Some networks refuse at any pace: one call in twelve, say, because they are busy. Being slower is in vain there, and
each refusal would make it slower still. Where refusals come again and again long before the pace is back at what was
seen to go through, none is kept to for a while; then a refusal is a hold and nothing else.
"""

import math
from dataclasses import dataclass

CUT = 0.93
"""Where the limit is known, the pace begins again at this part of it."""
MIX = 0.5
"""Where it is known to lie between two rates, the pace begins between them: 0 at the lower one, 1 at the upper one."""
TRUST = 0.75
"""How much what was measured counts beside the pace that was refused, which is higher: it rose on its way there."""
FLOOR, FLOOR_OF_FEW, FEW = 0.6, 0.8, 10
"""No refusal slows a learned pace down by more than that, and by less where only a few calls went before it."""
RISE_S, RISE_CALLS = 45.0, 45.0
"""To where it was refused it rises in so many seconds, or as long as so many calls take."""
UNSURE_S, UNSURE_CALLS = 20.0, 20.0
"""The same where the limit may well be higher."""
LONGEST_RISE_S = 120.0
FORGET = 8.0
"""A pace that rose to so many times what was learned says nothing any more."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
CALLS_TO_WAIT = 1.5
"""Where a pace is known, a first wait that nobody told is at least what so many calls take."""
SHORTEST_MEASURE_S = 0.5
MINUTE_S = 60.0
"""Most limits are by the minute: where a network may take calls again after one, it is taken for one."""
IN_VAIN, IN_VAIN_SURE, MOST_IN_VAIN = 1, 3, 6
"""How much a refusal speaks for it that the pace does not matter: one below a pace that may have been too high, one
below a pace that was seen to go through; and how much of that is enough."""
EARLY = 1 / 3
"""Such a refusal comes in this part of the time in which the pace rises. Limits that are only nearly known are met
later."""
UNPACED_S = 60.0
"""So long no pace is learned then."""
STALE_S = 60.0
"""Where a network was not called for so long after a hold, how long the hold was says nothing of its limit."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Calls a second, `age_s` after the pace began to rise from `low` to `top`, where it is after `rise_s`."""

    top: float
    low: float
    rise_s: float

    def at(self, age_s: float) -> float:
        return self.top + (self.top - self.low) * (max(age_s, 0.0) / self.rise_s - 1) ** 3

    def is_over(self, age_s: float) -> bool:
        return self.at(age_s) > FORGET * self.top

    @property
    def is_sure(self) -> bool:
        """Whether it began below what was seen to go through."""
        return math.isclose(self.low, CUT * self.top)


@dataclass(frozen=True, slots=True)
class Measured:
    """Calls that the network `passed` in `least_s` to `most_s` seconds."""

    passed: float
    least_s: float
    most_s: float


def curve_after(measured: Measured, refused_pace: float | None) -> Curve:
    """The pace after a hold. `refused_pace`: the learned pace at which it refused; None: there was none."""
    passed = max(measured.passed, 1.0)
    if refused_pace is None and measured.least_s < MINUTE_S <= measured.most_s:
        measured = Measured(passed, MINUTE_S, MINUTE_S)
    high = passed / max(measured.least_s, SHORTEST_MEASURE_S)
    low = min(high, passed / max(measured.most_s, SHORTEST_MEASURE_S))
    if refused_pace is not None:
        floor = FLOOR_OF_FEW if passed < FEW else FLOOR
        seen = min(high, refused_pace)
        high = max(seen**TRUST * refused_pace ** (1 - TRUST), floor * refused_pace)
        low = min(high, max(low * high / seen, floor * high))
    if low >= CUT * high:
        return Curve(high, CUT * high, max(RISE_S, RISE_CALLS / high))
    # A window may be as long as it was measured: a pace that is too high is refused no sooner.
    rise_s = max(UNSURE_S, UNSURE_CALLS / high, min(measured.most_s, LONGEST_RISE_S))
    return Curve(high, low ** (1 - MIX) * high**MIX, rise_s)


def in_vain_after(before: int, refused: Curve | None, age_s: float | None) -> int:
    """How much speaks for it that the network refuses at any pace, after a refusal at this age of the learned curve."""
    if refused is None or age_s is None:
        return before
    if age_s >= refused.rise_s:
        return 0
    if age_s >= refused.rise_s * EARLY:
        return max(0, before - IN_VAIN)
    return before + (IN_VAIN_SURE if refused.is_sure else IN_VAIN)


def untold_wait_s(refusals: int, pace: float | None) -> float:
    """Seconds to wait after so many refusals in a row, from 1, where nobody says how long: 1, 2, 4 … 60."""
    first = max(FIRST_WAIT_S, CALLS_TO_WAIT / pace if pace else 0.0)
    return min(LONGEST_WAIT_S, first * 2.0 ** min(max(refusals - 1, 0), 10))
