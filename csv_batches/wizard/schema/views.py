"""Response schema: the fields of an answer in one form, and the JSON Schema that they make."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from csv_batches.models import CsvBatch
from csv_batches.rules import steps
from csv_batches.services import response_fields
from csv_batches.wizard import live
from csv_batches.wizard.base import draft_view, redirect_by_button, render_step, step_address
from csv_batches.wizard.schema.page import export_notes, step_context
from csv_batches.wizard.trial import latest_trial
from experiments.core.choices import ErrorCode
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import counted
from experiments.web.decorators import PageRequest, wants_fragment
from experiments.web.row_place import row_place
from experiments.web.schema import importing
from experiments.web.schema.change import Change, read_change
from experiments.web.schema.edits import Done
from experiments.web.schema.importing import read_import
from experiments.web.schema.page import Builder
from experiments.web.schema.rows import Rows


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def schema(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """POST: the rows as they are typed, with the button that was pressed. What is valid is stored."""
    if request.method != "POST":
        return _render(request, batch, _stored(batch))
    change = read_change(request.POST, batch.response_fields)
    builder = change.builder
    if change.fields is not None:
        batch, builder = _store(batch, change, anyway="anyway" in request.POST)
    go = request.POST.get("go", "")
    row = live.row_of_form(request.POST)
    problem = live.try_rows(batch, request.POST, row) if go == "trial" and builder.is_stored else ""
    if problem or (go == "trial" and wants_fragment(request)):
        return _render(request, batch, builder, problem=problem)
    if go and builder.is_stored:
        redirect = redirect_by_button(request, batch, steps.SCHEMA, "" if row is None else f"at={row}")
        return HttpResponseClientRedirect(redirect.url) if wants_fragment(request) else redirect
    return _render(request, batch, replace(builder, quiet=builder.quiet and not go))


@require_POST
@draft_view
def import_fields(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Shows what a schema or sample answers would become, and uses it where that was shown before."""
    pasted, use = read_import(request.POST, request.FILES)
    if not use:
        return _render(request, batch, replace(_stored(batch), quiet=True), pasted=pasted)
    stored = batch.response_fields
    fields = importing.missing_fields(stored, pasted.fields) if use == importing.ADD else list(pasted.fields)
    try:
        batch = response_fields.replace(batch_id=batch.pk, fields=fields, shown=stored)
    except WorkbenchError as error:
        return _render(request, batch, _stored(batch), pasted=replace(pasted, error=error.detail))
    said = Done("add-0", f"{counted(len(pasted.fields), 'field')} imported. Undo restores the fields that were there.")
    if wants_fragment(request):
        return _render(request, batch, replace(_stored(batch), done=said), is_imported=True)
    return HttpResponseRedirect(step_address(batch, steps.SCHEMA))


def _store(batch: CsvBatch, change: Change, *, anyway: bool) -> tuple[CsvBatch, Builder]:
    shown = None if anyway else batch.response_fields
    try:
        batch = response_fields.replace(batch_id=batch.pk, fields=change.fields or [], shown=shown)
    except WorkbenchError as error:
        if error.code == ErrorCode.CHANGED_MEANWHILE:
            return batch, replace(change.builder, changed_elsewhere=True)
        return batch, replace(change.builder, problem=error.detail)
    return batch, replace(change.builder, stored=batch.response_fields, is_stored=True)


def _stored(batch: CsvBatch) -> Builder:
    return Builder(Rows.of_fields(batch.response_fields), batch.response_fields)


def _render(request: PageRequest, batch: CsvBatch, builder: Builder, problem: str = "", **values: Any) -> HttpResponse:
    """`problem`: why no row is tried."""
    builder = replace(builder, notes=export_notes(batch))
    given = request.POST if request.method == "POST" else request.GET
    panel = {
        "trial": latest_trial(batch),
        "live": live.try_part(batch, request.POST.dict(), problem),
        "place": row_place(batch, live.row_of_form(given)),
    }
    return render_step(request, batch, steps.SCHEMA, {**step_context(batch, builder), **panel, **values})
