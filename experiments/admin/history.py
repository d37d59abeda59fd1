"""The history in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from experiments.admin.filters import UserName
from experiments.admin.large import LargeAdmin, Scope
from experiments.kinds import registered_kinds
from experiments.models import AuditEntry

OTHER_OBJECTS = ("network", "token", "subscription", "user")


def object_kinds() -> list[str]:
    return [*(kind.name for kind in registered_kinds()), *OTHER_OBJECTS]


class ObjectKind(admin.SimpleListFilter):
    title, parameter_name = "what", "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name.replace("_", " ").capitalize()) for name in object_kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(object_kind=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(LargeAdmin):
    """Who did what. Nothing in it is ever changed. What happened to an object has an index."""

    names = ("history entry", "history")
    section, place = "People", 3
    list_display = ("at", "user_name", "channel", "address", "action", "object_kind", "object_name", "detail")
    list_filter = ("action", "channel", ObjectKind, UserName, ("at", admin.DateFieldListFilter))
    search_help_text = "The ID of a batch or a network, or a part of a name."

    def scope(self, request: HttpRequest, rows: QuerySet[Any], text: str) -> Scope:
        of_object = rows.filter(object_kind__in=object_kinds(), object_id=text)
        if text and of_object.exists():
            return Scope(of_object, ("-at", "-id"), found=True)
        return Scope(rows, ("-at", "-id"), frozenset({"at__gte", "at__lt"}))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        text = search_term.strip()
        if not text:
            return queryset, False
        names = Q(object_name__icontains=text) | Q(user_name__icontains=text)
        return queryset.filter(Q(object_id=text) | names), False
