"""One item: beside the table, or with its own address the same page with the item open."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from experiments.core.errors import WorkbenchError
from experiments.kinds import QueueKind, kind_of
from experiments.models import Queue, QueueItem
from experiments.services import corrections, queues
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment
from experiments.web.queue import page as pages
from experiments.web.queue import row_detail, table
from experiments.web.queue.base import (
    after_action,
    context,
    item_or_404,
    queue_or_404,
    row_address,
    when_paused,
    whole_page,
)
from experiments.web.queue.correction import CorrectionForm
from experiments.web.queue.forms import row_filter

CHANGED = "batch-changed"
"""An event for the parts of the page that show answers."""


@require_safe
@signed_in
def row_page(request: PageRequest, kind: QueueKind, queue_id: UUID, row_index: int) -> HttpResponse:
    queue = queue_or_404(kind, request.user, queue_id)
    item = item_or_404(queue, row_index)
    return item_shown(request, queue, item, CorrectionForm(queue, item))


def item_shown(request: PageRequest, queue: Queue, item: QueueItem, correction: CorrectionForm) -> HttpResponse:
    """The pane of the item, or the page with it."""
    filters = row_filter(request.GET)
    detail = row_detail.detail(queue, item, filters)
    more = kind_of(queue).detail(queue, item)
    shown = {"detail": detail, "correction": correction, "more": more}
    if wants_fragment(request):
        if detail.fingerprint in request.GET.getlist("has"):
            return HttpResponse(status=204)
        alone = context(queue, **shown, query=table.query(filters), fragment=True)
        return render(request, "experiments/queue/row_detail.html", alone)
    page = pages.page(queue, request.user, table.around(filters, item.row_index))
    return render(request, "experiments/queue/page.html", whole_page(queue, page, **shown, query=page.query))


@require_POST
@signed_in
def retry_row(request: PageRequest, kind: QueueKind, queue_id: UUID, row_index: int) -> HttpResponse:
    """Puts one item back; with `force` one that succeeded too. `detail` leads back to the item and not to the table."""
    queue = queue_or_404(kind, request.user, queue_id)
    item = item_or_404(queue, row_index)
    with errors_as_messages(request):
        requeued = queues.retry(queue_id=queue.pk, row_indexes=[item.row_index], force="force" in request.POST)
        if not requeued:
            messages.info(request, f"{kind.nouns.item_title} {row_index} did not fail, so there is nothing to retry.")
        elif when := when_paused(queue):
            messages.info(request, f"{kind.nouns.item_title} {row_index} waits for another try{when}.")
    if "detail" in request.POST:
        return HttpResponseRedirect(row_address(queue, row_index, row_filter(request.GET)))
    return after_action(request, queue)


@require_POST
@signed_in
def correct_row(request: PageRequest, kind: QueueKind, queue_id: UUID, row_index: int) -> HttpResponse:
    """A person's answer beside the one that came; `take_back` leaves the one that came alone."""
    queue = queue_or_404(kind, request.user, queue_id)
    item = item_or_404(queue, row_index)
    take_back = "take_back" in request.POST
    form = CorrectionForm(queue, item, None if take_back else request.POST)
    if not (take_back or form.is_valid()):
        return item_shown(request, queue, item, form)
    try:
        payload = None if take_back else form.payload()
        corrections.correct(queue=queue, row_index=item.row_index, payload=payload)
    except WorkbenchError as error:
        if take_back:
            messages.error(request, error.detail)
        else:
            form.add_error(None, error.detail)
            return item_shown(request, queue, item, form)
    if not wants_fragment(request):
        return HttpResponseRedirect(row_address(queue, row_index, row_filter(request.GET)))
    item = item_or_404(queue, row_index)
    # The table and the distributions beside it show the answer, too.
    return trigger_client_event(item_shown(request, queue, item, CorrectionForm(queue, item)), CHANGED)
