"""One row: beside the table, or with its own address the same page with the row open."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from csv_batches.forms.correction import CorrectionForm
from csv_batches.forms.rows import row_filter
from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.pages import details, overview, row_table
from csv_batches.views.shared import after_action, batch_or_404, row_address, row_or_404
from experiments.errors import WorkbenchError
from experiments.pages import PageRequest, signed_in, told, wants_fragment
from experiments.services import corrections, queues

CHANGED = "batch-changed"
"""An event for the parts of the page that show answers."""


@require_safe
@signed_in
def row_page(request: PageRequest, batch_id: UUID, row_index: int) -> HttpResponse:
    batch = batch_or_404(request.user, batch_id)
    row = row_or_404(batch, row_index)
    return row_shown(request, batch, row, CorrectionForm(batch, row))


def row_shown(request: PageRequest, batch: CsvBatch, row: CsvBatchRow, correction: CorrectionForm) -> HttpResponse:
    """The pane of the row, or the page with it."""
    filters = row_filter(request.GET)
    detail = details.detail(batch, row, filters)
    context = {"detail": detail, "batch": batch, "correction": correction}
    if wants_fragment(request):
        if detail.token in request.GET.getlist("has"):
            return HttpResponse(status=204)
        more = {"query": row_table.query(filters), "fragment": True}
        return render(request, "components/queue_detail.html", {**context, **more})
    page = overview.page(batch, request.user, row_table.around(filters, row.row_index))
    return render(request, "csv_batches/queue.html", {**context, "page": page, "query": page.query})


@require_POST
@signed_in
def retry_row(request: PageRequest, batch_id: UUID, row_index: int) -> HttpResponse:
    """Puts one row back; with `force` one that succeeded too. `detail` leads back to the row and not to the table."""
    batch = batch_or_404(request.user, batch_id)
    row = row_or_404(batch, row_index)
    with told(request):
        requeued = queues.retry(queue_id=batch.pk, row_indexes=[row.row_index], force="force" in request.POST)
        if not requeued:
            messages.info(request, f"Row {row_index} did not fail, so there is nothing to retry.")
    if "detail" in request.POST:
        return HttpResponseRedirect(row_address(batch.pk, row_index, row_filter(request.GET)))
    return after_action(request, batch)


@require_POST
@signed_in
def correct_row(request: PageRequest, batch_id: UUID, row_index: int) -> HttpResponse:
    """A person's answer beside the one that came; `take_back` leaves the one that came alone."""
    batch = batch_or_404(request.user, batch_id)
    row = row_or_404(batch, row_index)
    take_back = "take_back" in request.POST
    form = CorrectionForm(batch, row, None if take_back else request.POST)
    if not (take_back or form.is_valid()):
        return row_shown(request, batch, row, form)
    try:
        payload = None if take_back else form.payload()
        corrections.correct(queue=batch, row_index=row.row_index, payload=payload)
    except WorkbenchError as error:
        if take_back:
            messages.error(request, error.detail)
        else:
            form.add_error(None, error.detail)
            return row_shown(request, batch, row, form)
    if not wants_fragment(request):
        return HttpResponseRedirect(row_address(batch.pk, row_index, row_filter(request.GET)))
    row = row_or_404(batch, row_index)
    # The table and the distributions beside it show the answer, too.
    return trigger_client_event(row_shown(request, batch, row, CorrectionForm(batch, row)), CHANGED)
