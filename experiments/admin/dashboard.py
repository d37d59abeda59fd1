"""What the first page shows, ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils.text import capfirst

from experiments.core.choices import QueueStatus
from experiments.core.formatting import compact, count, counted, duration, size_in_words
from experiments.core.labels import outcome_in_words
from experiments.models import Network
from experiments.selectors.desk import LAST_CALLS, MINUTES, Desk, Table

WIDTH, HEIGHT = 600, 72
"""Of the chart, in its own units."""
LONG_WAIT_S = 3600.0


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float
    title: str


@dataclass(frozen=True)
class Line:
    """Of a table: a name, a number in words, and how much of the most it is, of 100."""

    name: str
    value: str
    share: float
    more: str = ""


@dataclass(frozen=True)
class Tile:
    """`look`: how bad it is, as a class."""

    title: str
    value: str
    hint: str
    link: str = ""
    look: str = ""


@dataclass(frozen=True)
class Dashboard:
    tiles: Sequence[Tile]
    bars: Sequence[Bar]
    most: str
    is_quiet: bool
    failures: Sequence[Line]
    failures_of: str
    held: Sequence[Network]
    tables: Sequence[Line]
    width: int = WIDTH
    height: int = HEIGHT


def dashboard(desk: Desk) -> Dashboard:
    most = max(desk.per_minute, default=0)
    failed = sum(desk.failures.values())
    return Dashboard(
        tiles=[_rate(desk), _waiting(desk), _oldest(desk), _paused(desk), _workers(desk), _held(desk), _disk(desk)],
        bars=_bars(desk.per_minute, most),
        most=count(most),
        is_quiet=not most,
        failures=_shares([(outcome_in_words(code), calls, code) for code, calls in desk.failures.items()], count),
        failures_of=_failures_of(failed, desk.calls),
        held=desk.held,
        tables=_shares([_table(one) for one in desk.tables], size_in_words),
    )


def _rate(desk: Desk) -> Tile:
    return Tile("Rows per minute", f"{desk.rate:,.0f}", f"{counted(desk.in_progress, 'call')} in progress")


def _waiting(desk: Desk) -> Tile:
    link = f"{reverse('admin:experiments_queue_changelist')}?status__exact={QueueStatus.RUNNING}"
    return Tile("Queued rows", compact(desk.queued), f"{count(desk.running)} running", link)


def _oldest(desk: Desk) -> Tile:
    oldest = desk.oldest
    if oldest is None:
        return Tile("Oldest queued row", "–", "Nothing waits.")
    link = reverse("admin:experiments_queue_change", args=[oldest.queue_id])
    look = "warn" if oldest.waits_s > LONG_WAIT_S else ""
    return Tile("Oldest queued row", duration(oldest.waits_s), oldest.name, link, look)


def _paused(desk: Desk) -> Tile:
    link = f"{reverse('admin:experiments_queue_changelist')}?status__exact={QueueStatus.PAUSED}"
    return Tile(
        "Paused by the system",
        count(desk.paused),
        "Waiting for a person." if desk.paused else "Nothing needs you.",
        link,
        "warn" if desk.paused else "",
    )


def _workers(desk: Desk) -> Tile:
    workers = desk.workers
    hint = f"{counted(workers.processes, 'process', 'processes')}, {counted(workers.lanes, 'lane')}"
    hint += f"; {workers.silent} silent" if workers.silent else ""
    look = "" if workers.alive else "bad"
    link = reverse("admin:experiments_workerprocess_changelist")
    if not workers.alive:
        hint = "Start one: manage.py qcluster"
    return Tile("Workers alive", count(workers.alive), hint, link, look)


def _held(desk: Desk) -> Tile:
    link = reverse("admin:experiments_network_changelist")
    hint = "Rows wait there." if desk.held else "All take calls."
    return Tile("Networks on hold", count(len(desk.held)), hint, f"{link}?hold=on", "warn" if desk.held else "")


def _disk(desk: Desk) -> Tile:
    disk = settings.DISK_SPACE
    look = "bad" if disk.is_short else ""
    hint = f"{size_in_words(disk.free)} free on this machine"
    return Tile("Disk of the tables", size_in_words(desk.size), hint, look=look)


def _bars(per_minute: Sequence[int], most: int) -> list[Bar]:
    step = WIDTH / max(len(per_minute), 1)
    bars = []
    for place, number in enumerate(per_minute):
        height = max(number / most * HEIGHT, 1) if number else 0
        ago = len(per_minute) - place
        bars.append(
            Bar(round(place * step, 1), round(HEIGHT - height, 1), round(height, 1), f"{ago} min ago: {number:,}")
        )
    return bars


def _failures_of(failed: int, calls: int) -> str:
    if not calls:
        return f"No call ended within the last {MINUTES} minutes."
    last = f"the last {LAST_CALLS:,} calls" if calls >= LAST_CALLS else f"{counted(calls, 'call')} of the last hour"
    return f"{count(failed)} of {last} failed ({failed / calls:.1%})." if failed else f"None of {last} failed."


def _shares(found: Sequence[tuple[str, int, str]], shown: Any) -> list[Line]:
    most = max((number for _, number, _ in found), default=0) or 1
    return [Line(name, shown(number), round(100 * number / most, 1), more) for name, number, more in found]


def _table(table: Table) -> tuple[str, int, str]:
    return _name_of(table.name), table.size, "" if table.rows is None else f"{compact(table.rows)} rows"


def _name_of(table: str) -> str:
    """Of a table: what the admin calls what is in it, else its own name."""
    model = next((one for one in apps.get_models(include_auto_created=True) if one._meta.db_table == table), None)
    if model is None:
        return table
    known: Any = admin.site._registry.get(model)
    return capfirst(str((known.opts if known else model._meta).verbose_name_plural))
