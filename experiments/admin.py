"""The admin, for operators: look things up, pause, resume, cancel, retry. Only networks can be edited here."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from experiments.core.choices import AuditAction
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import duration
from experiments.models import (
    Agent,
    ApiToken,
    Attempt,
    AuditEntry,
    Lane,
    Network,
    NetworkCall,
    Queue,
    QueueItem,
    Run,
    WorkerProcess,
)
from experiments.services import audit, passwords, queue_retry, queues


class ReadOnly:
    """Can be searched and acted upon, not edited."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


LISTED = 2000
"""Rows of a very large table that its list counts and pages through; others are searched for."""
LISTED_NOTE = f"The newest {LISTED:,} are listed."


class NewestPaginator(Paginator):
    @cached_property
    def count(self) -> int:
        found: Any = self.object_list
        return int(found.order_by()[:LISTED].count())


class NewestFirst(ChangeList):
    """Sorted by nothing else, whatever the address says."""

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        return ["-pk"]


class LargeAdmin(ReadOnly, admin.ModelAdmin):
    """A table with millions of rows: the newest, and what is found by an index."""

    paginator = NewestPaginator
    show_full_result_count = False
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestFirst


class PasswordResetForm(AdminPasswordChangeForm):
    end_tokens = forms.BooleanField(required=False, initial=True, label="Revoke the user’s API tokens")

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            user = super().save(commit)
            passwords.changed(user=user, end_tokens=self.cleaned_data["end_tokens"])
        return user


class AgentInline(admin.StackedInline):
    model = Agent
    extra = 0


@admin.register(Network)
class NetworkAdmin(admin.ModelAdmin):
    list_display = ("name", "run_url", "max_concurrency", "timeout_s", "updated_at")
    search_fields = ("name", "run_url")
    inlines = (AgentInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        changed = {*form.changed_data, *(name for one in formsets if one.has_changed() for name in ("agents",))}
        action = AuditAction.CHANGE if change else AuditAction.CREATE
        audit.record_network(form.instance, action, settings=sorted(changed))

    def delete_model(self, request: HttpRequest, obj: Network) -> None:
        audit.record_network(obj, AuditAction.DELETE)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Network]) -> None:
        for network in queryset:
            audit.record_network(network, AuditAction.DELETE)
        super().delete_queryset(request, queryset)


@admin.register(Queue)
class QueueAdmin(ReadOnly, admin.ModelAdmin):
    list_display = (
        "name",
        "kind",
        "status",
        "network",
        "total",
        "queued",
        "running",
        "succeeded",
        "failed",
        "created_by",
    )
    list_filter = ("status", "kind")
    search_fields = ("id", "name", "created_by__username")
    list_select_related = ("network", "created_by")
    actions = ("pause", "resume", "cancel", "retry_failed")
    show_full_result_count = False

    def _each(self, request: HttpRequest, chosen: QuerySet[Queue], act: Any) -> None:
        for queue in chosen:
            try:
                act(queue)
            except WorkbenchError as error:
                self.message_user(request, f"{queue}: {error.detail}", messages.WARNING)
            else:
                self.message_user(request, f"{queue}: done.")

    @admin.action(description="Pause", permissions=["view"])
    def pause(self, request: HttpRequest, chosen: QuerySet[Queue]) -> None:
        by = request.user.get_username()
        self._each(request, chosen, lambda queue: queues.pause(queue_id=queue.pk, by=by))

    @admin.action(description="Resume", permissions=["view"])
    def resume(self, request: HttpRequest, chosen: QuerySet[Queue]) -> None:
        self._each(request, chosen, lambda queue: queues.resume(queue_id=queue.pk))

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Queue]) -> None:
        self._each(request, chosen, lambda queue: queues.cancel(queue_id=queue.pk))

    @admin.action(description="Retry failed rows", permissions=["view"])
    def retry_failed(self, request: HttpRequest, chosen: QuerySet[Queue]) -> None:
        self._each(request, chosen, lambda queue: queue_retry.retry(queue_id=queue.pk))


class AttemptInline(ReadOnly, admin.TabularInline):
    model = Attempt
    extra = 0


@admin.register(QueueItem)
class QueueItemAdmin(LargeAdmin):
    """Searched by the trace id of a run, or by the id of a queue: both have an index."""

    list_display = ("queue", "row_index", "status", "attempts", "error_code", "run_trace_id")
    search_fields = ("=pk",)
    search_help_text = f"A run’s trace ID, or a batch’s ID. {LISTED_NOTE}"
    list_select_related = ("queue",)
    inlines = (AttemptInline,)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[QueueItem], search_term: str
    ) -> tuple[QuerySet[QueueItem], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        try:
            return queryset.filter(queue_id=UUID(text)).order_by("row_index"), False
        except ValueError:
            items = Run.objects.filter(trace_id=text).values_list("item_id", flat=True)
            return queryset.filter(pk__in=list(items[:LISTED])), False


@admin.register(Run)
class RunAdmin(LargeAdmin):
    list_display = ("trace_id", "network", "status", "duration_ms", "owner", "created_at")
    search_fields = ("trace_id__exact",)
    search_help_text = f"A trace id. {LISTED_NOTE}"
    list_select_related = ("network", "owner")


@admin.register(NetworkCall)
class NetworkCallAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("id", "network", "owner", "state", "error_code", "http_status", "created_at")
    list_filter = ("state",)
    list_select_related = ("network", "owner")
    show_full_result_count = False


@admin.register(Lane)
class LaneAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("queue", "number", "network", "wants", "lease", "entered_at")
    list_select_related = ("queue", "network", "lease")


@admin.register(WorkerProcess)
class WorkerProcessAdmin(ReadOnly, admin.ModelAdmin):
    """Workers that ended in order have no rows. A row with an old heartbeat is from one that did not."""

    list_display = ("role", "pid", "host", "doing", "started_at", "beat_at", "silent_for")
    list_filter = ("role", "host")

    @admin.display(description="Silent for", ordering="-beat_at")
    def silent_for(self, process: WorkerProcess) -> str:
        return duration((timezone.now() - process.beat_at).total_seconds())


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("prefix", "name", "user", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    exclude = ("sha256",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, admin.ModelAdmin):
    """Who did what. Nothing in it is ever changed."""

    list_display = ("at", "user_name", "channel", "address", "action", "object_kind", "object_name", "detail")
    list_filter = ("action", "channel", "object_kind", ("at", admin.DateFieldListFilter), "user_name")
    search_fields = ("user_name", "=object_id", "object_name")
    date_hierarchy = "at"
    show_full_result_count = False


admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class WorkbenchUserAdmin(UserAdmin):
    """A new password for somebody also ends their API tokens, unless staff say otherwise."""

    change_password_form = PasswordResetForm
    change_user_password_template = "admin/set_password.html"  # noqa: S105  a template
