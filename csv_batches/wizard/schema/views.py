"""Response schema: the fields of an answer, one card each, and the JSON Schema that they make."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from csv_batches.models import CsvBatch
from csv_batches.rules import field_list, steps
from csv_batches.services import response_fields
from csv_batches.wizard.base import draft_view, redirect_by_button, render_step, step_address
from csv_batches.wizard.schema.forms import FieldCard, FieldEdit
from csv_batches.wizard.schema.page import field_anchor, position_sentence, requested_card, step_context
from experiments.core.choices import ErrorCode
from experiments.core.errors import WorkbenchError
from experiments.web.decorators import PageRequest, errors_as_messages, wants_fragment

ADD_BUTTON = "+"  # `focus` on the button that adds a field; no field has this name


@require_http_methods(["GET", "HEAD", "POST"])
@draft_view
def schema(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method == "POST":
        return _leave(request, batch)
    card = None
    with errors_as_messages(request):
        card = requested_card(batch, request.GET)
    return _render(request, batch, card=card, focus=request.GET.get("focus", ""))


@require_POST
@draft_view
def save_field(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Saves the card. Next and Back save it too, unless it is blank."""
    card = FieldCard.from_form(request.POST)
    leaves = request.POST.get("go") in ("next", "back")
    if leaves and card.is_blank:
        return _leave(request, batch)
    saved = _save_card(batch, card)
    if isinstance(saved, FieldCard):
        return _render(request, batch, card=saved)
    if leaves:
        return _leave(request, saved)
    return _after_change(request, saved, f"Field “{card.name}” is saved.", name=card.name, focus=card.name)


def _save_card(batch: CsvBatch, card: FieldCard) -> CsvBatch | FieldCard:
    """The changed batch, or the card with what is wrong with it."""
    problem = field_list.problem(card.to_field())
    if problem:
        return card.with_problem(*problem)
    try:
        return response_fields.change(
            batch_id=batch.pk, edit=lambda fields: field_list.saved(fields, card.original, card.to_field())
        )
    except WorkbenchError as error:
        if error.code == ErrorCode.DUPLICATE_FIELD:
            return card.with_problem("name", "Another field has this name.")
        if error.code == ErrorCode.DOES_NOT_EXIST:
            sentence = f"{error.detail} Confirm again to add it as a new one."
            return replace(card, original="").with_problem("all", sentence)
        return card.with_problem("all", error.detail)


@require_POST
@draft_view
def change_fields(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Removes or moves the field that the pressed button names, or the one that was dragged."""
    edit = FieldEdit.from_form(request.POST)
    if edit is None:
        return _after_change(request, batch)
    announcement = ""
    with errors_as_messages(request):
        batch = response_fields.change(batch_id=batch.pk, edit=edit.apply)
        announcement = position_sentence(batch, edit.name)
    return _after_change(request, batch, announcement, name=edit.name)


@require_POST
@draft_view
def import_fields(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    text = request.POST.get("schema", "")
    try:
        batch, imported = response_fields.import_schema(
            batch_id=batch.pk, text=text, replace=request.POST.get("how") == "replace"
        )
    except WorkbenchError as error:
        return _render(request, batch, import_text=text, import_error=error.detail)
    if imported.notes:
        sentence = "The fields were imported. Not all of the schema can be said with them:"
        notes = format_html_join("", "<br>• {}", ((note,) for note in imported.notes))
        messages.warning(request, format_html("{}{}", sentence, notes))
    announcement = f"Imported fields: {len(imported.fields)}. Undo brings back what was there."
    return _after_change(request, batch, announcement)


def _leave(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    redirect = redirect_by_button(request, batch, steps.SCHEMA)
    return HttpResponseClientRedirect(redirect.url) if wants_fragment(request) else redirect


def _after_change(
    request: PageRequest, batch: CsvBatch, announcement: str = "", *, name: str = "", focus: str = ""
) -> HttpResponseBase:
    """For htmx the updates, else the step again, at the field `name`."""
    exists = any(stored["name"] == name for stored in batch.response_fields)
    if wants_fragment(request):
        # The pressed button keeps the focus, unless it was removed with its field.
        return _render(request, batch, announcement=announcement, focus=focus or ("" if exists else ADD_BUTTON))
    address = step_address(batch, steps.SCHEMA)
    return HttpResponseRedirect(f"{address}#{field_anchor(name)}" if exists else address)


def _render(request: PageRequest, batch: CsvBatch, *, card: FieldCard | None = None, **values: Any) -> HttpResponse:
    return render_step(request, batch, steps.SCHEMA, {**step_context(batch, card), **values})
