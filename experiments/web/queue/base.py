"""What the views of a queue have in common: fetch and authorise, and answer after an action."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_htmx.http import HTMX_STOP_POLLING

from experiments.core.choices import QueueStatus, Role
from experiments.kinds import QueueKind, kind_of
from experiments.models import Queue, QueueItem
from experiments.selectors import access, items
from experiments.web.decorators import PageRequest, wants_fragment
from experiments.web.queue.forms import query_string, row_filter
from experiments.web.queue.grid_choice import choice_of_request
from experiments.web.queue.page import QueuePage, page_of_queue
from experiments.web.queue.table import row_indexes_of


def queue_or_404(kind: QueueKind, request: PageRequest, queue_id: UUID, least: Role | None = None) -> Any:
    """Queues of others do not exist, unless they are shared. 403 where one is, and the request needs another role.

    `least`: that role, where the method of the request does not tell.
    """
    # A poll reads the network and nothing else; the joins of a list would only make it slower.
    seen = kind.visible_to(request.user).select_related(None).select_related("network")
    return access.found_in(seen, queue_id, least or access.role_needed(request.method))


def item_or_404(queue: Queue, row_index: int) -> QueueItem:
    item: QueueItem = get_object_or_404(items.items_of_queue(queue), row_index=row_index)
    return item


def queue_context(queue: Queue, **more: Any) -> dict[str, Any]:
    """What every template of a queue gets."""
    kind = kind_of(queue)
    return {"kind": kind, "nouns": kind.nouns, "queue": queue, **more}


def page_context(page: QueuePage, **more: Any) -> dict[str, Any]:
    """The same for the whole page, with what its kind puts at the top of it."""
    return queue_context(page.queue, page=page, head=page.kind.head(page.queue), **more)


def queue_address(queue: Queue, filters: dict[str, Any]) -> str:
    return _with_query(reverse("experiments:queue", args=[kind_of(queue), queue.pk]), filters)


def row_address(queue: Queue, row_index: int, filters: dict[str, Any]) -> str:
    return _with_query(reverse("experiments:row", args=[kind_of(queue), queue.pk, row_index]), filters)


def _with_query(path: str, filters: dict[str, Any]) -> str:
    query = query_string(filters)
    return f"{path}?{query}" if query else path


def render_dialog(request: PageRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of its own, or for htmx what goes into the dialog of the page."""
    if wants_fragment(request):
        return render(request, template, context)
    return render(request, "experiments/queue_list/dialog_page.html", {**context, "inside": template}, status=status)


def render_updates(request: PageRequest, queue: Queue, *, after_action: bool = False) -> HttpResponse:
    """The parts of the queue's page that the browser does not have as they are now.

    `after_action`: removes the messages that the page shows of an earlier action.
    """
    filters = row_filter(request.GET)
    has = set(request.GET.getlist("has"))
    known = row_indexes_of(request.GET.getlist("has")) if has else None
    layout, choice = kind_of(queue).layout(queue), choice_of_request(request, queue)
    page = page_of_queue(queue, layout, request.user, filters, known, has, choice)
    same_rows = [line.index for line in page.table.lines] == (known or [])
    changed = {
        "page": page,
        "after_action": after_action,
        "parts": {part.key for part in page.parts if part.fingerprint not in has},
        "whole_table": page.table.headings.fingerprint not in has,
        "all_rows": not same_rows,
        "known_rows": has,
        "rows": [line for line in page.table.lines if line.fingerprint not in has] if same_rows else [],
    }
    status = HTMX_STOP_POLLING if page.poll.seconds is None else 200
    return render(request, "experiments/queue/updates.html", queue_context(queue, **changed), status=status)


def after_action(request: PageRequest, queue: Queue) -> HttpResponse:
    """Back to the queue's page, with its filters; for htmx what changed on it."""
    if wants_fragment(request):
        return render_updates(request, queue_or_404(kind_of(queue), request, queue.pk), after_action=True)
    return HttpResponseRedirect(queue_address(queue, row_filter(request.GET)))


def when_paused(queue: Queue) -> str:
    """The end of a sentence on rows that were put back: a paused queue does not call them by itself."""
    return " when you resume" if queue.status == QueueStatus.PAUSED else ""
