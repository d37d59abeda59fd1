"""Define prompt: the template, its placeholders, and the message of a real row beside it."""

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from csv_batches.models import CsvBatch
from csv_batches.rules import mapping, steps
from csv_batches.rules.choices import MappingMode
from csv_batches.selectors.plan import CsvBatchPlan
from csv_batches.services import drafts
from csv_batches.wizard import live
from csv_batches.wizard.base import draft_view, redirect_by_button, render_step
from csv_batches.wizard.trial import latest_trial
from experiments.core.errors import WorkbenchError
from experiments.prompts import compile_template
from experiments.prompts.spelling import all_placeholders
from experiments.selectors.sent_twice import sent_twice
from experiments.web.decorators import PageRequest, wants_fragment
from experiments.web.prompt_step.forms import PreviewQuery, typed_template
from experiments.web.prompt_step.views import PromptDraft, prompt_context


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def prompt(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method != "POST":
        return _render(request, batch, batch.prompt_template)
    text = typed_template(request.POST.dict(), batch.prompt_template)
    if "only_in_text" in request.POST:
        batch = _named_columns_once(batch)
    try:
        # An unchanged template is nothing to undo.
        if text != batch.prompt_template:
            batch = drafts.update(batch_id=batch.pk, values={"prompt_template": text})
    except WorkbenchError as error:
        return _render(request, batch, text, error)
    query = PreviewQuery.from_values(request.POST.dict())
    problem = ""
    if request.POST.get("go") == "trial":
        problem = live.try_rows(batch, request.POST, query.row_index)
    if wants_fragment(request) or problem:
        return _render(request, batch, text, problem=problem)
    return redirect_by_button(request, batch, steps.PROMPT, query.urlencode())


def _named_columns_once(batch: CsvBatch) -> CsvBatch:
    """Columns that the template names are no lines of the message any more."""
    columns, template = mapping.columns_of(batch.columns), compile_template(batch.prompt_template)
    twice = sent_twice(batch, columns, template)
    if twice is None:
        return batch
    changes = [{"name": name, "mode": MappingMode.IGNORE} for name in twice.names]
    return drafts.update(batch_id=batch.pk, values={"columns": changes})


@require_safe
@draft_view
def prompt_placeholders(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """All placeholders, for the suggestions while typing."""
    offered = all_placeholders(mapping.columns_of(batch.columns))
    return JsonResponse({"tokens": [{"text": one.text, "name": one.name} for one in offered]})


def _render(
    request: PageRequest, batch: CsvBatch, text: str, error: WorkbenchError | None = None, problem: str = ""
) -> HttpResponse:
    """`problem`: why no row is tried."""
    draft = PromptDraft(batch, mapping.columns_of(batch.columns), CsvBatchPlan.of(batch))
    tokens = reverse("csv_batches:prompt_placeholders", args=[batch.pk])
    panel = {
        "tokens_here": tokens,
        "trial": latest_trial(batch),
        "live": live.try_part(batch, request.POST.dict(), problem),
    }
    return render_step(request, batch, steps.PROMPT, {**prompt_context(request, draft, text, error), **panel})
