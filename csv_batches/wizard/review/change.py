"""Review of a change of a batch that was started: what is different, and which of its rows run with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from csv_batches.models import CsvBatch
from csv_batches.rules import steps
from csv_batches.rules.choices import RowsToRun
from csv_batches.rules.mapping_modes import mode_of_column
from csv_batches.selectors.revisions import changed_settings
from csv_batches.services import drafts, launch, revise
from csv_batches.wizard.base import batch_or_404, draft_view, queue_address, render_step, step_address
from csv_batches.wizard.review.forms import SCHEMA_MODES
from csv_batches.wizard.review.page import MissingPart, SchemaChange, missing_parts, schema_change
from csv_batches.wizard.review.schema_diff import DiffPart, diff_lines
from experiments.core.choices import ErrorCode, Role
from experiments.core.errors import Conflict, Problems, WorkbenchError
from experiments.core.formatting import as_text, counted
from experiments.web.base_form import BaseForm
from experiments.web.decorators import PageRequest

PAGE = "change"


class ChangeForm(BaseForm):
    """`seen` and `confirm` as at a start."""

    rows = forms.ChoiceField(label="Rows to run", widget=forms.RadioSelect)
    schema_mode = forms.ChoiceField(label="Response schema", choices=SCHEMA_MODES, widget=forms.RadioSelect)
    confirm = forms.BooleanField(required=False)
    seen = forms.CharField(required=False)

    def __init__(self, draft: CsvBatch, batch: CsvBatch, data: Mapping[str, Any] | None = None) -> None:
        choices = rows_to_run(batch)
        super().__init__(data, initial={"rows": choices[0][0], "schema_mode": draft.schema_mode})
        self.fields["rows"].choices = choices  # type: ignore[attr-defined]

    def order(self) -> launch.Order:
        return launch.Order(confirmed=self.cleaned_data["confirm"], seen=self.cleaned_data["seen"])


def rows_to_run(batch: CsvBatch) -> list[tuple[str, str]]:
    """The first is the one that is chosen: what costs nothing twice."""
    waiting, failed = batch.queued, batch.failed_open
    those_that_wait = f"{counted(waiting, 'row')} that {'waits' if waiting == 1 else 'wait'}"
    found = [(RowsToRun.REMAINING, f"The {those_that_wait}")] if waiting else []
    if failed:
        too = f", and the {those_that_wait}" if waiting else ""
        found.append((RowsToRun.FAILED, f"The {counted(failed, 'row')} that failed{too}"))
    found.append((RowsToRun.NONE, "None now. Rows that run later use the change"))
    found.append((RowsToRun.ALL, f"All {counted(batch.total, 'row')} again. New answers replace the earlier ones"))
    return [(row.value, label) for row, label in found]


@dataclass(frozen=True)
class ChangeReview:
    """`missing`: what keeps the change from being applied, `change`: how the network's schema would change."""

    parts: tuple[DiffPart, ...]
    missing: tuple[MissingPart, ...]
    change: SchemaChange | None
    stopped: str
    """Why the batch takes no change now; "" where it does."""
    changes_schema: bool


def review_of_change(draft: CsvBatch, batch: CsvBatch, user: Any) -> ChangeReview:
    changed = changed_settings(batch, draft)
    changes_schema = bool({"response_fields", "schema_mode"} & set(changed))
    change = schema_change(draft, user) if changes_schema else None
    return ChangeReview(
        parts=tuple(
            part
            for part in (
                _part("Prompt", batch.prompt_template, draft.prompt_template),
                _part("Columns", _columns(batch), _columns(draft)),
                _part("Response schema", _schema(batch), _schema(draft)),
            )
            if part.lines
        ),
        missing=tuple(missing_parts(launch.missing(draft), change)),
        change=change,
        stopped=_stopped(batch),
        changes_schema=changes_schema,
    )


def _part(title: str, before: str, after: str) -> DiffPart:
    return DiffPart(title, tuple(diff_lines(before, after)) if before != after else ())


def _columns(batch: CsvBatch) -> str:
    return "\n".join(
        f"{column['name']}: {mode_of_column(column).heading}"
        + (f" → {column['key']}" if mode_of_column(column).has_key else "")
        for column in batch.columns
    )


def _schema(batch: CsvBatch) -> str:
    return as_text(batch.schema_json) if batch.schema_json else ""


def _stopped(batch: CsvBatch) -> str:
    try:
        revise.refuse_unless_stopped(batch)
    except Conflict as error:
        return error.detail
    return ""


def render_change(
    request: PageRequest, draft: CsvBatch, form: ChangeForm | None = None, refused: list[str] | None = None
) -> HttpResponse:
    batch = revised(request, draft)
    form = form or ChangeForm(draft, batch)
    review = review_of_change(draft, batch, request.user)
    context = {
        "changed": batch,
        "review": review,
        "form": form,
        "refused": refused or [],
        "start_form": form,
        "confirmed": bool(review.change and form.data.get("seen") == review.change.seen and form.data.get("confirm")),
    }
    return render_step(request, draft, steps.REVIEW, context, page=PAGE)


def revised(request: PageRequest, draft: CsvBatch) -> CsvBatch:
    """The batch that the draft changes, for who may edit it still."""
    assert draft.revises_id is not None
    return batch_or_404(request, draft.revises_id, Role.EDITOR)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def apply(request: PageRequest, draft: CsvBatch) -> HttpResponseBase:
    """Gives the batch what the draft has."""
    if request.method != "POST" or not draft.revises_id:
        # Somebody reloads the address of a change that was refused.
        return HttpResponseRedirect(step_address(draft, steps.REVIEW))
    batch = revised(request, draft)
    form = ChangeForm(draft, batch, request.POST)
    if not form.is_valid():
        return render_change(request, draft, form)
    try:
        mode = form.cleaned_data["schema_mode"]
        if mode != draft.schema_mode:
            draft = drafts.update(batch_id=draft.pk, values={"schema_mode": mode})
        rows = RowsToRun(form.cleaned_data["rows"])
        done = revise.apply_draft(draft=draft, user=request.user, rows=rows, order=form.order())
    except WorkbenchError as error:
        return render_change(request, draft, form, _refusals(form, error))
    messages.success(request, f"“{done.name}” is at revision {done.revision}. Rows that are called now use it.")
    return HttpResponseRedirect(queue_address(done))


def _refusals(form: ChangeForm, error: WorkbenchError) -> list[str]:
    if error.code == ErrorCode.SCHEMA_CHANGE:
        form.add_error("confirm", "Confirm first that the network's schema is replaced.")
        return []
    return [one.detail for one in (error.errors if isinstance(error, Problems) else [error])]
