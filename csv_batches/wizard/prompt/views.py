"""Define prompt: the template, its tokens, and the message of a real row beside it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from csv_batches.models import CsvBatch
from csv_batches.rules import placeholders, steps
from csv_batches.services import drafts
from csv_batches.wizard.base import of_draft, onward, page, step_address
from csv_batches.wizard.prompt import page as prompt_preview
from experiments.core.errors import WorkbenchError
from experiments.prompts.filters import FILTERS
from experiments.prompts.limits import SOURCE_LIMIT
from experiments.web.decorators import PageRequest, wants_fragment

TOKENS_SHOWN = 40  # of each group; the others are found by typing


@dataclass(frozen=True)
class PreviewQuery:
    """What is shown beside the template: `row` as it was typed, and the text to find tokens by."""

    row: str
    find: str

    @classmethod
    def of(cls, values: Any) -> "PreviewQuery":
        return cls(row=values.get("show") or values.get("row", ""), find=values.get("find", "")[:200])

    @property
    def index(self) -> int | None:
        digits = self.row.strip().replace(",", "")
        return int(digits[:12]) if digits.isascii() and digits.isdecimal() else None

    @property
    def query(self) -> str:
        given = {"row": self.row, "find": self.find}
        return urlencode({name: value for name, value in given.items() if value})


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def prompt(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method != "POST":
        return _shown(request, batch, batch.prompt_template)
    text = _typed(request, batch)
    try:
        batch = _saved(batch, text)
    except WorkbenchError as error:
        return _shown(request, batch, text, error)
    if wants_fragment(request):
        return _shown(request, batch, text)
    return _onward(request, batch)


@require_safe
@of_draft
def prompt_placeholders(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """All tokens, for the suggestions while typing."""
    offered = [{"text": token.text, "name": token.name} for token in placeholders.all_placeholders(batch.columns)]
    return JsonResponse({"tokens": offered})


def _typed(request: PageRequest, batch: CsvBatch) -> str:
    """The template as it was typed, and the token whose button was pressed without JavaScript at its end."""
    # A form sends every line end of a text area as CR LF.
    text = request.POST.get("prompt_template", batch.prompt_template).replace("\r\n", "\n")
    token = request.POST.get("insert")
    if not token:
        return text
    space = " " if text and not text[-1].isspace() else ""
    return f"{text}{space}{{{{ {token} }}}}"


def _saved(batch: CsvBatch, text: str) -> CsvBatch:
    """What did not change is no step to undo."""
    if text == batch.prompt_template:
        return batch
    return drafts.update(batch_id=batch.pk, values={"prompt_template": text})


def _shown(request: PageRequest, batch: CsvBatch, text: str, error: WorkbenchError | None = None) -> HttpResponse:
    beside = PreviewQuery.of(request.POST if request.method == "POST" else request.GET)
    preview = prompt_preview.of_row(batch, beside.index)
    # While somebody types, the last good message stays; another row brings its own.
    is_typing = bool(request.htmx and request.htmx.trigger_name == "prompt_template")
    context = {
        "text": text,
        "error": error,
        "error_line": error.extra.get("line") if error else None,
        "length": len(text),
        "limit": SOURCE_LIMIT,
        "beside": beside,
        "preview": preview,
        "appended": prompt_preview.appended_columns(batch),
        "keep_message": is_typing and (error is not None or not preview.has_message),
        "keep_tokens": is_typing,
        "token_groups": placeholders.groups(batch.columns, beside.find, TOKENS_SHOWN),
        "token_count": len(placeholders.all_placeholders(batch.columns)),
        "filters": FILTERS,
    }
    return page(request, batch, steps.PROMPT, context)


def _onward(request: PageRequest, batch: CsvBatch) -> HttpResponseRedirect:
    if request.POST.get("go") in ("next", "back"):
        return onward(request, batch, steps.PROMPT)
    query = PreviewQuery.of(request.POST).query
    address = step_address(batch, steps.PROMPT)
    return HttpResponseRedirect(f"{address}?{query}" if query else address)
