"""How long the answers of a site took, as a table, as a graph by the minute, and as JSON."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any

MINUTE_S = 60


@dataclass(frozen=True)
class Look:
    """One request: what was asked for in which phase, so many seconds after the beginning, and the milliseconds until
    all of the answer was there; of these `cpu_ms` is processor time of the web server, in steps of ten."""

    what: str
    phase: str
    at_s: float
    ms: float
    cpu_ms: float
    limit_ms: float | None


@dataclass
class Times:
    """`phase` is that of the looks to come; the seconds of its first one count from when it was set."""

    phase: str = ""
    looks: list[Look] = field(default_factory=list)
    _began_at: float = field(default_factory=time.monotonic)

    def begin(self, phase: str) -> None:
        self.phase, self._began_at = phase, time.monotonic()

    def add(self, what: str, ms: float, cpu_ms: float, limit_ms: float | None) -> None:
        self.looks.append(Look(what, self.phase, time.monotonic() - self._began_at, ms, cpu_ms, limit_ms))

    def table(self) -> Iterator[str]:
        """Lines of Markdown: of each phase and sort of request the number, then milliseconds."""
        yield "| | | times | median | 95 % | slowest | processor | limit | holds |"
        yield "|---|---|---|---|---|---|---|---|---|"
        sorts: dict[tuple[str, str], list[Look]] = {}
        for look in self.looks:
            sorts.setdefault((look.phase, look.what), []).append(look)
        for (phase, what), looks in sorts.items():
            spent = [look.ms for look in looks]
            limit = looks[0].limit_ms
            figures = (median(spent), most_of(spent), max(spent), fmean(look.cpu_ms for look in looks))
            shown = " | ".join(f"{value:,.0f}" for value in figures)
            holds = "" if limit is None else how_it_holds(spent, limit)
            yield f"| {phase} | {what} | {len(looks)} | {shown} | {'' if limit is None else f'{limit:.0f}'} | {holds} |"

    def chart(self, phase: str, lines: Mapping[str, Iterable[str]]) -> Iterator[str]:
        """A graph in Markdown of the median of each minute of a phase; `lines` names each with its sorts of requests.

        Minutes in which one of the lines has nothing are left out.
        """
        minutes: dict[int, dict[str, list[float]]] = {}
        for look in self.looks:
            for name, sorts in lines.items():
                if look.phase == phase and look.what in sorts:
                    of_minute = minutes.setdefault(int(look.at_s // MINUTE_S) + 1, {})
                    of_minute.setdefault(name, []).append(look.ms)
        whole = {minute: found for minute, found in sorted(minutes.items()) if len(found) == len(lines)}
        yield "```mermaid"
        yield "xychart-beta"
        yield f'    title "Milliseconds, median of each minute: {", ".join(lines)}"'
        yield f'    x-axis "minute" [{", ".join(map(str, whole))}]'
        yield '    y-axis "ms"'
        for name in lines:
            yield f"    line [{', '.join(f'{median(found[name]):.1f}' for found in whole.values())}]"
        yield "```"

    def write(self, path: Path, **more: Any) -> None:
        path.write_text(json.dumps({**more, "looks": [asdict(look) for look in self.looks]}, indent=1))


def most_of(values: list[float]) -> float:
    """What 95 of 100 stay below."""
    return quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]


def how_it_holds(spent: list[float], limit: float) -> str:
    if max(spent) <= limit:
        return "all"
    if most_of(spent) <= limit:
        return "95 %"
    return "median" if median(spent) <= limit else "**no**"
