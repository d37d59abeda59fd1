"""The menu of saved views. A view is an address: what it names is shown, whatever was chosen before."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from experiments.core.choices import Role
from experiments.core.formatting import quoted
from experiments.kinds import QueueKind
from experiments.models import Queue, SavedView
from experiments.services import saved_views
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in
from experiments.web.queue.base import after_action, queue_or_404
from experiments.web.queue.forms import PLACES, query_string, row_filter
from experiments.web.queue.grid_choice import GridChoice, choice_of_request


@dataclass(frozen=True)
class ViewEntry:
    id: int
    name: str
    query: str
    is_shown: bool


def views_of_queue(request: PageRequest, queue: Queue, choice: GridChoice) -> tuple[ViewEntry, ...]:
    found: Iterable[SavedView] = SavedView.objects.filter(queue=queue, owner=request.user)
    here = query_of_view(request, choice)
    return tuple(ViewEntry(one.pk, one.name, one.query, is_shown=one.query == here) for one in found)


def query_of_view(request: PageRequest, choice: GridChoice) -> str:
    """What the page shows now: filters, order, columns and the height of rows, but not where it begins."""
    filters = {name: value for name, value in row_filter(request.GET).items() if name not in PLACES}
    columns = [*(("col", key) for key in choice.columns), *(("pin", key) for key in choice.pinned)]
    grid = urlencode([*(columns or [("reset", "1")]), ("height", choice.height)])
    return "&".join(filter(None, (query_string(filters), grid)))


@require_POST
@signed_in
def save_view(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id, Role.VIEWER)
    query = query_of_view(request, choice_of_request(request, queue))
    with errors_as_messages(request):
        view = saved_views.save(queue=queue, owner=request.user, name=request.POST.get("name", ""), query=query)
        messages.success(request, f"View {quoted(view.name)} saved.")
    return after_action(request, queue)


@require_POST
@signed_in
def delete_view(request: PageRequest, kind: QueueKind, queue_id: UUID, view_id: int) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id, Role.VIEWER)
    if not saved_views.delete(queue=queue, owner=request.user, view_id=view_id):
        raise Http404
    messages.success(request, "View deleted.")
    return after_action(request, queue)
