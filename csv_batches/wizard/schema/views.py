"""Response schema: the fields of an answer, one card each, and the JSON Schema that they make."""

from collections.abc import Callable
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
from csv_batches.wizard.base import of_draft, onward, page, step_address
from csv_batches.wizard.schema import page as schema_page
from csv_batches.wizard.schema.page import Card, Json
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import as_text
from experiments.response_schema.fields import Imported
from experiments.web.decorators import PageRequest, errors_as_messages, wants_fragment

ADD = "+"  # no field has this name
EDITS: dict[str, Callable[[list[Json], str, int], list[Json]]] = {
    "remove": lambda stored, name, _: field_list.removed(stored, name),
    "up": lambda stored, name, _: field_list.moved(stored, name, -1),
    "down": lambda stored, name, _: field_list.moved(stored, name, 1),
    "place": field_list.placed,
}


@require_http_methods(["GET", "HEAD", "POST"])
@of_draft
def schema(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    if request.method == "POST":
        return _left(request, batch)
    card = None
    with errors_as_messages(request):
        card = schema_page.asked_card(batch, request.GET)
    return _shown(request, batch, card=card, focus=request.GET.get("focus", ""))


@require_POST
@of_draft
def save_field(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Stores the card; the buttons that lead on store it too, unless it is blank."""
    card = Card.of_form(request.POST)
    leads_on = request.POST.get("go") in ("next", "back")
    if leads_on and card.is_blank:
        return _left(request, batch)
    stored = _stored(batch, card)
    if isinstance(stored, Card):
        return _shown(request, batch, card=stored)
    if leads_on:
        return _left(request, stored)
    return _changed(request, stored, f"Field “{card.name}” is saved.", at=card.name, focus=card.name)


def _stored(batch: CsvBatch, card: Card) -> CsvBatch | Card:
    """The changed batch, or the card with what is wrong with it."""
    problem = field_list.problem(card.field())
    if problem:
        return card.refused(*problem)
    try:
        return response_fields.change(
            batch_id=batch.pk, edit=lambda fields: field_list.saved(fields, card.original, card.field())
        )
    except WorkbenchError as error:
        if error.code == "duplicate_field":
            return card.refused("name", "Another field has this name.")
        if error.code == "does_not_exist":
            again = f"{error.detail} Confirm again to add it as a new one."
            return replace(card, original="").refused("all", again)
        return card.refused("all", error.detail)


@require_POST
@of_draft
def change_fields(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    """Removes or moves the field that the pressed button names, or places the one that was dragged."""
    act, name = next(((act, request.POST[act]) for act in EDITS if request.POST.get(act)), ("", ""))
    to, said = request.POST.get("to", "")[:6], ""
    if act:
        with errors_as_messages(request):
            batch = response_fields.change(
                batch_id=batch.pk, edit=lambda stored: EDITS[act](stored, name, int(to) if to.isdecimal() else 0)
            )
            said = _said(batch, name)
    return _changed(request, batch, said, at=name)


@require_POST
@of_draft
def import_fields(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    text = request.POST.get("schema", "")
    try:
        batch, imported = response_fields.import_schema(
            batch_id=batch.pk, text=text, replace=request.POST.get("how") == "replace"
        )
    except WorkbenchError as error:
        return _shown(request, batch, import_text=text, import_error=error.detail)
    _tell(request, imported)
    return _changed(request, batch, f"Imported fields: {len(imported.fields)}. Undo brings back what was there.")


def _tell(request: PageRequest, imported: Imported) -> None:
    if imported.notes:
        notes = format_html_join("", "<br>• {}", ((note,) for note in imported.notes))
        sentence = "The fields were imported. Not all of the schema can be said with them:"
        messages.warning(request, format_html("{}{}", sentence, notes))


def _said(batch: CsvBatch, name: str) -> str:
    """For those who do not see the list change."""
    names = [stored["name"] for stored in batch.response_fields]
    if name in names:
        return f"Field “{name}” is number {names.index(name) + 1} of {len(names)}."
    return f"Field “{name}” is removed. Undo brings it back."


def _changed(request: PageRequest, batch: CsvBatch, said: str, *, at: str = "", focus: str = "") -> HttpResponseBase:
    """For htmx what changed; else the step again, at the field."""
    is_there = any(stored["name"] == at for stored in batch.response_fields)
    if wants_fragment(request):
        # A button that was pressed keeps the focus, unless it went with its field.
        return _shown(request, batch, said=said, focus=focus or ("" if is_there else ADD))
    address = step_address(batch, steps.SCHEMA)
    return HttpResponseRedirect(f"{address}#{schema_page.anchor(at)}" if is_there else address)


def _left(request: PageRequest, batch: CsvBatch) -> HttpResponseBase:
    redirect = onward(request, batch, steps.SCHEMA)
    return HttpResponseClientRedirect(redirect.url) if wants_fragment(request) else redirect


def _shown(request: PageRequest, batch: CsvBatch, *, card: Card | None = None, **more: Any) -> HttpResponse:
    lines = schema_page.field_lines(batch, card.original if card else None)
    context = {
        "lines": lines,
        "card": card,
        # Whole, however long: what is copied must not end in the middle.
        "schema_text": as_text(batch.schema_json),
        "example_text": as_text(batch.schema_example),
        "is_new": bool(card) and not any(line.is_open for line in lines),
        **more,
    }
    return page(request, batch, steps.SCHEMA, context)
