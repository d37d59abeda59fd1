"""What the views of a batch have in common: fetch and authorise, and answer after an action."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HTMX_STOP_POLLING

from csv_batches.forms.rows import row_filter
from csv_batches.models import CsvBatch, CsvBatchRow
from csv_batches.pages import overview, row_table
from csv_batches.selectors import batches as selectors
from experiments.pages import PageRequest, wants_fragment


def batch_or_404(user: Any, batch_id: UUID) -> CsvBatch:
    """Anybody else's batch does not exist."""
    batch = selectors.batches_of(user).filter(pk=batch_id).first()
    if batch is None:
        raise Http404
    return batch


def row_or_404(batch: CsvBatch, row_index: int) -> CsvBatchRow:
    row: CsvBatchRow | None = batch.rows.filter(row_index=row_index).first()
    if row is None:
        raise Http404
    return row


def queue_address(batch_id: UUID, filters: dict[str, Any]) -> str:
    return _with_query(reverse("csv_batches:queue", args=[batch_id]), filters)


def row_address(batch_id: UUID, row_index: int, filters: dict[str, Any]) -> str:
    return _with_query(reverse("csv_batches:row", args=[batch_id, row_index]), filters)


def _with_query(path: str, filters: dict[str, Any]) -> str:
    wanted = row_table.query(filters)
    return f"{path}?{wanted}" if wanted else path


def news(request: PageRequest, batch: CsvBatch) -> HttpResponse:
    """The parts of the batch's page that the browser does not have as they are now."""
    filters = row_filter(request.GET)
    has = set(request.GET.getlist("has"))
    known = row_table.indexes_of(has)
    page = overview.page(batch, request.user, filters, _searched(batch, filters, known))
    table = page.table
    same_rows = [line.index for line in table.lines] == known
    context = {
        "page": page,
        "parts": {part.key for part in page.parts if part.token not in has},
        "whole_table": table.headings.token not in has,
        "all_rows": not same_rows,
        "rows": [line for line in table.lines if line.token not in has] if same_rows else [],
    }
    status = HTMX_STOP_POLLING if page.poll.seconds is None else 200
    return render(request, "csv_batches/queue_news.html", context, status=status)


def _searched(batch: CsvBatch, filters: dict[str, Any], known: list[int]) -> row_table.RowTable | None:
    """A search reads every row of a batch: it is not repeated every other second, the rows that it found are."""
    if not filters.keys() & {"search", "field"} or not known:
        return None
    return row_table.RowTable(row_table.headings_of(batch), row_table.refreshed(batch, known))


def after_action(request: PageRequest, batch: CsvBatch) -> HttpResponse:
    """Back to the batch's page, with its filters; for htmx what changed on it."""
    if wants_fragment(request):
        return news(request, batch_or_404(request.user, batch.pk))
    return HttpResponseRedirect(queue_address(batch.pk, row_filter(request.GET)))
