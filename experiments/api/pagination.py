"""Pages by key, never by offset: page 10,000 costs what page 1 costs."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import Field, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from experiments.core.datetimes import in_utc
from experiments.core.errors import InvalidInput


class PageCursor(CursorPagination):
    """`{next, previous, results}`, newest first; `limit` up to 1000. `InvalidInput` for a cursor that is not ours."""

    page_size = 100
    page_size_query_param = "limit"
    max_page_size = 1000
    # A page begins at a time and skips those of that time that were seen: the id keeps their order.
    ordering: str | tuple[str, ...] = ("-created_at", "-id")

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any] | None:
        first = self.ordering if isinstance(self.ordering, str) else self.ordering[0]
        self._key: Field[Any, Any] = queryset.model._meta.get_field(first.removeprefix("-"))
        page: list[Any] | None = super().paginate_queryset(queryset, request, view)
        return page

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            cursor: Cursor | None = super().decode_cursor(request)
            position = cursor.position if cursor else None
            if position is not None:
                ProhibitNullCharactersValidator()(position)
                place = self._key.clean(position, None)
                if isinstance(place, datetime):
                    cursor = self._at(cursor, place)
        except (NotFound, ValidationError) as error:
            sentence = "This cursor is not one that a list gave out."
            raise InvalidInput(sentence, code="invalid_cursor", attr="cursor") from error
        return cursor

    def _at(self, cursor: Cursor | None, place: datetime) -> Cursor | None:
        moment = in_utc(place)
        if cursor is None or moment is None:
            raise NotFound
        return cursor._replace(position=moment.isoformat())  # type: ignore[arg-type]  # it is text, whatever the stubs say


class ByName(PageCursor):
    ordering = "name"


class RowCursor(PageCursor):
    ordering = "row_index"
