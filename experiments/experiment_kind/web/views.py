"""Experiments before their start: a data set from a file or by hand, the settings, the start."""

from collections.abc import Callable, Sequence
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
from django_htmx.http import HttpResponseClientRedirect

from experiments.core.choices import QueueStatus, Role
from experiments.core.errors import WorkbenchError
from experiments.experiment_kind.choices import SchemaMode
from experiments.experiment_kind.models import KIND, Experiment
from experiments.experiment_kind.services import drafts, items_by_hand, launch, uploads
from experiments.experiment_kind.services.uploads import DatasetRefused
from experiments.experiment_kind.web.forms import (
    FileForm,
    ItemForm,
    OfferButton,
    SettingsForm,
    add_errors,
    agents_of,
    offer_buttons,
)
from experiments.experiment_kind.web.set_up import dataset_of_draft
from experiments.kinds import kind_named, kind_of
from experiments.web.decorators import PageRequest, signed_in, wants_fragment
from experiments.web.queue.base import queue_address, queue_or_404
from experiments.web.schema.fields_page import FieldsOf, fields_page
from experiments.web.schema.importing import lines_of_schema

REFUSED = 422
FILE_OUTCOME = "experiments/experiment_kind/file_outcome.html"
"""What became of a file, for a script that leaves it chosen: an offer then reads it at one click."""
START_BUTTON, FIELDS_BUTTON = "start", "fields"
"""Values of `go` that buttons send."""
DraftView = Callable[[PageRequest, Experiment], HttpResponseBase]


def experiment_or_404(request: PageRequest, queue_id: UUID, least: Role | None = None) -> Experiment:
    experiment: Experiment = queue_or_404(kind_named(KIND), request, queue_id, least)
    return experiment


def draft_view(view: DraftView) -> Callable[..., HttpResponseBase]:
    """For who edits a draft. One that was started already is shown in its queue, and so is one that is only seen."""

    @signed_in
    @wraps(view)
    def guarded(request: PageRequest, queue_id: UUID) -> HttpResponseBase:
        experiment = experiment_or_404(request, queue_id)
        if experiment.status != QueueStatus.DRAFT or not experiment.may_edit:
            return HttpResponseRedirect(queue_address(experiment, {}))
        return view(request, experiment)

    return guarded


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
                store_items_of(made, form)
            return _open_set_up(request, made)
        except WorkbenchError as error:
            refused = refused_dataset(form, error)
            offers = offer_buttons(error)
    return _new_page(request, file_form, item_form, refused, offers)


def store_items_of(experiment: Experiment, form: forms.Form) -> None:
    """Those of the file, or the one that was written by hand."""
    if isinstance(form, FileForm):
        file = form.cleaned_data["file"]
        uploads.upload(experiment_id=experiment.pk, file=file, options=form.options())
    else:
        items_by_hand.add(experiment_id=experiment.pk, item=form.cleaned_data)


def refused_dataset(form: forms.Form, error: WorkbenchError) -> DatasetRefused | None:
    """The error, if the page lists its problems; any other is shown in the form."""
    if isinstance(error, DatasetRefused):
        return error
    add_errors(form, error)
    return None


def _open_set_up(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    address = reverse("experiment_kind:set_up", args=[experiment.pk])
    return HttpResponseClientRedirect(address) if wants_fragment(request) else HttpResponseRedirect(address)


def _new_page(
    request: PageRequest,
    file_form: forms.Form,
    item_form: forms.Form,
    refused: DatasetRefused | None,
    offers: Sequence[OfferButton],
) -> HttpResponse:
    context = {
        "kind": kind_named(KIND),
        "file_form": file_form,
        "item_form": item_form,
        "refused": refused,
        "offers": offers,
        "target": reverse("experiment_kind:new"),
    }
    if wants_fragment(request):
        return render(request, FILE_OUTCOME, context)
    status = REFUSED if refused or file_form.errors or item_form.errors else 200
    return render(request, "experiments/experiment_kind/new.html", context, status=status)


# -- the draft


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def set_up(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """The settings. `go`: the experiment starts, or its response fields are next."""
    if request.method != "POST":
        return _set_up_page(request, experiment)
    form = SettingsForm(experiment, request.POST)
    if not form.is_valid():
        return _set_up_page(request, experiment, settings=form)
    try:
        drafts.update(experiment_id=experiment.pk, values=form.values())
        if request.POST.get("go") == START_BUTTON:
            launch.run(experiment_id=experiment.pk)
            return HttpResponseRedirect(queue_address(experiment, {}))
        if request.POST.get("go") == FIELDS_BUTTON:
            return HttpResponseRedirect(reverse("experiment_kind:set_up_fields", args=[experiment.pk]))
    except WorkbenchError as error:
        add_errors(form, error)
        return _set_up_page(request, experiment_or_404(request, experiment.pk), settings=form)
    messages.success(request, "The settings are saved.")
    return HttpResponseRedirect(reverse("experiment_kind:set_up", args=[experiment.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def set_up_fields(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """The fields of its own schema, in the builder."""

    def store(fields: list[dict[str, Any]]) -> None:
        values = {"response_fields": fields, "schema_mode": SchemaMode.OWN}
        drafts.update(experiment_id=experiment.pk, values=values)

    page = FieldsOf(
        name=experiment.name,
        hint="What every answer of this experiment has. Nothing is stored before you save.",
        back=reverse("experiment_kind:set_up", args=[experiment.pk]),
        schema=experiment.schema_json,
        store=store,
        context={"kind": kind_of(experiment), "queue": experiment},
    )
    return fields_page(request, page)


@require_POST
@draft_view
def set_up_file(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """Another file in place of the items that are there."""
    return _change_dataset(request, experiment, FileForm(request.POST, request.FILES))


@require_POST
@draft_view
def set_up_item(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    return _change_dataset(request, experiment, ItemForm(request.POST))


def _change_dataset(request: PageRequest, experiment: Experiment, form: forms.Form) -> HttpResponseBase:
    refused, offers = None, []
    if form.is_valid():
        try:
            store_items_of(experiment, form)
            return _open_set_up(request, experiment)
        except WorkbenchError as error:
            refused = refused_dataset(form, error)
            offers = offer_buttons(error)
    if wants_fragment(request):
        return render(request, FILE_OUTCOME, {"file_form": form, "refused": refused, "offers": offers})
    which = {"file": form} if isinstance(form, FileForm) else {"item": form}
    experiment = experiment_or_404(request, experiment.pk)
    return _set_up_page(request, experiment, refused=refused, offers=offers, **which)


def _set_up_page(
    request: PageRequest,
    experiment: Experiment,
    *,
    refused: DatasetRefused | None = None,
    offers: Sequence[OfferButton] = (),
    **given: Any,
) -> HttpResponse:
    kind = kind_of(experiment)
    missing = kind.missing(experiment)
    context = {
        "kind": kind,
        "nouns": kind.nouns,
        "queue": experiment,
        "dataset": dataset_of_draft(experiment),
        "form": given.get("settings") or SettingsForm(experiment),
        "file_form": given.get("file") or FileForm(),
        "item_form": given.get("item") or ItemForm(),
        "agents": agents_of(experiment.network),
        "answer_fields": lines_of_schema(experiment.schema_json),
        "missing": [error.detail for error in missing],
        # Everything else may be filled in by now: a start saves the form first.
        "lacks_items": any(error.attr == "items" for error in missing),
        "refused": refused,
        "offers": offers,
    }
    status = REFUSED if refused or any(form.errors for form in given.values()) else 200
    return render(request, "experiments/experiment_kind/set_up.html", context, status=status)
