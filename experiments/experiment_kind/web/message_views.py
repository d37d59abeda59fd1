"""What is sent of an item: which columns are for what, and the prompt."""

from collections.abc import Sequence

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from experiments.core.errors import WorkbenchError
from experiments.experiment_kind import datasets
from experiments.experiment_kind.choices import ColumnRole
from experiments.experiment_kind.datasets import DatasetColumn, DatasetLayout
from experiments.experiment_kind.models import Experiment
from experiments.experiment_kind.selectors.plan import DatasetMessage, ExperimentPlan
from experiments.experiment_kind.services import drafts
from experiments.experiment_kind.web import steps
from experiments.experiment_kind.web.drafts import draft_view
from experiments.http.page_time import takes_its_time
from experiments.prompts import compile_template
from experiments.prompts.columns import MessageColumns
from experiments.prompts.spelling import all_placeholders
from experiments.selectors.sent_twice import sent_twice
from experiments.web.decorators import PageRequest, wants_fragment
from experiments.web.map_step.draft import Json, MapDraft
from experiments.web.map_step.forms import ColumnQuery
from experiments.web.map_step.views import SaveResult, map_context, save_columns
from experiments.web.prompt_step.forms import PreviewQuery, typed_template
from experiments.web.prompt_step.views import PromptDraft, prompt_context

ABOUT_MAP = "One prompt column is sent as it is, several as lines. Expected answers and labels are not sent."


class MapOfExperiment(MapDraft):
    modes = datasets.CHOSEN

    def read(self) -> Sequence[DatasetColumn]:
        return _columns_of(self.queue)

    def message_columns(self) -> MessageColumns:
        return DatasetMessage(DatasetLayout(_columns_of(self.queue)))

    def merged(self, changes: Sequence[Json]) -> Sequence[DatasetColumn]:
        return datasets.changed_columns(_columns_of(self.queue), changes)

    def write(self, changes: Sequence[Json]) -> Experiment:
        return drafts.update(experiment_id=self.queue.pk, values={"columns": changes})


def _columns_of(experiment: Experiment) -> list[DatasetColumn]:
    return [DatasetColumn.from_json(column) for column in experiment.columns]


# It may have to count the cells of all items, once.
@takes_its_time
@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def set_up_map(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    draft, result = MapOfExperiment(experiment), SaveResult()
    if request.method == "POST":
        result = save_columns(draft, request.POST.dict(), request.POST.getlist("col"))
        if result.is_complete and not wants_fragment(request):
            query = ColumnQuery.from_values(request.POST.dict())
            return steps.redirect_by_button(request, draft.queue, steps.MAP, query.urlencode())
    context = {**map_context(request, draft, result), "about": ABOUT_MAP, "leaves_empty": True}
    status = 200 if wants_fragment(request) else result.status
    template = steps.shared_template(request, steps.MAP)
    return steps.render_step(request, draft.queue, steps.MAP, template, context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def set_up_prompt(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    text, error = experiment.prompt_template, None
    if request.method == "POST":
        text = typed_template(request.POST.dict(), text)
        if "only_in_text" in request.POST:
            experiment = _named_columns_once(experiment)
        try:
            if text != experiment.prompt_template:
                experiment = drafts.update(experiment_id=experiment.pk, values={"prompt_template": text})
        except WorkbenchError as refused:
            error = refused
        if error is None and not wants_fragment(request):
            query = PreviewQuery.from_values(request.POST.dict())
            return steps.redirect_by_button(request, experiment, steps.PROMPT, query.urlencode())
    draft = PromptDraft(experiment, _columns_of(experiment), ExperimentPlan.of(experiment))
    tokens = reverse("experiment_kind:set_up_placeholders", args=[experiment.pk])
    context = {**prompt_context(request, draft, text, error), "tokens_here": tokens}
    template = steps.shared_template(request, steps.PROMPT)
    return steps.render_step(request, experiment, steps.PROMPT, template, context)


def _named_columns_once(experiment: Experiment) -> Experiment:
    """Columns that the template names are no lines of the message any more."""
    twice = sent_twice(experiment, _columns_of(experiment), compile_template(experiment.prompt_template))
    if twice is None:
        return experiment
    changes = [{"name": name, "mode": ColumnRole.METADATA.value, "key": ""} for name in twice.names]
    return drafts.update(experiment_id=experiment.pk, values={"columns": changes})


@require_safe
@draft_view
def set_up_placeholders(request: PageRequest, experiment: Experiment) -> HttpResponseBase:
    """All placeholders, for the suggestions while typing."""
    offered = all_placeholders(_columns_of(experiment))
    return JsonResponse({"tokens": [{"text": one.text, "name": one.name} for one in offered]})
