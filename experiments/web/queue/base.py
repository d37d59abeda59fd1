"""What the views of a queue have in common: fetch and authorise, and answer after an action."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django_htmx.http import HTMX_STOP_POLLING

from experiments.core.choices import QueueStatus
from experiments.kinds import QueueKind, kind_of
from experiments.models import Queue, QueueItem
from experiments.selectors import items
from experiments.web.decorators import PageRequest, wants_fragment
from experiments.web.queue import page as pages
from experiments.web.queue import table
from experiments.web.queue.forms import row_filter


def queue_or_404(kind: QueueKind, user: Any, queue_id: UUID) -> Any:
    """Anybody else's queue does not exist."""
    # A poll follows no other relation. The joins of a list would cost it more than a page that follows one pays.
    return get_object_or_404(kind.queues(user).select_related(None).select_related("network"), pk=queue_id)


def item_or_404(queue: Queue, row_index: int) -> QueueItem:
    item: QueueItem = get_object_or_404(items.items_of_queue(queue), row_index=row_index)
    return item


def context(queue: Queue, **more: Any) -> dict[str, Any]:
    """What every template of a queue sees."""
    kind = kind_of(queue)
    return {"kind": kind, "nouns": kind.nouns, "queue": queue, **more}


def whole_page(queue: Queue, page: pages.QueuePage, **more: Any) -> dict[str, Any]:
    """The same for the page with everything on it."""
    return context(queue, page=page, head=page.kind.head(queue), **more)


def queue_address(queue: Queue, filters: dict[str, Any]) -> str:
    return _with_query(reverse("experiments:queue", args=[kind_of(queue), queue.pk]), filters)


def row_address(queue: Queue, row_index: int, filters: dict[str, Any]) -> str:
    return _with_query(reverse("experiments:row", args=[kind_of(queue), queue.pk, row_index]), filters)


def _with_query(path: str, filters: dict[str, Any]) -> str:
    wanted = table.query(filters)
    return f"{path}?{wanted}" if wanted else path


def render_updates(request: PageRequest, queue: Queue, *, acted: bool = False) -> HttpResponse:
    """The parts of the queue's page that the browser does not have as they are now.

    `acted`: after an action, which takes away what was said of the one before.
    """
    filters = row_filter(request.GET)
    has = set(request.GET.getlist("has"))
    known = table.indexes_of(has)
    page = pages.page(queue, request.user, filters, _searched(queue, filters, known))
    lines = page.table.lines
    same_rows = [line.index for line in lines] == known
    changed = {
        "page": page,
        "acted": acted,
        "parts": {part.key for part in page.parts if part.fingerprint not in has},
        "whole_table": page.table.headings.fingerprint not in has,
        "all_rows": not same_rows,
        "rows": [line for line in lines if line.fingerprint not in has] if same_rows else [],
    }
    status = HTMX_STOP_POLLING if page.poll.seconds is None else 200
    return render(request, "experiments/queue/updates.html", context(queue, **changed), status=status)


def _searched(queue: Queue, filters: dict[str, Any], known: list[int]) -> table.RowTable | None:
    """A search reads every item of a queue: it is not repeated every other second, those that it found are."""
    if not filters.keys() & {"search", "field"} or not known:
        return None
    return table.RowTable(table.headings_of(queue), table.refreshed(queue, known))


def after_action(request: PageRequest, queue: Queue) -> HttpResponse:
    """Back to the queue's page, with its filters; for htmx what changed on it."""
    if wants_fragment(request):
        return render_updates(request, queue_or_404(kind_of(queue), request.user, queue.pk), acted=True)
    return HttpResponseRedirect(queue_address(queue, row_filter(request.GET)))


def when_paused(queue: Queue) -> str:
    """The rest of a sentence on what was put back: a paused queue does not go on with it by itself."""
    return " when you resume" if queue.status == QueueStatus.PAUSED else ""
