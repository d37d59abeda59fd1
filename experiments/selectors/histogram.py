"""Bins of a histogram with round edges: whole multiples of 1, 2 or 5 times a power of ten."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

WANTED = 10
"""About so many bins; up to one more, so that the edges are round."""
DIGITS = 5000
"""Enough for the longest whole number and the smallest float in one."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Bin n of `count` takes the values from `start + n * step` up to, and without, `start + (n + 1) * step`."""

    start: Decimal
    step: Decimal
    count: int

    @property
    def edges(self) -> list[Decimal]:
        """Where each bin begins, and where the last one ends."""
        with localcontext(prec=DIGITS):
            return [self.start + n * self.step for n in range(self.count + 1)]


def scale(low: Decimal, high: Decimal, *, whole: bool) -> Scale:
    """Bins for values from `low` to `high`, both included. `whole`: the values are whole numbers, and so are edges."""
    with localcontext(prec=DIGITS):
        step = _step((high - low) / WANTED)
        if whole:
            step = max(step, Decimal(1))
        start = (low / step).to_integral_value("ROUND_FLOOR") * step
        return Scale(start, step, int((high - start) // step) + 1)


def _step(at_least: Decimal) -> Decimal:
    """The smallest of 1, 2, 5 times a power of ten that is not less."""
    if at_least <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(at_least.adjusted())
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= at_least)
