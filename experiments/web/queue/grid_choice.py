"""What a person has chosen for the grid of a queue: its columns and the height of its rows.

An address may name them, so that a view can be shared; what it names is kept in the session, for this queue, and is
what the page shows until something else is chosen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest

from experiments.models import Queue

HEIGHTS = {"compact": "Compact", "regular": "Regular", "tall": "Tall"}
COMPACT = "compact"
SESSION_KEY = "grids"
MOST_KEPT = 40
"""Queues of which a session keeps the choice."""
MOST_COLUMNS = 200


@dataclass(frozen=True)
class GridChoice:
    """`columns` are keys of columns (`columns.py`), empty: those that are shown unless somebody chooses."""

    columns: tuple[str, ...] = ()
    height: str = COMPACT


DEFAULT = GridChoice()


def choice_of_request(request: HttpRequest, queue: Queue) -> GridChoice:
    """What the address names, else what is kept. `reset` in the address forgets the columns."""
    kept = _kept(request.session.get(SESSION_KEY, {}).get(str(queue.pk), {}))
    named = request.GET.getlist("col")
    columns = () if "reset" in request.GET else tuple(named[:MOST_COLUMNS]) if named else kept.columns
    height = request.GET.get("height", "")
    choice = GridChoice(columns, height if height in HEIGHTS else kept.height)
    if choice != kept:
        _keep(request, queue, choice)
    return choice


def _kept(stored: Mapping[str, Any]) -> GridChoice:
    columns: Sequence[str] = stored.get("columns", ())
    height = stored.get("height", COMPACT)
    return GridChoice(tuple(columns), height if height in HEIGHTS else COMPACT)


def _keep(request: HttpRequest, queue: Queue, choice: GridChoice) -> None:
    others = {key: kept for key, kept in request.session.get(SESSION_KEY, {}).items() if key != str(queue.pk)}
    newest = dict(list(others.items())[-(MOST_KEPT - 1) :])
    request.session[SESSION_KEY] = {**newest, str(queue.pk): asdict(choice)}
