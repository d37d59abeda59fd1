"""One item: a pane beside the table, with an address of its own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from experiments.core.errors import WorkbenchError
from experiments.kinds import QueueKind, kind_of
from experiments.models import Queue, QueueItem
from experiments.services import corrections, queue_retry
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment
from experiments.web.queue.base import (
    after_action,
    item_or_404,
    page_context,
    queue_context,
    queue_or_404,
    row_address,
    when_paused,
)
from experiments.web.queue.correction import CorrectionForm, WholeAnswerForm
from experiments.web.queue.forms import query_string, row_filter
from experiments.web.queue.grid_choice import choice_of_request
from experiments.web.queue.page import page_of_queue
from experiments.web.queue.row_detail import FIRST_TAB, detail_of_item, tab_named
from experiments.web.queue.saved_views import views_of_queue
from experiments.web.queue.table import filters_around_row

FORMATTED = "formatted"
"""A parameter: long texts of the answer are shown by their Markdown."""
CHANGED = "batch-changed"
"""A client event: the parts of the page that show answers load again."""


@require_safe
@signed_in
def row_page(request: PageRequest, kind: QueueKind, queue_id: UUID, row_index: int) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id)
    return render_item(request, queue, item_or_404(queue, row_index))


@require_safe
@signed_in
def whole_row_page(request: PageRequest, kind: QueueKind, queue_id: UUID, row_index: int) -> HttpResponse:
    """All that is known of a row, as a page: to read, to link to and to print."""
    queue = queue_or_404(kind, request, queue_id)
    item, filters = item_or_404(queue, row_index), row_filter(request.GET)
    shown = {
        "detail": detail_of_item(queue, kind.layout(queue), item, filters, is_formatted=FORMATTED in request.GET),
        "more": kind.detail(queue, item),
        "query": query_string(filters),
        "address": request.build_absolute_uri(request.path),
    }
    return render(request, "experiments/queue/row_page.html", queue_context(queue, **shown))


def render_item(
    request: PageRequest, queue: Queue, item: QueueItem, correction: CorrectionForm | None = None
) -> HttpResponse:
    """The pane of the item, or the page with it. `correction`: a form that has errors."""
    kind, filters = kind_of(queue), row_filter(request.GET)
    layout = kind.layout(queue)
    tab = tab_named(request.GET.get("tab", ""))
    look = request.GET.get(FORMATTED, "")[:1]
    detail = detail_of_item(queue, layout, item, filters, tab, is_formatted=bool(look))
    in_tab = "" if tab == FIRST_TAB else tab
    form = correction or CorrectionForm(layout, item, schema=kind.schema(queue))
    edits = form.focus(request.GET["edit"]) if "edit" in request.GET else False
    shown = {"detail": detail, "correction": form, "edits": edits, "more": kind.detail(queue, item)}
    if wants_fragment(request):
        if detail.fingerprint in request.GET.getlist("has"):
            return HttpResponse(status=204)
        pane = queue_context(
            queue,
            **shown,
            query=query_string(filters),
            fragment=True,
            tab_query=query_string(filters, tab=in_tab, formatted=look),
        )
        return render(request, "experiments/queue/row_detail.html", pane)
    around, choice = filters_around_row(filters, item.row_index), choice_of_request(request, queue)
    page = page_of_queue(queue, layout, request.user, around, choice=choice)
    queries = {"query": page.query, "tab_query": query_string(page.filters, tab=in_tab, formatted=look)}
    shown["views"] = views_of_queue(request, queue, choice)
    return render(request, "experiments/queue/page.html", page_context(page, **shown, **queries))


@require_POST
@signed_in
def retry_row(request: PageRequest, kind: QueueKind, queue_id: UUID, row_index: int) -> HttpResponse:
    """Puts one item back; `force`: one that succeeded too. `detail`: the answer is the page of the item."""
    queue = queue_or_404(kind, request, queue_id)
    item = item_or_404(queue, row_index)
    with errors_as_messages(request):
        requeued = queue_retry.retry(queue_id=queue.pk, row_indexes=[item.row_index], force="force" in request.POST)
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
    """Stores a person's answer beside the network's, from the inputs or as JSON (`whole`); `revert` removes it."""
    queue = queue_or_404(kind, request, queue_id)
    item = item_or_404(queue, row_index)
    schema = kind.schema(queue)
    is_reverted, is_whole = "revert" in request.POST, "whole" in request.POST
    form = CorrectionForm(kind.layout(queue), item, None if is_reverted or is_whole else request.POST, schema=schema)
    if is_whole:
        form.whole = WholeAnswerForm(item, request.POST, schema=schema)
    filled = form.whole if is_whole else form
    if not (is_reverted or filled.is_valid()):
        return render_item(request, queue, item, form)
    try:
        payload, seen = (None, None) if is_reverted else (filled.payload(), filled.seen)
        corrections.correct(queue=queue, row_index=item.row_index, payload=payload, seen=seen)
    except WorkbenchError as error:
        if is_reverted:
            messages.error(request, error.detail)
        else:
            filled.add_error(None, error.detail)
            return render_item(request, queue, item, form)
    if not wants_fragment(request):
        return HttpResponseRedirect(row_address(queue, row_index, row_filter(request.GET)))
    # The table and the distributions beside it show the answer too.
    return trigger_client_event(render_item(request, queue, item_or_404(queue, row_index)), CHANGED)
