"""What the site's tables take in the database, and whether figures that are sampled over time stay flat."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import groupby

from django.db import connection

_SIZES = """
SELECT c.relname, pg_total_relation_size(c.oid), pg_indexes_size(c.oid), coalesce(s.n_dead_tup, 0)
FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
MEMORY, TABLE, INDEXES, DEAD = "memory", "table", "indexes", "dead rows"
UNITS = {MEMORY: 1e6, TABLE: 1e6, INDEXES: 1e6, DEAD: 1.0}
SHOWN_FROM = 1.0
"""Figures of at least that many units (megabytes, rows) are shown."""


def sizes_of_tables() -> dict[tuple[str, str], float]:
    """(what, table) → bytes of the table with its indexes, of its indexes, and its dead rows."""
    found: dict[tuple[str, str], float] = {}
    with connection.cursor() as cursor:
        # A transaction otherwise keeps seeing the statistics that it saw first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_SIZES)
        for name, total, indexes, dead in cursor.fetchall():
            found |= {(TABLE, name): total, (INDEXES, name): indexes, (DEAD, name): dead}
    return found


@dataclass(frozen=True)
class Bound:
    """The most in the second half is at most `times` the most in the first, and `more` on top of that."""

    times: float
    more: float

    def of(self, before: float) -> float:
        return self.times * before + self.more


@dataclass
class Samples:
    """Figures over time. `add` tells when, as a share of the whole time, from 0 to 1."""

    warm_up: float
    """The first part of the time, which is not compared: processes and tables fill up."""
    _seen: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, share: float, figures: dict[tuple[str, str], float]) -> None:
        for name, value in figures.items():
            self._seen[name].append((share, value))

    def halves(self) -> dict[tuple[str, str], tuple[float, float]]:
        """The most in the first and in the second half, of what was seen in both."""
        middle = (1 + self.warm_up) / 2
        found = {}
        for name, values in self._seen.items():
            first = [value for share, value in values if self.warm_up <= share < middle]
            second = [value for share, value in values if share >= middle]
            if first and second:
                found[name] = (max(first), max(second))
        return found

    def grown(self, bounds: dict[str, Bound]) -> list[str]:
        """A sentence for each figure that is not flat."""
        return [
            f"{what} of {name}: {before / UNITS[what]:,.1f} → {after / UNITS[what]:,.1f}"
            for (what, name), (before, after) in self.halves().items()
            if after > bounds[what].of(before)
        ]

    def lines(self) -> list[str]:
        """`what: name before → after, …` for those that are large enough to matter, in megabytes or rows."""
        shown = sorted(
            (what, f"{name} {before / UNITS[what]:,.1f} → {after / UNITS[what]:,.1f}")
            for (what, name), (before, after) in self.halves().items()
            if max(before, after) >= SHOWN_FROM * UNITS[what]
        )
        return [f"{what}: {', '.join(text for _, text in some)}" for what, some in groupby(shown, lambda pair: pair[0])]
