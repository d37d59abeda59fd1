"""The last steps of a draft: what answers consist of, the network, the scoring, the start."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from experiments.core.errors import WorkbenchError
from experiments.core.formatting import clipped
from experiments.experiment_kind.choices import SchemaMode
from experiments.experiment_kind.datasets import DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.services import drafts, launch
from experiments.experiment_kind.web import steps
from experiments.experiment_kind.web.drafts import REFUSED, draft_view, experiment_or_404
from experiments.experiment_kind.web.forms import SettingsForm, add_errors, agents_of
from experiments.experiment_kind.web.set_up import columns_by_use, how_read, size_of
from experiments.web.decorators import PageRequest
from experiments.web.queue.base import queue_address
from experiments.web.schema.fields_page import FieldsOf, fields_page

START_BUTTON, FIELDS_BUTTON, BACK_BUTTON = "start", "fields", "back"
"""Values of `go` that buttons send."""


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def set_up(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """The settings. `go`: the experiment starts, or its response fields are next."""
    if request.method != "POST":
        return _review(request, experiment, SettingsForm(experiment))
    form = SettingsForm(experiment, request.POST)
    if not form.is_valid():
        return _review(request, experiment, form)
    go = request.POST.get("go")
    try:
        drafts.update(experiment_id=experiment.pk, values=form.values())
        if go == START_BUTTON:
            launch.run(experiment_id=experiment.pk)
            return HttpResponseRedirect(queue_address(experiment, {}))
    except WorkbenchError as error:
        add_errors(form, error)
        return _review(request, experiment_or_404(request, experiment.pk), form)
    if go in (FIELDS_BUTTON, BACK_BUTTON):
        return HttpResponseRedirect(steps.address(experiment, steps.FIELDS))
    messages.success(request, "Settings saved.")
    return HttpResponseRedirect(steps.address(experiment, steps.REVIEW))


def _review(request: PageRequest, experiment: Experiment, form: SettingsForm) -> HttpResponse:
    columns = DatasetLayout.from_json(experiment.columns).columns
    missing = launch.missing(experiment)
    context = {
        "form": form,
        "agents": agents_of(experiment.network),
        "dataset": {"size": size_of(experiment), "how_read": how_read(experiment)},
        "uses": columns_by_use(columns),
        "prompt": clipped(experiment.prompt_template),
        "blockers": [(error.detail, steps.ALL.of(error.attr), error.attr) for error in missing],
        # Everything else may be filled in by now: a start saves the form first.
        "lacks_items": any(error.attr == "items" for error in missing),
    }
    status = REFUSED if form.errors else 200
    template = "experiments/experiment_kind/review.html"
    return steps.render_step(request, experiment, steps.REVIEW, template, context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def set_up_fields(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """The fields of its own schema, in the builder."""

    def store(fields: list[dict[str, Any]]) -> None:
        values = {"response_fields": fields, "schema_mode": SchemaMode.OWN}
        drafts.update(experiment_id=experiment.pk, values=values)

    page = FieldsOf(
        name=experiment.name,
        hint="The fields of each answer. Without any, the network’s own schema is used.",
        back=reverse("experiment_kind:set_up", args=[experiment.pk]),
        schema=experiment.schema_json,
        store=store,
        context=steps.frame_of(experiment, steps.FIELDS),
    )
    return fields_page(request, page)
