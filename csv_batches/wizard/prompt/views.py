"""Define prompt: the template, its placeholders, and the message of a real row beside it."""

from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from csv_batches.models import CsvBatch
from csv_batches.rules import placeholders, steps
from csv_batches.rules.choices import MappingMode
from csv_batches.selectors.sent_twice import sent_twice
from csv_batches.services import drafts
from csv_batches.wizard import live
from csv_batches.wizard.base import draft_view, redirect_by_button, render_step
from csv_batches.wizard.prompt.forms import PreviewQuery, typed_template
from csv_batches.wizard.prompt.page import appended_columns, preview_row
from csv_batches.wizard.prompt.palette import palette
from csv_batches.wizard.prompt.problems import twice_note
from csv_batches.wizard.trial import latest_trial
from experiments.core.errors import WorkbenchError
from experiments.prompts.filters import FILTERS
from experiments.prompts.limits import SOURCE_LIMIT
from experiments.web.decorators import PageRequest, wants_fragment


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
    twice = sent_twice(batch)
    if twice is None:
        return batch
    changes = [{"name": name, "mode": MappingMode.IGNORE} for name in twice.names]
    return drafts.update(batch_id=batch.pk, values={"columns": changes})


@require_safe
@draft_view
def prompt_placeholders(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """All placeholders, for the suggestions while typing."""
    offered = placeholders.all_placeholders(batch.columns)
    return JsonResponse({"tokens": [{"text": one.text, "name": one.name} for one in offered]})


def _render(
    request: PageRequest, batch: CsvBatch, text: str, error: WorkbenchError | None = None, problem: str = ""
) -> HttpResponse:
    """`problem`: why no row is tried."""
    query = PreviewQuery.from_values((request.POST if request.method == "POST" else request.GET).dict())
    preview = preview_row(batch, query.row_index)
    # While somebody types, the last good message stays; another row brings its own.
    is_typing = bool(request.htmx and request.htmx.trigger_name == "prompt_template")
    context = {
        "text": text,
        "lines": text.split("\n"),
        "unsaved": error is not None,
        "trial": latest_trial(batch),
        "live": live.try_part(batch, request.POST.dict(), problem),
        "twice": None if error else twice_note(batch),
        "error": error,
        "error_line": error.part.line if error and error.part else None,
        "length": len(text),
        "limit": SOURCE_LIMIT,
        "find": query.find,
        "preview": preview,
        "appended": appended_columns(batch),
        "keep_message": is_typing and (error is not None or not preview.has_message),
        "keep_placeholders": is_typing,
        "palette": [] if is_typing else palette(batch, query.find, preview.cells),
        "filters": FILTERS,
    }
    return render_step(request, batch, steps.PROMPT, context)
