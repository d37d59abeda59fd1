"""Pages by key, never by offset: page 10,000 costs what page 1 costs."""

from collections.abc import Mapping
from datetime import datetime
from math import inf
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Field, Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from experiments.core.choices import ErrorCode
from experiments.core.datetimes import in_utc
from experiments.core.errors import InvalidInput
from experiments.http.page_time import too_broad
from experiments.models import Queue, QueueItem
from experiments.selectors import items
from experiments.selectors.one_by_one import first_within
from experiments.selectors.row_order import ATTR, RowOrder, order_named
from experiments.selectors.sorted_rows import MANY, MOST_KEPT, Start, find_sorted

MOST_BYTES = 4 * 1024**2
"""On a page of more than one row. A page of large rows has fewer than were asked for; `next` goes on there."""
PATIENCE = 0.5
"""Of `PAGE_TIMEOUT_MS`: so long a search looks for a first row."""
NO_CURSOR = "This cursor is not one that a list gave out."


def _patience_s() -> float:
    return settings.PAGE_TIMEOUT_MS / 1000 * PATIENCE if settings.PAGE_TIMEOUT_MS else inf


def _found_none(stopped: int, onward: str | None, *, down: bool) -> InvalidInput:
    how = f"none {'down' if down else 'up'} to row {stopped:,} matches. Narrow the search, or continue from `next`"
    return too_broad("search", how=how, next=onward)


def field_of(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


class PageCursor(CursorPagination):
    """`{next, previous, results}`, newest first; `limit` up to 1000, fewer where they are large. `InvalidInput` for a
    cursor that no list gave."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000
    # A page begins at a time and skips what the last page had of that time; the id makes that order definite.
    ordering: str | tuple[str, ...] = ("-created_at", "-id")

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        first = self.ordering if isinstance(self.ordering, str) else self.ordering[0]
        self._key = field_of(queryset.model, first.removeprefix("-"))
        page: list[Any] | None = super().paginate_queryset(_Bounded(queryset, self), request, view)  # type: ignore[arg-type]
        return page

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": {**address}, "results": schema},
        }

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor: Cursor | None = super().decode_cursor(request)
            if cursor is None or cursor.position is None:
                return cursor
            ProhibitNullCharactersValidator()(cursor.position)
            place = self._key.clean(cursor.position, None)
            if not isinstance(place, datetime):
                return cursor
            moment = in_utc(place)
            if moment is None:
                raise NotFound
            return cursor._replace(position=moment.isoformat())  # type: ignore[arg-type]  # the stubs say otherwise
        except (NotFound, ValidationError) as error:
            raise InvalidInput(NO_CURSOR, code=ErrorCode.INVALID_CURSOR, attr="cursor") from error


class _Bounded:
    """What a cursor does with a query set. Where its rows are large, its slice is shorter, and so is the page then."""

    def __init__(self, rows: QuerySet[Any], page: PageCursor) -> None:
        self._rows = rows
        self._page = page

    def order_by(self, *names: str) -> "_Bounded":
        return _Bounded(self._rows.order_by(*names), self._page)

    def filter(self, **wanted: Any) -> "_Bounded":
        return _Bounded(self._rows.filter(**wanted), self._page)

    def __getitem__(self, part: slice) -> list[Any]:
        found, _, is_cut = first_within(self._rows[part], MOST_BYTES)
        if is_cut:
            # The last one only says where the next page begins.
            self._page.page_size = len(found) - 1
        return found


class ByName(PageCursor):
    ordering = "name"


class RowCursor(PageCursor):
    ordering = "row_index"
    _links: tuple[str | None, str | None] | None = None
    _order: RowOrder | None = None
    """None: that of the rows."""

    def page_of_rows(self, queue: Queue, wanted: Mapping[str, Any], request: Request) -> list[Any]:
        """A page of the rows that are `wanted`; where each has to be looked at, of those that were found in time.

        That may be fewer than `limit`; `next` then goes on behind the last that was looked at. `InvalidInput` with such
        a `next` where none was found.
        """
        sort = wanted.get("sort")
        wanted = {name: value for name, value in wanted.items() if name != "sort"}
        self._key = field_of(QueueItem, self.ordering)
        self.base_url, size = request.build_absolute_uri(), self.get_page_size(request) or self.page_size
        if sort and sort != self.ordering:
            return self._sorted(queue, wanted, order_named(queue, sort), request, size)
        cursor = self.decode_cursor(request) or Cursor(0, False, None)
        place, up = None if cursor.position is None else int(cursor.position), cursor.reverse and bool(cursor.position)
        after, before = (None, place) if up else (place, None)
        found = items.find(
            queue,
            wanted,
            want=size + 1,
            after=after,
            before=before,
            patience_s=_patience_s(),
            most_bytes=MOST_BYTES,
        )
        if found.is_cut:
            # The last one only says where the next page begins.
            size = len(found.rows) - 1
        page, stopped = found.rows[:size][:: -1 if up else 1], found.looked_to
        first, last = (page[0].row_index, page[-1].row_index) if page else (None, None)
        further = stopped if stopped is not None else (first if up else last) if len(found.rows) > size else None
        onward = None if further is None else self._link(further, up=up)
        back = None
        if place is not None:
            near = last if up else first
            back = self._link((place - 1 if up else place + 1) if near is None else near, up=not up)
        self._links = (back, onward) if up else (onward, back)
        if stopped is not None and not page:
            raise _found_none(stopped, onward, down=up)
        return page

    def _sorted(
        self, queue: Queue, wanted: Mapping[str, Any], order: RowOrder, request: Request, size: int
    ) -> list[Any]:
        """The same in another order; the cursor of a page is the place of the row that it begins behind."""
        self._order = order
        cursor = self.decode_cursor(request) or Cursor(0, False, None)
        start: Any = cursor.position or Start()
        if not order.is_row_order and queue.total > MANY:
            size = min(size, MOST_KEPT - 1)
        found = find_sorted(queue, wanted, order, start, want=size + 1, patience_s=_patience_s(), most_bytes=MOST_BYTES)
        if found.looked_to is not None and not (found.is_sorted and found.rows):
            onward = self._link_to(found.onward, up=start.up)
            if found.is_sorted:
                raise _found_none(found.looked_to, onward, down=order.down != start.up)
            how = f"rows up to {found.looked_to:,} were. Continue from `next`, or sort fewer rows, such as one status"
            raise too_broad(ATTR, what="rows", how=how, next=onward)
        if found.is_cut:
            size = len(found.rows) - 1
        here = found.places[:size]
        further = found.onward or (Start(here[-1]) if len(found.rows) > size else None)
        onward = self._link_to(further, up=start.up)
        back = self._link_to(None if start.place is None or not here else Start(here[0]), up=not start.up)
        self._links = (back, onward) if start.up else (onward, back)
        return found.rows[:size][:: -1 if start.up else 1]

    def decode_cursor(self, request: Request) -> Cursor | None:
        if self._order is None:
            return super().decode_cursor(request)
        cursor: Cursor | None = CursorPagination.decode_cursor(self, request)
        if cursor is None or cursor.position is None:
            return cursor
        start = Start.read(self._order, str(cursor.position), up=cursor.reverse)
        if start is None:
            raise InvalidInput(NO_CURSOR, code=ErrorCode.INVALID_CURSOR, attr="cursor")
        return cursor._replace(position=start)  # type: ignore[arg-type]  # a start is more than its text

    def _link_to(self, start: Start | None, *, up: bool) -> str | None:
        return None if start is None or self._order is None else self._to(start.text(self._order), up=up)

    def _link(self, row_index: int, *, up: bool) -> str:
        """To what is behind a row, or before it."""
        return self._to(str(row_index), up=up)

    def _to(self, position: str, *, up: bool) -> str:
        return self.encode_cursor(Cursor(0, up, position))  # type: ignore[arg-type]  # the stubs say otherwise

    def get_next_link(self) -> str | None:
        return self._links[0] if self._links else super().get_next_link()

    def get_previous_link(self) -> str | None:
        return self._links[1] if self._links else super().get_previous_link()
