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


class PageCursor(CursorPagination):
    """`{next, previous, results}`, newest first; `limit` up to 1000. `InvalidInput` for a cursor that no list gave."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000
    # A page begins at a time and skips what the last page had of that time; the id makes that order definite.
    ordering: str | tuple[str, ...] = ("-created_at", "-id")

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        first = self.ordering if isinstance(self.ordering, str) else self.ordering[0]
        self._key: Field[Any, Any] = queryset.model._meta.get_field(first.removeprefix("-"))
        page: list[Any] | None = super().paginate_queryset(queryset, request, view)
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


class ByName(PageCursor):
    ordering = "name"


class RowCursor(PageCursor):
    ordering = "row_index"
