"""Queues in the admin: those of each kind under its name, and all of them together."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from experiments.admin.acts import Act, action
from experiments.admin.base import DeskAdmin, NamedList, ReadOnly, status_html
from experiments.admin.filters import OwnerFilter, PauseFilter, StatusFilter
from experiments.core.choices import QueueStatus
from experiments.core.labels import label_of_queue
from experiments.kinds import kind_of, registered_kinds
from experiments.models import Queue
from experiments.services import queue_retry, queues


def running(found: QuerySet[Any]) -> QuerySet[Any]:
    return found.filter(deleted_at=None, status=QueueStatus.RUNNING)


def stoppable(found: QuerySet[Any]) -> QuerySet[Any]:
    return found.filter(deleted_at=None, status__in=[QueueStatus.RUNNING, QueueStatus.PAUSED])


def resumable(found: Any) -> QuerySet[Any]:
    stopped: QuerySet[Any] = found.kept().can_resume()
    return stopped


def with_failures(found: QuerySet[Any]) -> QuerySet[Any]:
    """Whose failed rows may be queued again: not those of drafts, nor of canceled ones."""
    over = found.exclude(status__in=[QueueStatus.DRAFT, QueueStatus.CANCELLED])
    return over.filter(deleted_at=None, failed__gt=F("failed_corrected"))


PAUSE = Act(
    key="pause",
    name="Pause",
    done=QueueStatus.PAUSED,
    not_so=("wasn’t running", "weren’t running"),
    eligible=running,
    do=lambda request, queue, _: queues.pause(queue_id=queue.pk, by=request.user.get_username()),
    effect="Calls in progress finish. Other rows wait until a person resumes.",
)
RESUME = Act(
    key="resume",
    name="Resume",
    done="resumed",
    not_so=("wasn’t paused or canceled", "weren’t paused or canceled"),
    eligible=resumable,
    do=lambda request, queue, _: queues.resume(queue_id=queue.pk),
    effect="Waiting rows are called again.",
)
CANCEL = Act(
    key="cancel",
    name="Cancel",
    done="canceled",
    not_so=("wasn’t running or paused", "weren’t running or paused"),
    eligible=stoppable,
    do=lambda request, queue, _: queues.cancel(queue_id=queue.pk),
    effect="Calls in progress finish and count. No other row is called. Answers are kept, and Resume still works.",
)
RETRY = Act(
    key="retry_failed",
    name="Retry failed rows",
    done="being retried",
    not_so=("has no failed rows to retry", "have no failed rows to retry"),
    eligible=with_failures,
    do=lambda request, queue, _: queue_retry.retry(queue_id=queue.pk),
    effect="Failed rows are called again, which may cost money. Rows that people corrected are left out.",
)


class TopLevel(NamedList):
    """Without trials, which are the hidden children of drafts, and without what is being deleted."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        self.root_queryset = self.root_queryset.top_level()  # type: ignore[attr-defined]
        return super().get_queryset(request, exclude_parameters)


class KindAdmin(ReadOnly, DeskAdmin):
    list_display: Any = (
        "name",
        "state",
        "network",
        "total",
        "queued",
        "running",
        "succeeded",
        "failed",
        "created_by",
    )
    list_filter: ClassVar[Any] = (StatusFilter, PauseFilter, OwnerFilter, ("created_at", admin.DateFieldListFilter))
    search_fields = ("name",)
    search_help_text = "A name, a part of a name, or an ID."
    list_select_related = ("network", "created_by")
    actions = tuple(map(action, (PAUSE, RESUME, CANCEL, RETRY)))
    list_per_page = 50

    def names_of(self, model: Any) -> tuple[str, str] | None:
        nouns = next((kind.nouns for kind in registered_kinds() if kind.model is model), None)
        return (nouns.one, nouns.many) if nouns else super().names_of(model)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return TopLevel

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        text = search_term.strip()
        try:
            return queryset.filter(pk=UUID(text)), False
        except ValueError:
            return (queryset.filter(Q(name__icontains=text)) if text else queryset), False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["items", *super().get_fields(request, obj)]

    def view_on_site(self, queue: Queue) -> str:
        return kind_of(queue).address(queue.parent_id or queue.pk)

    @admin.display(description="Status", ordering="status")
    def state(self, queue: Queue) -> SafeString:
        return status_html(label_of_queue(queue.status, failed=queue.failed_open, succeeded=queue.succeeded))

    @admin.display(description="Rows")
    def items(self, queue: Queue) -> SafeString:
        found = reverse("admin:experiments_queueitem_changelist")
        label = kind_of(queue).nouns.counted(queue.total)
        return format_html('<a href="{}?batch={}">{}</a>', found, queue.pk, label)


@admin.register(Queue)
class QueueAdmin(KindAdmin):
    """Of all kinds: where other tables lead to."""

    list_display = ("name", "kind", *KindAdmin.list_display[1:])
    list_filter = ("kind", *KindAdmin.list_filter)
    place = 1
    names = ("batch or experiment", "batches and experiments")
