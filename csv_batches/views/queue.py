"""A batch: its progress and rows, and what a person can do with them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from csv_batches import overview
from csv_batches.forms import RetryForm, row_filter
from csv_batches.views.shared import after_action, batch_or_404, news
from experiments.pages import PageRequest, signed_in, told, wants_fragment
from experiments.services import queues
from experiments.units import count


@require_safe
@signed_in
def queue_page(request: PageRequest, batch_id: UUID) -> HttpResponse:
    batch = batch_or_404(request.user, batch_id)
    if wants_fragment(request):
        return news(request, batch)
    page = overview.page(batch, request.user, row_filter(request.GET))
    return render(request, "csv_batches/queue.html", {"page": page})


@require_POST
@signed_in
def pause(request: PageRequest, batch_id: UUID) -> HttpResponse:
    batch = batch_or_404(request.user, batch_id)
    with told(request):
        queues.pause(queue_id=batch.pk, by=request.user.get_username())
    return after_action(request, batch)


@require_POST
@signed_in
def resume(request: PageRequest, batch_id: UUID) -> HttpResponse:
    batch = batch_or_404(request.user, batch_id)
    with told(request):
        queues.resume(queue_id=batch.pk)
    return after_action(request, batch)


@require_POST
@signed_in
def cancel(request: PageRequest, batch_id: UUID) -> HttpResponse:
    batch = batch_or_404(request.user, batch_id)
    with told(request):
        queues.cancel(queue_id=batch.pk)
    return after_action(request, batch)


@require_POST
@signed_in
def retry(request: PageRequest, batch_id: UUID) -> HttpResponse:
    batch = batch_or_404(request.user, batch_id)
    form = RetryForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such error code.")
        return after_action(request, batch)
    with told(request):
        requeued = queues.retry(queue_id=batch.pk, error_code=form.cleaned_data["error_code"] or None)
        rows = "1 row waits" if requeued == 1 else f"{count(requeued)} rows wait"
        messages.info(request, f"{rows} for another try." if requeued else "There was no failed row to retry.")
    return after_action(request, batch)
