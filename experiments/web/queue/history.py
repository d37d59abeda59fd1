"""The history of a queue: who did what with it."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from experiments.core.choices import AuditAction, Channel
from experiments.core.datetimes import datetime_of
from experiments.kinds import QueueKind
from experiments.models import AuditEntry
from experiments.selectors.audit import history_of_queue
from experiments.web.decorators import PageRequest, signed_in
from experiments.web.queue.base import queue_context, queue_or_404, render_dialog

ENTRIES_ON_A_PAGE = 100
THROUGH = {
    Channel.BROWSER: "",
    Channel.API: "through the API",
    Channel.ADMIN: "in the admin",
    Channel.COMMAND: "by a command",
    Channel.SYSTEM: "",
}
DONE: dict[str, str] = {
    AuditAction.START: "Started",
    AuditAction.PAUSE: "Paused",
    AuditAction.RESUME: "Resumed",
    AuditAction.CANCEL: "Canceled",
    AuditAction.RETRY: "Retried",
    AuditAction.CORRECT: "Corrected",
    AuditAction.EXPORT: "Exported",
    AuditAction.TRY: "Tested",
    AuditAction.CHANGE: "Changed settings",
    AuditAction.CREATE: "Created",
    AuditAction.APPEND: "Added rows",
    AuditAction.SHARE: "Shared",
    AuditAction.UNSHARE: "Stopped sharing",
}


def line_of_entry(entry: AuditEntry) -> dict[str, object]:
    """For the table. Details as `rows 3, force true`."""
    details = ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in entry.detail.items())
    return {
        "at": entry.at,
        "who": entry.user_name or "the site itself",
        "through": THROUGH[Channel(entry.channel)],
        "address": entry.address or "",
        "action": DONE.get(entry.action, entry.get_action_display()),
        "details": details,
    }


def _shown(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


@require_safe
@signed_in
def history_page(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """The newest first, from the time that `older` in the address names on."""
    queue = queue_or_404(kind, request, queue_id)
    older_than = datetime_of(request.GET.get("older", ""))
    entries = history_of_queue(queue)
    if older_than:
        entries = entries.filter(at__lt=older_than)
    found = list(entries[: ENTRIES_ON_A_PAGE + 1])
    context = queue_context(
        queue,
        lines=[line_of_entry(entry) for entry in found[:ENTRIES_ON_A_PAGE]],
        with_addresses=queue.may_share,
        older=found[ENTRIES_ON_A_PAGE - 1].at.isoformat() if len(found) > ENTRIES_ON_A_PAGE else "",
    )
    return render_dialog(request, "experiments/queue/history.html", context)
