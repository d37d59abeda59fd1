"""Bins of a histogram of dates, each a day, a month, a year or more, told by how the dates are written (ISO 8601)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

MOST_BINS = 12


@dataclass(frozen=True, slots=True)
class DateUnit:
    """`size`: characters of a date that all dates of a unit begin with. `following`: the first day after a unit, of its
    own first day; None where no year is left."""

    size: int
    following: Callable[[date], date | None]


def _after_years(years: int) -> Callable[[date], date | None]:
    def following(first: date) -> date | None:
        # The first unit begins a year late: there is no year 0.
        year = (first.year // years + 1) * years
        return date(year, 1, 1) if year <= date.max.year else None

    return following


def _after_a_month(first: date) -> date | None:
    if first.month < 12:
        return first.replace(month=first.month + 1)
    return _after_years(1)(first)


def _after_a_day(first: date) -> date | None:
    return first + timedelta(days=1) if first < date.max else None


UNITS = (
    DateUnit(10, _after_a_day),
    DateUnit(7, _after_a_month),
    DateUnit(4, _after_years(1)),
    DateUnit(3, _after_years(10)),
    DateUnit(2, _after_years(100)),
    DateUnit(1, _after_years(1000)),
)
"""The finest first."""


def unit_of_span(first: str, last: str) -> DateUnit:
    """The finest unit of which there are at most 12 from one date or time to another."""
    for unit in UNITS:
        bins = _starts(unit, first, last)
        if sum(1 for _ in zip(range(MOST_BINS + 1), bins, strict=False)) <= MOST_BINS:
            return unit
    return UNITS[-1]


def date_bins(unit: DateUnit, first: str, last: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """`[{from, to, count}]`, `to` being the first day after the bin, None after the year 9999.

    `counts` by the beginnings of the dates.
    """
    found = []
    for start in _starts(unit, first, last):
        end = unit.following(start)
        count = counts.get(start.isoformat()[: unit.size], 0)
        found.append({"from": start.isoformat(), "to": end and end.isoformat(), "count": count})
    return found


def _starts(unit: DateUnit, first: str, last: str) -> Iterator[date]:
    start: date | None = _first_day(first[: unit.size])
    while start is not None and start.isoformat() <= last:
        yield start
        start = unit.following(start)


def _first_day(beginning: str) -> date:
    # Of what is left out, the lowest: there is no year 0.
    whole = beginning + "0001-01-01"[len(beginning) :]
    if len(beginning) < len("2026"):
        whole = beginning.ljust(4, "0") + "-01-01"
    return date.fromisoformat(whole if whole[:4] > "0000" else "0001-01-01")
