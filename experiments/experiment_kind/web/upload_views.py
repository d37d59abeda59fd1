"""A data set from a file or by hand: of a new experiment, or in place of a draft's."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from experiments.core.errors import WorkbenchError
from experiments.core.formatting import count, size_in_words
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import drafts, items_by_hand, uploads
from experiments.experiment_kind.services.uploads import MAX_BYTES, DatasetRefused
from experiments.experiment_kind.web import steps
from experiments.experiment_kind.web.drafts import REFUSED, draft_view, experiment_or_404
from experiments.experiment_kind.web.forms import FileForm, ItemForm, OfferButton, add_errors, offer_buttons
from experiments.experiment_kind.web.set_up import dataset_of_draft
from experiments.http.page_time import takes_its_time
from experiments.ingest import INGEST_FORMATS, format_labels
from experiments.web.decorators import PageRequest, signed_in, wants_fragment

FILE_OUTCOME = "experiments/experiment_kind/file_outcome.html"
"""What became of a file, for a script that leaves it chosen: an offer then reads it at one click."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PageRequest) -> HttpResponseBase:
    """A draft begins with its data set."""
    if request.method != "POST":
        return _new_page(request, FileForm(), ItemForm(), None, [])
    by_hand = "by_hand" in request.POST
    file_form = FileForm() if by_hand else FileForm(request.POST, request.FILES)
    item_form = ItemForm(request.POST) if by_hand else ItemForm()
    form = item_form if by_hand else file_form
    refused, offers = None, []
    if form.is_valid():
        name = "Experiment" if by_hand else form.cleaned_data["file"].name
        try:
            # A refused data set leaves no draft behind.
            with transaction.atomic():
                made = drafts.create(user=request.user, values={"name": (name.rpartition(".")[0] or name)[:200]})
                _store_items_of(made, form)
            return _open_map(request, made)
        except WorkbenchError as error:
            refused, offers = _refused_dataset(form, error), offer_buttons(error)
    return _new_page(request, file_form, item_form, refused, offers)


def _new_page(
    request: PageRequest,
    file_form: forms.Form,
    item_form: forms.Form,
    refused: DatasetRefused | None,
    offers: Sequence[OfferButton],
) -> HttpResponse:
    context = {**_of_files(file_form, item_form, refused, offers), "formats": INGEST_FORMATS}
    if wants_fragment(request):
        return render(request, FILE_OUTCOME, context)
    status = REFUSED if refused or file_form.errors or item_form.errors else 200
    return steps.render_step(request, None, steps.UPLOAD, "experiments/experiment_kind/new.html", context, status)


# It may have to count the cells of all items, once.
@takes_its_time
@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def set_up_file(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """The data set as it was read. POST: another file in place of the items that are there."""
    if request.method != "POST":
        return _file_page(request, experiment, FileForm(), ItemForm(), None, [])
    return _change_dataset(request, experiment, FileForm(request.POST, request.FILES))


@require_POST
@draft_view
def set_up_item(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    return _change_dataset(request, experiment, ItemForm(request.POST))


def _change_dataset(request: PageRequest, experiment: Experiment, form: forms.Form) -> HttpResponseBase:
    refused, offers = None, []
    if form.is_valid():
        try:
            _store_items_of(experiment, form)
            if isinstance(form, FileForm):
                return _open_map(request, experiment)
            return HttpResponseRedirect(steps.address(experiment, steps.UPLOAD))
        except WorkbenchError as error:
            refused, offers = _refused_dataset(form, error), offer_buttons(error)
    is_file = isinstance(form, FileForm)
    experiment = experiment_or_404(request, experiment.pk)
    file_form, item_form = (form, ItemForm()) if is_file else (FileForm(), form)
    return _file_page(request, experiment, file_form, item_form, refused, offers)


def _file_page(
    request: PageRequest,
    experiment: Experiment,
    file_form: forms.Form,
    item_form: forms.Form,
    refused: DatasetRefused | None,
    offers: Sequence[OfferButton],
) -> HttpResponse:
    context = _of_files(file_form, item_form, refused, offers)
    if wants_fragment(request):
        return render(request, FILE_OUTCOME, context)
    start = request.GET.get("from", "")
    context["file"] = dataset_of_draft(experiment, int(start[:6]) if start.isascii() and start.isdecimal() else 1)
    status = REFUSED if refused or file_form.errors or item_form.errors else 200
    return steps.render_step(
        request, experiment, steps.UPLOAD, "experiments/experiment_kind/file.html", context, status
    )


def _of_files(
    file_form: forms.Form, item_form: forms.Form, refused: DatasetRefused | None, offers: Sequence[OfferButton]
) -> dict[str, Any]:
    return {
        "file_form": file_form,
        "item_form": item_form,
        "refused": refused,
        "offers": offers,
        "accepted": {"labels": format_labels()},
        "limits": {"bytes": str(MAX_BYTES), "size": size_in_words(MAX_BYTES), "exact": count(MAX_BYTES)},
    }


def _store_items_of(experiment: Experiment, form: forms.Form) -> None:
    """Those of the file, or the one that was written by hand."""
    if isinstance(form, FileForm):
        file, options = form.cleaned_data["file"], form.options()
        uploads.upload(experiment_id=experiment.pk, file=file, options=options, needs_message=False)
    else:
        items_by_hand.add(experiment_id=experiment.pk, item=form.cleaned_data)


def _refused_dataset(form: forms.Form, error: WorkbenchError) -> DatasetRefused | None:
    """The error, if the page lists its problems; any other is shown in the form."""
    if isinstance(error, DatasetRefused):
        return error
    add_errors(form, error)
    return None


def _open_map(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    address = steps.address(experiment, steps.MAP)
    return HttpResponseClientRedirect(address) if wants_fragment(request) else HttpResponseRedirect(address)
