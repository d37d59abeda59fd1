"""Filters beside a list that read nothing to be shown."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from experiments.core.choices import PauseReason, QueueStatus, RowError
from experiments.core.labels import PAUSE_REASONS, QUEUE_STATUS, ROW_ERRORS


class TextFilter(admin.SimpleListFilter):
    """A field to type into, where a list of all values would be too long."""

    template = "admin/text_filter.html"
    hint = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("", "")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        others = [(key, value) for key, value in changelist.params.items() if key != self.parameter_name]
        yield {
            "name": self.parameter_name,
            "value": self.value() or "",
            "hint": self.hint,
            "others": others,
            "clear": changelist.get_query_string(remove=[self.parameter_name]),
        }


class OwnerFilter(TextFilter):
    title, parameter_name, hint = "owner", "owner", "Username"
    path = "created_by__username"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = (self.value() or "").strip()
        return queryset.filter(**{self.path: name}) if name else queryset


class OwnerOfQueue(OwnerFilter):
    path = "queue__created_by__username"


class OwnerOfRun(OwnerFilter):
    path = "owner__username"


class UserName(OwnerFilter):
    title, path = "user", "user_name"


class CodeFilter(admin.SimpleListFilter):
    """Why rows failed."""

    title, parameter_name, field = "code", "code", "error_code"
    words: ClassVar[Any] = ROW_ERRORS
    codes: ClassVar[Any] = RowError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code.value, self.words.get(code, code.value)) for code in self.codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class StatusFilter(CodeFilter):
    """Of queues, in the words of their pages."""

    title, parameter_name, field = "status", "status__exact", "status"
    words: ClassVar[Any] = {status: label.word for status, label in QUEUE_STATUS.items()}
    codes = QueueStatus


class PauseFilter(CodeFilter):
    """Why queues are paused."""

    field = "pause_code"
    words, codes = PAUSE_REASONS, PauseReason
