"""The admin, for operators: look things up, pause, resume, cancel, retry. Only networks can be edited here."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from experiments.core.errors import WorkbenchError
from experiments.core.formatting import duration
from experiments.models import (
    Agent,
    ApiToken,
    Attempt,
    Lane,
    Network,
    NetworkCall,
    Queue,
    QueueItem,
    Run,
    WorkerProcess,
)
from experiments.services import queues


class ReadOnly:
    """Can be searched and acted upon, not edited."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AgentInline(admin.StackedInline):
    model = Agent
    extra = 0


@admin.register(Network)
class NetworkAdmin(admin.ModelAdmin):
    list_display = ("name", "run_url", "max_concurrency", "timeout_s", "updated_at")
    search_fields = ("name", "run_url")
    inlines = (AgentInline,)


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
        self._each(request, chosen, lambda queue: queues.retry(queue_id=queue.pk))


class AttemptInline(ReadOnly, admin.TabularInline):
    model = Attempt
    extra = 0


@admin.register(QueueItem)
class QueueItemAdmin(ReadOnly, admin.ModelAdmin):
    """The search by trace id is exact: one through a million texts would stop the database."""

    list_display = ("queue", "row_index", "status", "attempts", "error_code", "run_trace_id")
    search_fields = ("=run_trace_id", "=queue__id")
    list_select_related = ("queue",)
    show_full_result_count = False
    inlines = (AttemptInline,)


@admin.register(Run)
class RunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("trace_id", "network", "status", "duration_ms", "owner", "created_at")
    search_fields = ("=trace_id",)
    list_select_related = ("network", "owner")
    show_full_result_count = False


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
    list_display = ("prefix", "name", "user", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    exclude = ("sha256",)
