"""Rows of all kinds in the admin, with their calls."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from experiments.admin.base import ReadOnly, status_html
from experiments.admin.filters import CodeFilter, OwnerOfQueue, TextFilter
from experiments.admin.large import LargeAdmin, Scope
from experiments.core.choices import RowStatus
from experiments.core.labels import ROW_STATUS, outcome_in_words, reason_in_words
from experiments.kinds import kind_of
from experiments.models import Attempt, Queue, QueueItem, Run
from experiments.selectors.items import has_answer, has_text

MOST_RUNS = 100
"""Of one trace ID: each network may have one."""
BY_STATUS = "status__exact"
CHOOSE = "To search the text of rows, choose a batch: by its name or ID in the filter, or with the link on its page."


class BatchFilter(TextFilter):
    title, parameter_name, hint = "batch", "batch", "Name or ID"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset  # the scope of the list


class AttemptInline(ReadOnly, admin.TabularInline):
    model = Attempt
    extra = 0
    fields = ("generation", "attempt", "started_at", "ended_at", "http_status", "outcome_words", "detail")
    readonly_fields = ("outcome_words",)
    verbose_name, verbose_name_plural = "call", "calls"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    @admin.display(description="Outcome")
    def outcome_words(self, attempt: Attempt) -> str:
        return outcome_in_words(attempt.outcome)


@admin.register(QueueItem)
class QueueItemAdmin(LargeAdmin):
    """By batch, status and code there are indexes, and of runs by their trace ID."""

    names = ("row", "rows")
    place = 2
    list_display = ("place_in_batch", "queue", "state", "attempts", "code", "trace", "completed_at")
    list_filter = ("status", CodeFilter, BatchFilter, "kind", OwnerOfQueue, ("completed_at", admin.DateFieldListFilter))
    search_help_text = "A trace ID or a batch’s ID. With a batch chosen also text in a row, an answer or an error."
    list_select_related = ("queue",)
    not_listed = ("payload", "result_payload", "corrected_payload", "changes", "error_message", "waits_for")
    hidden = ("waits_for",)
    inlines = (AttemptInline,)

    def scope(self, request: HttpRequest, rows: QuerySet[Any], text: str) -> Scope:
        if is_id(text):
            return Scope(rows.filter(queue_id=text), ("row_index",), found=True)
        if text:
            traced = Run.objects.filter(trace_id=text).values_list("item_id", flat=True)[:MOST_RUNS]
            items = [item for item in traced if item is not None]
            if items:
                return Scope(rows.filter(pk__in=items), found=True)
        name = request.GET.get(str(BatchFilter.parameter_name), "").strip()
        if not name:
            return Scope(rows.none(), found=True, note=f"No row has this trace ID. {CHOOSE}") if text else Scope(rows)
        queue = queue_named(name)
        if queue is None:
            return Scope(rows.none(), found=True, note="No batch has this name or ID.")
        return self._of_queue(request, rows.filter(queue_id=queue.pk), text)

    def _of_queue(self, request: HttpRequest, rows: QuerySet[Any], text: str) -> Scope:
        status, code = request.GET.get(BY_STATUS), request.GET.get(str(CodeFilter.parameter_name))
        indexed = {str(BatchFilter.parameter_name)}
        if code and status in (None, RowStatus.FAILED):
            rows = rows.filter(status=RowStatus.FAILED, error_code=code)
            indexed |= {BY_STATUS, str(CodeFilter.parameter_name)}
        elif status in RowStatus.values():
            rows = rows.filter(status=status)
            indexed.add(BY_STATUS)
        return Scope(rows, ("row_index",), frozenset(indexed))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        text = search_term.strip()
        if not text or is_id(text) or not request.GET.get(str(BatchFilter.parameter_name)):
            return queryset, False
        traced = Q(run_trace_id=text)
        in_row = has_text("payload", text) | has_answer(text) | Q(error_message__icontains=text)
        return queryset.filter(traced | in_row), False

    def view_on_site(self, item: QueueItem) -> str:
        return f"{kind_of(item).address(item.queue.parent_id or item.queue_id)}row/{item.row_index}/page/"

    @admin.display(description="Row")
    def place_in_batch(self, item: QueueItem) -> str:
        return f"{item.row_index:,}"

    @admin.display(description="Status")
    def state(self, item: QueueItem) -> SafeString:
        return status_html(ROW_STATUS[RowStatus(item.status)])

    @admin.display(description="Code", empty_value="–")
    def code(self, item: QueueItem) -> str | None:
        return reason_in_words(item.error_code) if item.error_code else None

    @admin.display(description="Trace ID", empty_value="–")
    def trace(self, item: QueueItem) -> SafeString | None:
        if not item.run_trace_id:
            return None
        runs = reverse("admin:experiments_run_changelist")
        return format_html('<a href="{}?q={}">{}</a>', runs, item.run_trace_id, item.run_trace_id)


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def queue_named(name: str) -> Queue | None:
    """By its ID or its name; the newest of several."""
    found = Queue.objects.filter(pk=name) if is_id(name) else Queue.objects.top_level().filter(name__iexact=name)
    queue: Queue | None = found.order_by("-created_at").first()
    return queue
