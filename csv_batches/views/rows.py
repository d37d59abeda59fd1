"""One row: beside the table, or with its own address the same page with the row open."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from csv_batches import details, overview, row_table
from csv_batches.forms import row_filter
from csv_batches.views.shared import after_action, batch_or_404, row_address, row_or_404
from experiments.pages import PageRequest, signed_in, told, wants_fragment
from experiments.services import queues


@require_safe
@signed_in
def row_page(request: PageRequest, batch_id: UUID, row_index: int) -> HttpResponse:
    batch = batch_or_404(request.user, batch_id)
    row = row_or_404(batch, row_index)
    filters = row_filter(request.GET)
    detail = details.detail(batch, row, filters)
    if wants_fragment(request):
        if detail.token in request.GET.getlist("has"):
            return HttpResponse(status=204)
        context = {"detail": detail, "batch": batch, "query": row_table.query(filters), "fragment": True}
        return render(request, "components/queue_detail.html", context)
    page = overview.page(batch, request.user, row_table.around(filters, row_index))
    context = {"page": page, "detail": detail, "batch": batch, "query": page.query}
    return render(request, "csv_batches/queue.html", context)


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
