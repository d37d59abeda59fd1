"""Pages by key, never by offset: page 10,000 costs what page 1 costs."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Field, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from experiments.core.choices import ErrorCode
from experiments.core.datetimes import in_utc
from experiments.core.errors import InvalidInput
from experiments.selectors.one_by_one import first_within

MOST_BYTES = 4 * 1024**2
"""On a page of more than one row. A page of large rows has fewer than were asked for; `next` goes on there."""


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
        self._key: Field[Any, Any] = queryset.model._meta.get_field(first.removeprefix("-"))
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
            sentence = "This cursor is not one that a list gave out."
            raise InvalidInput(sentence, code=ErrorCode.INVALID_CURSOR, attr="cursor") from error


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
        found, is_cut = first_within(self._rows[part], MOST_BYTES)
        if is_cut:
            # The last one only says where the next page begins.
            self._page.page_size = len(found) - 1
        return found


class ByName(PageCursor):
    ordering = "name"


class RowCursor(PageCursor):
    ordering = "row_index"
