"""Workers in the admin: their processes, their leases and their lanes. The engine writes these tables, nobody else."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.utils import timezone

from experiments.admin.acts import Act, action
from experiments.admin.base import DeskAdmin, ReadOnly
from experiments.core.choices import ErrorCode
from experiments.core.errors import Conflict
from experiments.core.formatting import duration
from experiments.models import Claim, Lane, WorkerLease, WorkerProcess
from experiments.worker import leases
from experiments.worker.totals import totals


def release(lease: WorkerLease) -> None:
    """Whoever still renews it keeps it: a row that it calls would be called twice."""
    if not leases.reclaim_if_ended(lease.pk):
        raise Conflict(
            "Not released. Its worker has renewed it, or the database started a moment ago and workers may still "
            "renew theirs. Try again in a minute.",
            code=ErrorCode.WRONG_STATUS,
        )
    # What it has lost is counted in this process, which writes no totals by itself.
    totals.write()


RELEASE = Act(
    key="release",
    name="Release ended leases",
    done="released",
    not_so=("is still renewed by its worker", "are still renewed by their workers"),
    eligible=lambda found: found.filter(until__lt=Now()),
    do=lambda request, lease, _: release(lease),
    effect="The rows that these workers had are queued again and count as lost. Any worker that runs does the same "
    "within seconds.",
)


def held(what: type[Model]) -> Coalesce:
    """How many of these a lease has."""
    of_lease = what._default_manager.filter(lease=OuterRef("pk")).order_by().values("lease")
    return Coalesce(Subquery(of_lease.annotate(number=Count("pk")).values("number")), 0)


class WorkersAdmin(ReadOnly, DeskAdmin):
    section = "Workers"


@admin.register(WorkerProcess)
class WorkerProcessAdmin(WorkersAdmin):
    """Workers that ended in order have no rows. A row with an old heartbeat is from one that did not."""

    list_display = ("role", "pid", "host", "doing", "started_at", "beat_at", "silent_for")
    list_filter = ("role", "host")

    @admin.display(description="Silent for", ordering="-beat_at")
    def silent_for(self, process: WorkerProcess) -> str:
        return duration((timezone.now() - process.beat_at).total_seconds())


@admin.register(WorkerLease)
class WorkerLeaseAdmin(WorkersAdmin):
    names = ("lease", "leases")
    place = 1
    list_display = ("pid", "host", "state", "beat_at", "until", "rows", "lanes_held")
    ordering = ("until",)
    actions = (action(RELEASE),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkerLease]:
        return super().get_queryset(request).annotate(lane_count=held(Lane), row_count=held(Claim))

    @admin.display(description="State")
    def state(self, lease: WorkerLease) -> str:
        return "Ended" if lease.until < timezone.now() else "In force"

    @admin.display(description="Rows")
    def rows(self, lease: Any) -> int:
        found: int = lease.row_count
        return found

    @admin.display(description="Lanes")
    def lanes_held(self, lease: Any) -> int:
        found: int = lease.lane_count
        return found


@admin.register(Lane)
class LaneAdmin(WorkersAdmin):
    place = 2
    list_display = ("queue", "number", "network", "wants", "lease", "served_at", "entered_at")
    list_select_related = ("queue", "network", "lease")
