"""A queue: its progress and items, and what a person can do with them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from experiments.core.errors import Conflict
from experiments.kinds import QueueKind
from experiments.services import queues
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment
from experiments.web.limits_form import LimitsForm
from experiments.web.queue import page as pages
from experiments.web.queue.base import (
    after_action,
    queue_address,
    queue_or_404,
    render_updates,
    when_paused,
    whole_page,
)
from experiments.web.queue.forms import DuplicateForm, PaceForm, RetryForm, row_filter


@require_safe
@signed_in
def queue_page(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request.user, queue_id)
    if wants_fragment(request):
        return render_updates(request, queue)
    page = pages.page(queue, request.user, row_filter(request.GET))
    return render(request, "experiments/queue/page.html", whole_page(queue, page))


@require_POST
@signed_in
def pause(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request.user, queue_id)
    with errors_as_messages(request):
        queues.pause(queue_id=queue.pk, by=request.user.get_username())
    return after_action(request, queue)


@require_POST
@signed_in
def resume(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request.user, queue_id)
    with errors_as_messages(request):
        try:
            queues.resume(queue_id=queue.pk)
        except Conflict as error:
            # The page has the whole sentence already, as the reason of the pause.
            if error.detail != queue.pause_detail:
                raise
            messages.error(request, "Not resumed: the limit is still reached.")
    return after_action(request, queue)


@require_POST
@signed_in
def cancel(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request.user, queue_id)
    with errors_as_messages(request):
        queues.cancel(queue_id=queue.pk)
    return after_action(request, queue)


@require_POST
@signed_in
def retry(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request.user, queue_id)
    form = RetryForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such error code.")
        return after_action(request, queue)
    with errors_as_messages(request):
        chosen = form.cleaned_data
        requeued = queues.retry(queue_id=queue.pk, error_code=chosen["error_code"] or None, force=chosen["force"])
        waits = "waits" if requeued == 1 else "wait"
        told_of = f"{kind.nouns.counted(requeued)} {waits} for another try{when_paused(queue)}."
        messages.info(request, told_of if requeued else f"There was no failed {kind.nouns.item} to retry.")
    return after_action(request, queue)


@require_POST
@signed_in
def set_pace(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """How many items at a time, also while it runs."""
    queue = queue_or_404(kind, request.user, queue_id)
    form = PaceForm(request.POST)
    if form.is_valid():
        with errors_as_messages(request):
            queues.set_concurrency(queue_id=queue.pk, **form.cleaned_data)
    else:
        sentence = f"Give a number from 1 to 10,000 for the {kind.nouns.items} at a time. It was not changed."
        messages.error(request, sentence)
    return after_action(request, queue)


@require_POST
@signed_in
def set_limits(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """The hard limits, also while it runs or is paused by one of them."""
    queue = queue_or_404(kind, request.user, queue_id)
    form = LimitsForm(request.POST, items=kind.nouns.items)
    if form.is_valid():
        queues.set_limits(queue_id=queue.pk, limits=form.cleaned_data)
    else:
        names = ", ".join(str(form.fields[name].label) for name in form.errors)
        messages.error(request, f"Give whole numbers from 1 on, or nothing for no limit: {names}. Nothing was changed.")
    return after_action(request, queue)


@require_POST
@signed_in
def duplicate(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """A new draft, opened where its set-up goes on."""
    queue = queue_or_404(kind, request.user, queue_id)
    if "duplicate" not in kind.can:
        raise Http404
    form = DuplicateForm(request.POST)
    failed_only = form.is_valid() and form.cleaned_data["only"] == "failed"
    with errors_as_messages(request):
        copy = kind.duplicate(queue=queue, user=request.user, failed_only=failed_only)
        messages.success(request, f"This is a new draft with {kind.nouns.counted(copy.total)} of “{queue.name}”.")
        set_up = kind.set_up(copy, kind.missing(copy))
        return HttpResponseRedirect(set_up.address if set_up else queue_address(copy, {}))
    return after_action(request, queue)
