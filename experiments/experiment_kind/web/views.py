"""Experiments before their start: a data set from a file or by hand, the settings, the start."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from experiments.core.choices import QueueStatus
from experiments.core.errors import WorkbenchError
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.services import dataset_items, experiments
from experiments.experiment_kind.services.dataset_items import DatasetRefused
from experiments.experiment_kind.web import set_up as pages
from experiments.experiment_kind.web.forms import (
    FileForm,
    ItemForm,
    SettingsForm,
    add_errors,
    agents_of,
    fields_of,
)
from experiments.kinds import kind_named, kind_of
from experiments.web.decorators import PageRequest, signed_in
from experiments.web.queue.base import queue_address, queue_or_404

EITHER = ["GET", "HEAD", "POST"]
REFUSED = 422
DraftView = Callable[[PageRequest, Experiment], HttpResponseBase]


def experiment_or_404(request: PageRequest, queue_id: UUID) -> Experiment:
    experiment: Experiment = queue_or_404(kind_named(KIND), request.user, queue_id)
    return experiment


def of_draft(view: DraftView) -> Callable[..., HttpResponseBase]:
    """For the signed-in owner of a draft; what was started already is shown in its queue."""

    @signed_in
    @wraps(view)
    def guarded(request: PageRequest, queue_id: UUID) -> HttpResponseBase:
        experiment = experiment_or_404(request, queue_id)
        if experiment.status != QueueStatus.DRAFT:
            return HttpResponseRedirect(queue_address(experiment, {}))
        return view(request, experiment)

    return guarded


@require_http_methods(EITHER)
@signed_in
def new(request: PageRequest) -> HttpResponseBase:
    """A draft begins with its data set."""
    if request.method != "POST":
        return _new_page(request, FileForm(), ItemForm(), None)
    by_hand = "by_hand" in request.POST
    file_form = FileForm() if by_hand else FileForm(request.POST, request.FILES)
    item_form = ItemForm(request.POST) if by_hand else ItemForm()
    form = item_form if by_hand else file_form
    refused = None
    if form.is_valid():
        try:
            return HttpResponseRedirect(reverse("experiment_kind:set_up", args=[_begun(request, form).pk]))
        except WorkbenchError as error:
            refused = _refused(form, error)
    return _new_page(request, file_form, item_form, refused)


def _begun(request: PageRequest, form: forms.Form) -> Experiment:
    """All of it or nothing: a refused data set leaves no draft behind."""
    with transaction.atomic():
        name = form.cleaned_data["file"].name if isinstance(form, FileForm) else "Experiment"
        made = experiments.create(user=request.user, values={"name": (name.rpartition(".")[0] or name)[:200]})
        return _stored(made, form)


def _stored(experiment: Experiment, form: forms.Form) -> Experiment:
    if isinstance(form, FileForm):
        file = form.cleaned_data["file"]
        return dataset_items.upload(experiment_id=experiment.pk, file=file, options=form.options())
    return dataset_items.add(experiment_id=experiment.pk, item=form.cleaned_data)


def _refused(form: forms.Form, error: WorkbenchError) -> WorkbenchError | None:
    """What is shown with its lines; anything else stands in the form."""
    if isinstance(error, DatasetRefused):
        return error
    add_errors(form, error)
    return None


def _new_page(
    request: PageRequest, file_form: forms.Form, item_form: forms.Form, refused: WorkbenchError | None
) -> HttpResponse:
    context = {
        "kind": kind_named(KIND),
        "file_form": file_form,
        "item_form": item_form,
        "refused": refused,
        "target": reverse("experiment_kind:new"),
    }
    status = REFUSED if refused or file_form.errors or item_form.errors else 200
    return render(request, "experiments/experiment_kind/new.html", context, status=status)


# -- the draft


@require_http_methods(EITHER)
@of_draft
def set_up(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """The settings; with `go` = start it starts."""
    if request.method != "POST":
        return _set_up_page(request, experiment)
    form = SettingsForm(experiment, request.POST)
    if not form.is_valid():
        return _set_up_page(request, experiment, settings=form)
    try:
        experiments.update(experiment_id=experiment.pk, values=form.values())
        if request.POST.get("go") == "start":
            experiments.run(experiment_id=experiment.pk)
            return HttpResponseRedirect(queue_address(experiment, {}))
    except WorkbenchError as error:
        add_errors(form, error)
        return _set_up_page(request, experiment_or_404(request, experiment.pk), settings=form)
    messages.success(request, "The settings are saved.")
    return HttpResponseRedirect(reverse("experiment_kind:set_up", args=[experiment.pk]))


@require_POST
@of_draft
def set_up_file(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """Another file in place of the items that are there."""
    return _changed(request, experiment, FileForm(request.POST, request.FILES))


@require_POST
@of_draft
def set_up_item(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    return _changed(request, experiment, ItemForm(request.POST))


def _changed(request: PageRequest, experiment: Experiment, form: forms.Form) -> HttpResponseBase:
    refused = None
    if form.is_valid():
        try:
            _stored(experiment, form)
            return HttpResponseRedirect(reverse("experiment_kind:set_up", args=[experiment.pk]))
        except WorkbenchError as error:
            refused = _refused(form, error)
    which = {"file": form} if isinstance(form, FileForm) else {"item": form}
    return _set_up_page(request, experiment_or_404(request, experiment.pk), refused=refused, **which)


def _set_up_page(
    request: PageRequest, experiment: Experiment, *, refused: WorkbenchError | None = None, **given: Any
) -> HttpResponse:
    kind = kind_of(experiment)
    missing = kind.missing(experiment)
    context = {
        "kind": kind,
        "nouns": kind.nouns,
        "queue": experiment,
        "dataset": pages.dataset(experiment),
        "form": given.get("settings") or SettingsForm(experiment),
        "file_form": given.get("file") or FileForm(),
        "item_form": given.get("item") or ItemForm(),
        "agents": agents_of(experiment.network),
        "fields": fields_of(experiment),
        "missing": [error.detail for error in missing],
        # Everything else may stand in the form by now: a start saves it first.
        "lacks_items": any(error.attr == "items" for error in missing),
        "refused": refused,
    }
    status = REFUSED if refused or any(form.errors for form in given.values()) else 200
    return render(request, "experiments/experiment_kind/set_up.html", context, status=status)
