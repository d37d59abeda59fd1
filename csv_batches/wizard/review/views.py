"""Review: what will be sent where, some rows tried, and the start."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from csv_batches.models import CsvBatch
from csv_batches.rules import steps
from csv_batches.selectors import empty_rows
from csv_batches.services import drafts, launch, trials
from csv_batches.wizard.base import of_draft, onward, page
from csv_batches.wizard.lookup import batch_or_404, queue_address
from csv_batches.wizard.review import page as reviews
from csv_batches.wizard.review import trial as trial_view
from csv_batches.wizard.review.forms import SettingsForm, StartForm, TryForm, was
from experiments.core.errors import Problems, WorkbenchError
from experiments.web.decorators import PageRequest, signed_in, wants_fragment


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def review(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method != "POST":
        return _shown(request, batch, SettingsForm(batch))
    batch, form = _saved(request, batch)
    if form.errors or wants_fragment(request):
        return _shown(request, batch, form)
    return onward(request, batch, steps.REVIEW)


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def review_try(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Runs some rows with the settings as they stand in the form; a GET is how far they are."""
    if request.method != "POST":
        return _trial(request, batch)
    batch, form = _saved(request, batch)
    tried = TryForm(request.POST)
    if not form.errors and tried.is_valid():
        try:
            given = tried.cleaned_data
            trials.start(batch_id=batch.pk, rows=given["try_rows"], first=given["try_start"])
        except WorkbenchError as error:
            tried.add_error(None, _sentences(error))
    if form.errors or tried.errors or wants_fragment(request):
        return _shown(request, batch, form, tried=tried)
    return HttpResponseRedirect(f"{reverse('csv_batches:review', args=[batch.pk])}#trial")


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def start(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method != "POST":
        # The address of a start that was refused, opened again.
        return HttpResponseRedirect(reverse("csv_batches:review", args=[batch.pk]))
    batch, form = _saved(request, batch)
    order = StartForm(request.POST)
    if not form.errors and order.is_valid():
        try:
            launch.run(batch_id=batch.pk, user=request.user, order=order.order())
            return HttpResponseRedirect(queue_address(batch))
        except WorkbenchError as error:
            place = "confirm" if error.code == "schema_change" else None
            order.add_error(place, _start_sentences(error, confirmed=order.order().confirmed))
            batch = batch_or_404(request.user, batch.pk)
    return _shown(request, batch, form, order=order)


@require_safe
@signed_in
def review_empty(request: PageRequest, batch_id: object) -> HttpResponseBase:
    """How many rows have nothing in them: of a large file that takes a second."""
    batch = batch_or_404(request.user, batch_id)  # type: ignore[arg-type]
    return render(request, "csv_batches/wizard/review/empty.html", {"empty": empty_rows.count(batch), "batch": batch})


def _saved(request: PageRequest, batch: CsvBatch) -> tuple[CsvBatch, SettingsForm]:
    """The draft with what was changed, and the form with what could not be taken."""
    form = SettingsForm(batch, request.POST)
    changes = form.changes()
    if changes:
        try:
            drafts.update(batch_id=batch.pk, values=changes)
        except WorkbenchError as error:
            form.add_error(error.attr if error.attr in form.fields else None, error.detail)
        batch = batch_or_404(request.user, batch.pk)
    return batch, form


def _shown(
    request: PageRequest,
    batch: CsvBatch,
    form: SettingsForm,
    *,
    tried: TryForm | None = None,
    order: StartForm | None = None,
) -> HttpResponse:
    review = reviews.review(batch, request.user)
    seen_by_now = review.change.seen if review.change else ""
    confirmed = "confirm" in request.POST and request.POST.get("seen") == seen_by_now
    order = order or _order(request, batch)
    to_do = reviews.to_do(review, confirmed=confirmed, form=form, order=order)
    context = {
        "review": review,
        "lacking": [*review.missing, *to_do],
        "confirmed": confirmed,
        "form": form if form.errors else SettingsForm(batch),
        "was": was(batch),
        "trial": trial_view.shown(batch),
        "try_form": tried or TryForm(initial=_tried(request)),
        "start_form": order,
    }
    return page(request, batch, steps.REVIEW, context)


def _tried(request: PageRequest) -> dict[str, Any]:
    defaults = {"try_rows": 3, "try_start": 0}
    return {name: request.POST.get(name, value) for name, value in defaults.items()}


def _order(request: PageRequest, batch: CsvBatch) -> StartForm:
    """What stands in the form about the start: none of it is saved, none of it is to be typed again."""
    if "which" in request.POST:
        return StartForm(request.POST)
    return StartForm(initial={"which": "all", "range_from": 0, "range_to": max(batch.total - 1, 0)})


def _trial(request: PageRequest, batch: CsvBatch) -> HttpResponse:
    trial = trial_view.shown(batch)
    if not wants_fragment(request):
        return HttpResponseRedirect(f"{reverse('csv_batches:review', args=[batch.pk])}#trial")
    if trial is not None and trial.fingerprint in request.GET.getlist("has"):
        return HttpResponse(status=204)
    status = 200 if trial and trial.moves else HTMX_STOP_POLLING
    return render(request, "csv_batches/wizard/review/trial.html", {"trial": trial, "batch": batch}, status=status)


def _sentences(error: WorkbenchError) -> list[str]:
    return [one.detail for one in (error.errors if isinstance(error, Problems) else [error])]


def _start_sentences(error: WorkbenchError, *, confirmed: bool) -> list[str]:
    if error.code != "schema_change":
        return _sentences(error)
    if confirmed:
        return ["Somebody changed the network's schema after you looked at it. Look at the difference once more."]
    return ["Confirm first that the network's schema is replaced."]
