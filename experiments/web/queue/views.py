"""The pages of queues: the list, one queue, its results and its export, and what a person can do with it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from experiments.core.choices import FINISHED, ExportFormat, Role, RowStatus
from experiments.core.errors import Conflict
from experiments.core.formatting import shorten
from experiments.export.response import export_response
from experiments.http.page_time import NO_LIMIT, limit_statements, takes_its_time
from experiments.kinds import QueueKind, kind_of
from experiments.models import Queue
from experiments.selectors.items import LARGEST_INDEX
from experiments.selectors.results import distributions_for_heads
from experiments.services import exports, network_calls, queue_retry, queues
from experiments.services.exports import ExportOptions
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in, wants_fragment
from experiments.web.limits_form import LimitsForm
from experiments.web.queue.base import (
    after_action,
    page_context,
    queue_address,
    queue_context,
    queue_or_404,
    render_updates,
    row_address,
    when_paused,
)
from experiments.web.queue.column_heads import column_heads
from experiments.web.queue.columns import columns_of_layout
from experiments.web.queue.forms import DuplicateForm, ExportForm, PaceForm, RetryForm, query_string, row_filter
from experiments.web.queue.grid_choice import choice_of_request, keep_widths
from experiments.web.queue.heads import Head, heads_of_columns
from experiments.web.queue.page import page_of_queue
from experiments.web.queue.results import results_of_queue
from experiments.web.queue.saved_views import views_of_queue
from experiments.web.queue.windows import ROWS_ON_A_PAGE

MAX_WANTED = 40


@require_safe
@signed_in
def queue_page(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id)
    if wants_fragment(request):
        return render_updates(request, queue)
    wanted = request.GET.get("goto", "")
    if wanted:
        return _go_to_row(request, queue, wanted)
    choice = choice_of_request(request, queue)
    page = page_of_queue(queue, kind.layout(queue), request.user, row_filter(request.GET), choice=choice)
    return render(
        request, "experiments/queue/page.html", page_context(page, views=views_of_queue(request, queue, choice))
    )


def _go_to_row(request: PageRequest, queue: Queue, wanted: str) -> HttpResponse:
    """Its page, where there is such a row; `1,203` is 1203."""
    filters, text = row_filter(request.GET), wanted.replace(",", "").strip()
    index = int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(LARGEST_INDEX)) else -1
    if queue.rows.filter(row_index=index).exists():
        return HttpResponseRedirect(row_address(queue, index, filters))
    nouns = kind_of(queue).nouns
    messages.error(request, f"There is no {nouns.item} {shorten(wanted, MAX_WANTED)}. Rows are counted from 0.")
    return HttpResponseRedirect(queue_address(queue, filters))


@require_POST
@signed_in
def selected_rows(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponseBase:
    """An act on the rows that are ticked: their copy, their export, their correction, or their retry."""
    is_read = "export" in request.POST or "copy" in request.POST
    queue = queue_or_404(kind, request, queue_id, Role.VIEWER if is_read else Role.EDITOR)
    given = [text for text in request.POST.getlist("row") if text.isascii() and text.isdecimal() and len(text) <= 10]
    rows = sorted({int(text) for text in given if int(text) <= LARGEST_INDEX})[:ROWS_ON_A_PAGE]
    if "copy" in request.POST and rows:
        return _copied(request, kind, queue, rows)
    if "export" in request.POST:
        so_far = {} if queue.status in FINISHED else {"partial": 1}
        wanted = {"format": ExportFormat.CSV.value, "row_indexes": ",".join(map(str, rows)), **so_far}
        address = reverse("experiments:export", args=[kind, queue.pk])
        return HttpResponseRedirect(f"{address}?{query_string(wanted)}")
    if "correct" in request.POST and rows:
        address = reverse("experiments:correct_rows", args=[kind, queue.pk])
        query = query_string(row_filter(request.GET), row_indexes=",".join(map(str, rows)))
        return HttpResponseRedirect(f"{address}?{query}")
    with errors_as_messages(request):
        requeued = queue_retry.retry(queue_id=queue.pk, row_indexes=rows)
        _say_requeued(request, queue, requeued)
    return after_action(request, queue)


def _copied(request: PageRequest, kind: QueueKind, queue: Queue, rows: list[int]) -> HttpResponseBase:
    """The columns that are shown, whole cells, as spreadsheets paste them: with tabs, and a line of names.

    A script puts it into the clipboard; without one it is a file.
    """
    choice = choice_of_request(request, queue)
    columns = columns_of_layout(kind.layout(queue), choice.columns, pinned=choice.pinned)
    options = ExportOptions(
        run_columns=False,
        partial=True,
        delimiter="\t",
        sort=row_filter(request.GET).get("sort", ""),
        row_indexes=",".join(map(str, rows)),
        columns=columns.names_in_export,
    )
    with errors_as_messages(request):
        return export_response(exports.download(queue, options), request)
    return after_action(request, queue)


@require_safe
@signed_in
def results_page(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """Distributions of the answers. The queue's page loads them when somebody opens them and does not wait.

    `all` in the address: over all rows, where else a sample is looked at. `heads`: as the heads of the columns.
    """
    queue = queue_or_404(kind, request, queue_id)
    whole = "all" in request.GET
    if whole:
        limit_statements(NO_LIMIT)
    if "heads" in request.GET:
        return render(request, "experiments/queue/heads.html", queue_context(queue, heads=_heads(request, kind, queue)))
    results = results_of_queue(queue, kind.layout(queue), whole=whole)
    if not wants_fragment(request):
        return render(request, "experiments/queue/results_page.html", queue_context(queue, results=results))
    if results.fingerprint in request.GET.getlist("has") and results.seconds:
        return HttpResponse(status=204)
    return render(request, "experiments/queue/results.html", queue_context(queue, results=results))


def _heads(request: PageRequest, kind: QueueKind, queue: Queue) -> tuple[Head, ...]:
    layout, filters = kind.layout(queue), row_filter(request.GET)
    columns = columns_of_layout(layout, choice_of_request(request, queue).columns)
    heads = column_heads(columns, layout, filters).answers
    return heads_of_columns(heads, distributions_for_heads(queue), filters)


@takes_its_time
@require_safe
@signed_in
def export_file(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponseBase:
    """The file; where it cannot be had yet, the queue's page with the reason."""
    queue = queue_or_404(kind, request, queue_id)
    with errors_as_messages(request):
        file = exports.download(queue, ExportForm(request.GET).options())
        return export_response(file, request)
    return HttpResponseRedirect(queue_address(queue, {}))


@require_POST
@signed_in
def keep_grid(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """Widths of columns that somebody has drawn."""
    keep_widths(request, queue_or_404(kind, request, queue_id, Role.VIEWER), request.POST)
    return HttpResponse(status=204)


@require_POST
@signed_in
def pause(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id)
    with errors_as_messages(request):
        queues.pause(queue_id=queue.pk, by=request.user.get_username())
    return after_action(request, queue)


@require_POST
@signed_in
def resume(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id)
    with errors_as_messages(request):
        try:
            queues.resume(queue_id=queue.pk)
        except Conflict as error:
            # Two texts for the same page, one of them stored: where they are equal it shows the reason already. After a
            # change of the limit the code is the same and the text is another one.
            if error.detail != queue.pause_detail:
                raise
            messages.error(request, "Not resumed: the limit is still reached.")
    return after_action(request, queue)


@require_POST
@signed_in
def test_connection(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """One call of the queue's network with a message of ours; what comes back stands where the pause is explained."""
    queue = queue_or_404(kind, request, queue_id)
    with errors_as_messages(request):
        if queue.network is not None:
            message = network_calls.TEST_MESSAGE
            network_calls.ask(network=queue.network, user=request.user, user_message=message, agent_key=queue.agent_key)
    return after_action(request, queue)


@require_POST
@signed_in
def cancel(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id)
    with errors_as_messages(request):
        queues.cancel(queue_id=queue.pk)
    return after_action(request, queue)


@require_POST
@signed_in
def retry(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    queue = queue_or_404(kind, request, queue_id)
    form = RetryForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such error code.")
        return after_action(request, queue)
    with errors_as_messages(request):
        chosen = form.cleaned_data
        requeued = queue_retry.retry(queue_id=queue.pk, error_code=chosen["error_code"] or None, force=chosen["force"])
        _say_requeued(request, queue, requeued)
    return after_action(request, queue)


def _say_requeued(request: PageRequest, queue: Queue, requeued: int) -> None:
    nouns, waits = kind_of(queue).nouns, "waits" if requeued == 1 else "wait"
    if requeued:
        messages.info(request, f"{nouns.counted(requeued)} {waits} for another try{when_paused(queue)}.")
    else:
        messages.info(request, f"There was no failed {nouns.item} to retry.")


@require_POST
@signed_in
def set_pace(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """How many items at a time, also while it runs."""
    queue = queue_or_404(kind, request, queue_id)
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
    queue = queue_or_404(kind, request, queue_id)
    form = LimitsForm(request.POST, items=kind.nouns.items)
    if form.is_valid():
        queues.set_limits(queue_id=queue.pk, limits=form.cleaned_data)
    else:
        names = ", ".join(str(form.fields[name].label) for name in form.errors)
        messages.error(
            request,
            f"Give numbers above 0, whole but for the cost, or nothing for no limit: {names}. Nothing was changed.",
        )
    return after_action(request, queue)


@require_POST
@signed_in
def duplicate(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """A new draft of one's own; the browser goes to the next step of its set-up."""
    queue = queue_or_404(kind, request, queue_id, Role.VIEWER)
    if "duplicate" not in kind.can:
        raise Http404
    form = DuplicateForm(request.POST)
    failed_only = form.is_valid() and form.cleaned_data["only"] == RowStatus.FAILED
    with errors_as_messages(request):
        copy = kind.duplicate(queue=queue, user=request.user, failed_only=failed_only)
        messages.success(request, f"This is a new draft with {kind.nouns.counted(copy.total)} of “{queue.name}”.")
        set_up = kind.set_up(copy, kind.missing(copy))
        return HttpResponseRedirect(set_up.address if set_up else queue_address(copy, {}))
    return after_action(request, queue)
