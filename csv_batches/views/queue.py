"""A batch: its progress and rows, and what a person can do with them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from csv_batches.forms.limits import LimitsForm
from csv_batches.forms.rows import DuplicateForm, PaceForm, RetryForm, row_filter
from csv_batches.pages import overview
from csv_batches.pages.review import first_open
from csv_batches.services import drafts, duplicates, launch
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
        chosen = form.cleaned_data
        requeued = queues.retry(queue_id=batch.pk, error_code=chosen["error_code"] or None, force=chosen["force"])
        waits = "waits" if requeued == 1 else "wait"
        messages.info(
            request, f"{_rows(requeued)} {waits} for another try." if requeued else "There was no failed row to retry."
        )
    return after_action(request, batch)


@require_POST
@signed_in
def set_pace(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """How many rows at a time, also while it runs."""
    batch = batch_or_404(request.user, batch_id)
    form = PaceForm(request.POST)
    if form.is_valid():
        with told(request):
            drafts.update(batch_id=batch.pk, values=form.cleaned_data)
    else:
        messages.error(request, "Give a number from 1 to 10,000 for the rows at a time. It was not changed.")
    return after_action(request, batch)


@require_POST
@signed_in
def set_limits(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """The hard limits, also while it runs or is paused by one of them."""
    batch = batch_or_404(request.user, batch_id)
    form = LimitsForm(request.POST)
    if form.is_valid():
        with told(request):
            drafts.update(batch_id=batch.pk, values=form.cleaned_data)
    else:
        names = ", ".join(str(form.fields[name].label) for name in form.errors)
        messages.error(request, f"Give whole numbers from 1 on, or nothing for no limit: {names}. Nothing was changed.")
    return after_action(request, batch)


@require_POST
@signed_in
def duplicate(request: PageRequest, batch_id: UUID) -> HttpResponse:
    """A new draft, opened where its set-up goes on."""
    batch = batch_or_404(request.user, batch_id)
    form = DuplicateForm(request.POST)
    failed_only = form.is_valid() and form.cleaned_data["only"] == "failed"
    with told(request):
        copy = duplicates.duplicate(batch=batch, user=request.user, failed_only=failed_only)
        messages.success(request, f"This is a new draft with {_rows(copy.total)} of “{batch.name}”.")
        step = first_open(launch.missing(copy))
        return HttpResponseRedirect(reverse(f"csv_batches:{step.key}", args=[copy.pk]))
    return after_action(request, batch)


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{count(number)} rows"
