"""Review: what will be sent where, some rows tried, and the start."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HTMX_STOP_POLLING

from csv_batches.models import CsvBatch
from csv_batches.rules import steps
from csv_batches.selectors import empty_rows
from csv_batches.services import drafts, launch, trials
from csv_batches.wizard.base import (
    batch_or_404,
    draft_view,
    queue_address,
    redirect_by_button,
    render_step,
    step_address,
)
from csv_batches.wizard.review.change import render_change
from csv_batches.wizard.review.forms import SettingsForm, StartForm, TryForm, settings_as_json
from csv_batches.wizard.review.page import review_of_batch, unsaved_parts
from csv_batches.wizard.trial import latest_trial
from experiments.core.choices import ErrorCode
from experiments.core.errors import Problems, WorkbenchError
from experiments.http.page_time import takes_its_time
from experiments.web.decorators import PageRequest, signed_in, wants_fragment


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def review(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if batch.revises_id:
        return render_change(request, batch)
    if request.method != "POST":
        return _render(request, batch, SettingsForm(batch))
    batch, form = _save_settings(request, batch)
    if form.errors or wants_fragment(request):
        return _render(request, batch, form)
    return redirect_by_button(request, batch, steps.REVIEW)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def review_try(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Saves the settings and tries some rows with them. A GET polls how far they are."""
    if request.method != "POST":
        return _poll_trial(request, batch)
    batch, form = _save_settings(request, batch)
    try_form = TryForm(request.POST)
    if not form.errors and try_form.is_valid():
        try:
            given = try_form.cleaned_data
            trials.start(batch_id=batch.pk, rows=given["try_rows"], first=given["try_start"])
        except WorkbenchError as error:
            try_form.add_error(None, _sentences_of_error(error))
    if form.errors or try_form.errors or wants_fragment(request):
        return _render(request, batch, form, try_form=try_form)
    return HttpResponseRedirect(f"{step_address(batch, steps.REVIEW)}#trial")


def _poll_trial(request: PageRequest, batch: CsvBatch) -> HttpResponse:
    """The trial, unless the page shows it as it is; the last answer ends the polling."""
    trial = latest_trial(batch)
    if not wants_fragment(request):
        return HttpResponseRedirect(f"{step_address(batch, steps.REVIEW)}#trial")
    if trial is not None and trial.fingerprint in request.GET.getlist("has"):
        return HttpResponse(status=204)
    status = 200 if trial and trial.moves else HTMX_STOP_POLLING
    context = {"trial": trial, "batch": batch, "with_estimate": request.GET.get("step") == steps.REVIEW.key}
    return render(request, "csv_batches/wizard/trial_update.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def start(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method != "POST":
        # Somebody reloads the address of a start that was refused.
        return HttpResponseRedirect(step_address(batch, steps.REVIEW))
    batch, form = _save_settings(request, batch)
    order = StartForm(request.POST)
    if not form.errors and order.is_valid():
        try:
            launch.run(batch_id=batch.pk, user=request.user, order=order.order())
            return HttpResponseRedirect(queue_address(batch))
        except WorkbenchError as error:
            _add_start_error(order, error)
            batch = batch_or_404(request, batch.pk)
    return _render(request, batch, form, order=order)


def _add_start_error(order: StartForm, error: WorkbenchError) -> None:
    if error.code != ErrorCode.SCHEMA_CHANGE:
        order.add_error(None, _sentences_of_error(error))
    elif order.cleaned_data["confirm"]:
        sentence = "The network’s schema changed since you opened it. Review the changes."
        order.add_error("confirm", sentence)
    else:
        order.add_error("confirm", "Confirm first that the network's schema is replaced.")


@takes_its_time
@require_safe
@signed_in
def review_empty(request: PageRequest, batch_id: UUID) -> HttpResponseBase:
    """The number of empty rows, on its own: for a large file counting takes a second."""
    batch = batch_or_404(request, batch_id)
    return render(request, "csv_batches/wizard/review/empty.html", {"empty": empty_rows.count(batch), "batch": batch})


def _save_settings(request: PageRequest, batch: CsvBatch) -> tuple[CsvBatch, SettingsForm]:
    """Saves what was changed and is valid; the form has the errors of the rest."""
    form = SettingsForm(batch, request.POST)
    changes = form.changes()
    if changes:
        try:
            drafts.update(batch_id=batch.pk, values=changes)
        except WorkbenchError as error:
            form.add_error(error.attr if error.attr in form.fields else None, error.detail)
        batch = batch_or_404(request, batch.pk)
    return batch, form


def _render(
    request: PageRequest,
    batch: CsvBatch,
    form: SettingsForm,
    *,
    try_form: TryForm | None = None,
    order: StartForm | None = None,
) -> HttpResponse:
    review = review_of_batch(batch, request.user)
    seen = review.change.seen if review.change else ""
    # A confirmation counts only for the schema that was shown with it.
    confirmed = "confirm" in request.POST and request.POST.get("seen") == seen
    order = order or _start_form(request, batch)
    context = {
        "review": review,
        "with_estimate": True,
        "unsaved": bool(form.errors),
        "blockers": [*review.missing, *unsaved_parts(review, confirmed=confirmed, form=form, order=order)],
        "confirmed": confirmed,
        "form": form if form.errors else SettingsForm(batch),
        "was": settings_as_json(batch),
        "trial": latest_trial(batch),
        "try_form": try_form or TryForm(initial=_try_rows_sent(request)),
        "start_form": order,
    }
    return render_step(request, batch, steps.REVIEW, context)


def _try_rows_sent(request: PageRequest) -> dict[str, Any]:
    return {"try_rows": request.POST.get("try_rows", 3), "try_start": request.POST.get("try_start", 0)}


def _start_form(request: PageRequest, batch: CsvBatch) -> StartForm:
    """The choice of rows as it was sent: it is not saved, and nobody should have to make it again."""
    if "which" in request.POST:
        return StartForm(request.POST)
    return StartForm(initial={"which": "all", "range_from": 0, "range_to": max(batch.total - 1, 0)})


def _sentences_of_error(error: WorkbenchError) -> list[str]:
    return [one.detail for one in (error.errors if isinstance(error, Problems) else [error])]
