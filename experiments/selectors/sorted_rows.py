"""Rows in another order than their own, page by page. A page begins at a place: the value that the last row of the page
before had, and the index of that row. So it is right when values repeat, and when rows change in between.

No index has such an order. Of many rows each stretch is sorted for itself, and the best of all so far are kept; when
the time is up, that is where the next request goes on.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import connection
from django.db.models import BooleanField, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from experiments.core.errors import InvalidInput
from experiments.http.page_time import at_most, in_time
from experiments.models import Queue, QueueItem
from experiments.models.querysets import QueueItemQuerySet
from experiments.selectors import items
from experiments.selectors.items import Found, Reader
from experiments.selectors.row_order import ATTR, RowOrder

FIRST_STRETCH = 5_000
MANY = 20_000
"""Of more rows a page has less than `MOST_KEPT`."""
LONGER = 8
"""A stretch has so many times as many rows as the last, at most."""
LOOK_S = 0.4
"""So long a page looks; then it says how far it came."""
LONGEST_MS = 500
"""A page waits for one stretch no longer."""
MOST_KEPT = 101
"""So many of the best rows an address can name; a longer page is sorted at once."""
SORT_MEMORY = "32MB"
"""Of PostgreSQL, for a file."""
FEWER = "sort fewer rows, for example those of one status or error code, or read them in row order"
Shape = Callable[[QuerySet[Any, Any]], QuerySet[Any, Any]]


@dataclass(frozen=True)
class Place:
    """`key`: the value that rows are compared by, as a text; None: the row has none."""

    key: str | None
    row_index: int


@dataclass(frozen=True)
class Begun:
    """A sort that had no time for all rows: up to which one it came, and the indexes of the best so far."""

    looked_to: int
    best: tuple[int, ...]


@dataclass(frozen=True)
class Start:
    """Where a page begins: behind a place, or before it where it goes `up`; and what of its sort is done."""

    place: Place | None = None
    up: bool = False
    begun: Begun | None = None

    def text(self, order: RowOrder) -> str:
        """For an address; whether it goes up is said beside it."""
        place = [self.place.key, self.place.row_index] if self.place else None
        begun = [self.begun.looked_to, *self.begun.best] if self.begun else []
        return json.dumps([order.name, place, *begun], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, order: RowOrder, text: str, *, up: bool) -> "Start | None":
        """None where it is no place of this order."""
        try:
            name, place, *begun = json.loads(text)
            found = None if place is None else Place(*place)
            is_key = found is None or found.key is None or order.type.read(found.key) is not None
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None
        indexes = [*begun, *([found.row_index] if found else [])]
        are_indexes = all(type(one) is int and 0 <= one <= items.LARGEST_INDEX for one in indexes)
        if name != order.name or not is_key or not are_indexes or len(begun) > MOST_KEPT + 1:
            return None
        return cls(found, up, Begun(begun[0], tuple(begun[1:])) if begun else None)


@dataclass(frozen=True)
class SortedRows:
    """Rows from a start on, with the place of each; those before a place come from there up, the nearest first.

    `is_cut`: these have enough bytes, and there are more. `looked_to`: there was no time for the rows behind this one.
    In row order those that were found are all up to there, and `onward` is where the next page begins; in another order
    they are only the best of those, and `onward` is where the sort goes on.
    """

    rows: list[Any]
    places: list[Place]
    is_cut: bool = False
    looked_to: int | None = None
    onward: Start | None = None

    @property
    def is_sorted(self) -> bool:
        """No row can come before these any more."""
        return self.onward is None or self.onward.begun is None


def find_sorted(
    queue: Queue,
    wanted: Mapping[str, Any],
    order: RowOrder,
    start: Start = Start(),
    *,
    want: int,
    shape: Shape = lambda rows: rows,
    patience_s: float = 0.0,
    most_bytes: int | None = None,
) -> SortedRows:
    """The next `want` rows of `items_filtered` from a start on.

    `InvalidInput`, `too_broad`, where even a stretch of them cannot be sorted in `LONGEST_MS`.
    """
    reader = Reader(most_bytes)
    if order.is_row_order:
        found = _by_index(queue, wanted, order, start, want=want, patience_s=patience_s)
        places = [Place(None, index) for index in found.rows]
        onward = None if found.looked_to is None else Start(Place(None, found.looked_to), start.up)
        return _read(queue, places, reader, shape, found.looked_to, onward)
    with at_most(LONGEST_MS):
        places, looked_to = _sift(queue, items.items_filtered(queue, wanted), order, start, want)
    best = tuple(place.row_index for place in places)
    onward = None if looked_to is None else Start(start.place, start.up, Begun(looked_to, best))
    return _read(queue, places, reader, shape, looked_to, onward)


def place_of_row(queue: Queue, order: RowOrder, row_index: int) -> Place | None:
    """None where there is no such row. From there on `find_sorted` finds those beside it."""
    row = QueueItem.objects.of_queue(queue).filter(row_index=row_index)
    keys = row.values_list(Cast(order.key, TextField()), flat=True)
    return next((Place(None if order.is_row_order else key, row_index) for key in keys), None)


def sort_on_disk() -> None:
    """In a transaction: a sort of however many rows takes `SORT_MEMORY` of memory, and else room on the disk."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{SORT_MEMORY}'; SET LOCAL jit = off")


def in_order(rows: QueueItemQuerySet, order: RowOrder) -> QueueItemQuerySet:
    """All of them, sorted: for files."""
    if order.is_row_order:
        return rows.order_by(f"-{order.sql}" if order.down else order.sql)
    key = order.key
    return rows.order_by(
        key.desc(nulls_last=True) if order.down else key.asc(nulls_last=True),
        "-row_index" if order.down else "row_index",
    )


def _read(
    queue: Queue, places: Sequence[Place], reader: Reader, shape: Shape, looked_to: int | None, onward: Start | None
) -> SortedRows:
    """The rows of these places, as far as they have no more bytes than they may."""
    indexes = [place.row_index for place in places]
    position = RawSQL("array_position(%s::int[], experiments_queueitem.row_index)", [indexes], IntegerField())
    rows = shape(items.items_of_queue(queue).filter(row_index__in=indexes)).order_by(position)
    found = reader.rows(rows)
    return SortedRows(found, list(places[: len(found)]), reader.is_cut, looked_to, onward)


def _by_index(
    queue: Queue, wanted: Mapping[str, Any], order: RowOrder, start: Start, *, want: int, patience_s: float
) -> Found:
    """In row order, down or up: an index has it."""
    index = None if start.place is None else start.place.row_index
    falls = order.down != start.up
    if falls and index is None:
        index = items.last_index(queue) + 1
    return items.find(
        queue,
        wanted,
        want=want,
        shape=lambda rows: rows.values_list("row_index", flat=True),
        **{"before" if falls else "after": index},
        patience_s=patience_s,
    )


def _sift(
    queue: Queue, rows: QueueItemQuerySet, order: RowOrder, start: Start, want: int
) -> tuple[list[Place], int | None]:
    """The best of all rows, or of those that there was time for, and then up to which row that was."""
    began, stretch, best = monotonic(), FIRST_STRETCH, []
    looked_to, last = -1, items.last_index(queue)
    if start.begun is not None:
        looked_to = start.begun.looked_to
        best = _in_time(rows.filter(row_index__in=start.begun.best), order, start, want)
    if want > MOST_KEPT:
        return _in_time(rows, order, start, want), None
    came_from = looked_to
    while looked_to < last:
        since, end = monotonic(), min(looked_to + stretch, last)
        here = rows.filter(row_index__gt=looked_to, row_index__lte=end)
        try:
            found = _in_time(here, order, start, want)
        except InvalidInput:
            if looked_to == came_from:
                raise
            # The stretch was too long: what was found before it counts.
            break
        best = _merged(order, start, [*best, *found])[:want]
        looked_to, now = end, monotonic()
        left_s = LOOK_S - (now - began)
        if left_s <= 0:
            break
        stretch = max(int(stretch * min(LONGER, left_s / max(now - since, 1e-6))), FIRST_STRETCH)
    return best, looked_to if looked_to < last else None


def _in_time(rows: QueueItemQuerySet, order: RowOrder, start: Start, want: int) -> list[Place]:
    with in_time(ATTR, what="rows", how=FEWER):
        with connection.cursor() as cursor:
            # It would take longer to compile than it saves.
            cursor.execute("SET LOCAL jit = off")
        return _places(rows, order, start, want)


def _merged(order: RowOrder, start: Start, places: Iterable[Place]) -> list[Place]:
    """Sorted as PostgreSQL sorts them: texts by their characters' numbers, too."""
    falls = order.down != start.up
    by_row = sorted(places, key=lambda place: place.row_index, reverse=falls)
    without = [place for place in by_row if place.key is None]
    with_value = [place for place in by_row if place.key is not None]
    with_value.sort(key=lambda place: order.type.read(place.key or ""), reverse=falls)
    return [*without, *with_value] if start.up else [*with_value, *without]


def _places(rows: QueueItemQuerySet, order: RowOrder, start: Start, want: int) -> list[Place]:
    """First those with a value, then those without, or the other way round on the way up."""
    place, up = start.place, start.up
    if place is None and not up:
        # Each row's value is made once: where it is looked at for a condition, too, that takes twice as long.
        keys = in_order(rows, order).values_list("row_index", Cast(order.key, TextField()))
        return [Place(key, index) for index, key in keys[:want]]
    with_value, without = _with_value(rows, order, place, up=up), _without(rows, order, place, up=up)
    if place is None or place.key is None:
        # On the way up from the end those without a value come first.
        parts = [without, with_value] if up else [without]
    else:
        parts = [with_value] if up else [with_value, without]
    found: list[Place] = []
    for part in parts:
        if len(found) < want:
            found += [Place(key, index) for index, key in part[: want - len(found)]]
    return found


def _with_value(rows: QueueItemQuerySet, order: RowOrder, place: Place | None, *, up: bool) -> QuerySet[Any, Any]:
    falls = order.down != up
    if place is not None and place.key is not None:
        condition = (
            f"({order.sql}, experiments_queueitem.row_index) {'<' if falls else '>'} (%s::{order.type.name}, %s)"
        )
        rows = rows.filter(_sql(condition, *order.params, place.key, place.row_index))
    else:
        rows = rows.filter(_sql(f"({order.sql}) IS NOT NULL", *order.params))
    key = order.key
    rows = rows.order_by(key.desc() if falls else key.asc(), "-row_index" if falls else "row_index")
    return rows.values_list("row_index", Cast(key, TextField()))


def _without(rows: QueueItemQuerySet, order: RowOrder, place: Place | None, *, up: bool) -> QuerySet[Any, Any]:
    falls = order.down != up
    rows = rows.filter(_sql(f"({order.sql}) IS NULL", *order.params))
    if place is not None and place.key is None:
        rows = rows.filter(**{"row_index__lt" if falls else "row_index__gt": place.row_index})
    rows = rows.order_by("-row_index" if falls else "row_index")
    return rows.values_list("row_index", Value(None, TextField()))


def _sql(condition: str, *values: Any) -> Q:
    return Q(RawSQL(condition, values, output_field=BooleanField()))  # noqa: S611  names and signs are ours
