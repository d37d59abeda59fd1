"""Undo the last change of a draft, or reset all of its settings."""

from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from csv_batches.models import CsvBatch
from csv_batches.rules import steps
from csv_batches.services import draft_history
from csv_batches.wizard.base import draft_view, step_address, step_of_request
from experiments.kinds import kind_of
from experiments.web.decorators import PageRequest, errors_as_messages


@require_POST
@draft_view
def undo(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    with errors_as_messages(request):
        draft_history.undo(batch_id=batch.pk)
    return HttpResponseRedirect(step_address(batch, step_of_request(request)))


@draft_view
def reset(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Asks first, on a page of its own."""
    if request.method == "POST":
        with errors_as_messages(request):
            draft_history.reset(batch_id=batch.pk)
        return HttpResponseRedirect(step_address(batch, steps.MAP))
    context = {"batch": batch, "from": step_of_request(request), "kind": kind_of(batch)}
    return render(request, "csv_batches/wizard/reset.html", context)
