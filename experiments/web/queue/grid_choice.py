"""What a person has chosen for the grid of a queue: its columns and the height of its rows, and for all queues whether
the list beside them is pinned and whether the newest answers are followed.

An address may name them, so that a view can be shared; what it names is kept in the session and is what the page shows
until something else is chosen.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from experiments.models import Queue

HEIGHTS = {"compact": "Compact", "regular": "Regular", "tall": "Tall"}
COMPACT = "compact"
RAILS = {"pinned": "pinned", "closed": "", "": "wide"}
"""Classes of the list of queues: unless somebody chooses, it is there where the window is wide."""
SESSION_KEY, SESSION_KEY_OF_ALL = "grids", "all-grids"
MOST_KEPT = 40
"""Queues of which a session keeps the choice."""
MOST_COLUMNS = 200
LEAST_WIDTH, MOST_WIDTH = 56, 1200
MOST_PINNED = 3
MAX_DIGITS = 5
COLUMN_KEY = re.compile(r"[ac][0-9]{1,5}|[a-z]{3,20}")


@dataclass(frozen=True)
class GridChoice:
    """`columns` are keys of columns (`columns.py`), empty: those that are shown unless somebody chooses. `rail` is one
    of `RAILS`. `is_held`: the newest answers are not followed just now, for somebody reads."""

    columns: tuple[str, ...] = ()
    height: str = COMPACT
    rail: str = ""
    follows: bool = False
    widths: tuple[tuple[str, int], ...] = ()
    """Of columns that somebody has drawn, by key."""
    is_held: bool = False
    pinned: tuple[str, ...] = ()
    """Keys of columns that stay at the left, in the order of the grid."""


DEFAULT = GridChoice()


def choice_of_request(request: HttpRequest, queue: Queue) -> GridChoice:
    """What the address names, else what is kept. `reset` in the address forgets the columns.

    An address that names columns names those that are pinned too, or none is.
    """
    given, key = request.GET, str(queue.pk)
    kept = request.session.get(SESSION_KEY, {}).get(key, {})
    named = given.getlist("col")[:MOST_COLUMNS]
    columns: Sequence[str] = [] if "reset" in given else named or kept.get("columns", [])
    pinned = given.getlist("pin")[:MOST_PINNED] if named or "reset" in given else kept.get("pinned", [])
    columns = [*columns, *(key for key in pinned if key not in columns)] if columns else columns
    height = _one_of(HEIGHTS, given.get("height"), kept.get("height"), COMPACT)
    here = {**kept, "columns": list(columns), "height": height, "pinned": list(pinned)}
    if here != {"columns": [], "height": COMPACT, "pinned": [], **kept}:
        _keep(request, key, here)
    widths = tuple((str(name), int(width)) for name, width in kept.get("widths", {}).items())
    return GridChoice(
        tuple(columns),
        height,
        **_everywhere(request),
        widths=widths,
        pinned=tuple(pinned),
        is_held="hold" in given,
    )


def keep_widths(request: HttpRequest, queue: Queue, given: Mapping[str, Any]) -> None:
    """Of columns, by key, as a browser sends them: `c7=212`."""
    key = str(queue.pk)
    kept = request.session.get(SESSION_KEY, {}).get(key, {})
    found = {
        name: min(max(int(text), LEAST_WIDTH), MOST_WIDTH)
        for name, text in given.items()
        if COLUMN_KEY.fullmatch(name) and str(text).isascii() and str(text).isdecimal() and len(str(text)) <= MAX_DIGITS
    }
    widths = {**kept.get("widths", {}), **found}
    _keep(request, key, {**kept, "widths": dict(list(widths.items())[-MOST_COLUMNS:])})


def _keep(request: HttpRequest, key: str, here: Mapping[str, Any]) -> None:
    others = {one: value for one, value in request.session.get(SESSION_KEY, {}).items() if one != key}
    request.session[SESSION_KEY] = {**dict(list(others.items())[-(MOST_KEPT - 1) :]), key: here}


def _everywhere(request: HttpRequest) -> dict[str, Any]:
    given, kept = request.GET, request.session.get(SESSION_KEY_OF_ALL, {})
    follows = given.get("follow")
    found = {
        "rail": _one_of(RAILS, given.get("rail"), kept.get("rail"), ""),
        "follows": kept.get("follows", False) if follows not in ("0", "1") else follows == "1",
    }
    if found != {"rail": "", "follows": False, **kept}:
        request.session[SESSION_KEY_OF_ALL] = found
    return found


def _one_of(known: Mapping[str, str], *names: str | None) -> str:
    """The first name that is known."""
    return next(name for name in names if name is not None and name in known)
