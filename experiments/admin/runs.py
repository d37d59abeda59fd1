"""Runs in the admin, and calls that people made to try a network."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from experiments.admin.filters import OwnerOfRun, TextFilter
from experiments.admin.large import LargeAdmin, Scope
from experiments.models import Network, NetworkCall, Run

BY_TIME = ("-created_at", "-id")
CREATED = ("created_at__gte", "created_at__lt")


class NetworkFilter(TextFilter):
    title, parameter_name, hint = "network", "network", "Name"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = (self.value() or "").strip()
        return queryset.filter(network__name=name) if name else queryset


class RunStatus(TextFilter):
    """As runtimes say it: all words of theirs would have to be read from all runs."""

    title, parameter_name, hint = "status", "said", "Such as ok or error"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        status = (self.value() or "").strip()
        return queryset.filter(status=status) if status else queryset


@admin.register(Run)
class RunAdmin(LargeAdmin):
    """By owner, network and time there are indexes, and by trace ID."""

    place = 3
    list_display = ("trace_id", "network", "status", "duration_ms", "cost", "owner", "created_at")
    list_filter = (RunStatus, OwnerOfRun, NetworkFilter, ("created_at", admin.DateFieldListFilter))
    search_help_text = "A trace ID."
    list_select_related = ("network", "owner")
    not_listed = ("request", "final", "execution_log", "debug", "usage")

    def scope(self, request: HttpRequest, rows: QuerySet[Any], text: str) -> Scope:
        if text:
            return Scope(rows.filter(trace_id=text), found=True)
        indexed = set()
        owner, network = (request.GET.get(name, "").strip() for name in ("owner", "network"))
        if owner:
            found = get_user_model()._default_manager.filter(**{get_user_model().USERNAME_FIELD: owner})
            rows, indexed = rows.filter(owner_id=found.values_list("pk", flat=True).first()), {"owner"}
        elif network:
            known = Network.objects.filter(name=network).values_list("pk", flat=True).first()
            rows, indexed = rows.filter(network_id=known), {"network"}
        if owner or network or set(request.GET) & set(CREATED):
            return Scope(rows, BY_TIME, frozenset(indexed | set(CREATED)))
        return Scope(rows)

    def view_on_site(self, run: Run) -> str:
        return reverse("experiments:run", args=[run.trace_id])


@admin.register(NetworkCall)
class NetworkCallAdmin(LargeAdmin):
    """There are few: they are deleted when they are old."""

    names = ("trial call", "trial calls")
    place = 4
    list_display = ("created_at", "network", "owner", "state", "error_code", "http_status", "elapsed_ms", "trace_id")
    list_filter = ("state", OwnerOfRun, NetworkFilter, ("created_at", admin.DateFieldListFilter))
    search_help_text = "A trace ID."
    list_select_related = ("network", "owner")
    not_listed = ("body", "headers", "understood", "system_params", "user_message")

    def scope(self, request: HttpRequest, rows: QuerySet[Any], text: str) -> Scope:
        return Scope(rows.filter(trace_id=text) if text else rows, BY_TIME)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [field for field in super().get_fields(request, obj) if field != "lease_id"]
