"""A result: what was measured, ours and what it is compared with, in turn. Pure values; they travel as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

FLOOR = "floor"
IDEAL = "ideal"
"""Not measured: it follows from the case. 64 calls of 0.2 s in flight are at most 320 a second."""
NOISY_SPREAD = 0.15
"""A floor whose figures lie further apart than this share of their median was not measured on a quiet machine."""


@dataclass(frozen=True)
class Series:
    """Figures of one thing, measured several times; at least one."""

    figures: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.figures)

    @property
    def low(self) -> float:
        return min(self.figures)

    @property
    def high(self) -> float:
        return max(self.figures)

    @property
    def spread(self) -> float:
        """From the lowest to the highest, as a share of the median."""
        return (self.high - self.low) / self.median if self.median else 0.0


@dataclass(frozen=True)
class Result:
    """One line of the table.

    `ours` and `floor` are figures in `unit`; `against` names what the second is, which isn't always the thread pool.
    `least` or `most` is what the ratio should reach, or not go beyond; `least_ours` what ours should reach by itself.
    `details` are further figures of each of ours, `floor_details` of each floor: `NAMES` in `report` says which.
    """

    name: str
    what: str
    unit: str
    ours: Sequence[float]
    floor: Sequence[float] = ()
    against: str = FLOOR
    least: float | None = None
    most: float | None = None
    least_ours: float | None = None
    details: Sequence[Mapping[str, float]] = field(default_factory=tuple)
    floor_details: Sequence[Mapping[str, float]] = field(default_factory=tuple)

    @property
    def ratio(self) -> float | None:
        """Of the medians, ours to the other; None where there is no other."""
        if not self.floor or not Series(self.floor).median:
            return None
        return Series(self.ours).median / Series(self.floor).median

    @property
    def reached(self) -> bool | None:
        """Whether every aim is reached; None without one, or without the figures that it is about."""
        ratio, ours = self.ratio, Series(self.ours).median
        checks = [
            *([ratio >= self.least] if ratio is not None and self.least is not None else []),
            *([ratio <= self.most] if ratio is not None and self.most is not None else []),
            *([ours >= self.least_ours] if self.least_ours is not None else []),
        ]
        return all(checks) if checks else None

    @property
    def noisy(self) -> bool:
        return len(self.floor) > 1 and Series(self.floor).spread > NOISY_SPREAD

    def detail(self, name: str, *, of_floor: bool = False) -> float | None:
        """The median of a further figure; None where none has it."""
        found = [one[name] for one in (self.floor_details if of_floor else self.details) if name in one]
        return median(found) if found else None


@dataclass(frozen=True)
class Machine:
    """What was measured on. `load` is the load average of the last minute when it began."""

    cores: int
    system: str
    python: str
    postgres: str
    load: float
    quiet: bool


def summary(result: Result) -> dict[str, Any]:
    """As JSON for programs: medians, ranges, ratio, and all that was measured."""
    return {
        "name": result.name,
        "what": result.what,
        "unit": result.unit,
        "against": result.against,
        "ours": described(result.ours),
        "floor": described(result.floor) if result.floor else None,
        "ratio": result.ratio,
        "aim": {"least": result.least, "most": result.most, "least_ours": result.least_ours},
        "reached": result.reached,
        "details": [dict(one) for one in result.details],
        "floor_details": [dict(one) for one in result.floor_details],
    }


def described(figures: Sequence[float]) -> dict[str, Any]:
    series = Series(figures)
    return {"median": series.median, "low": series.low, "high": series.high, "figures": list(figures)}
