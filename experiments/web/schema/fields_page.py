"""A page for the fields of an answer, which one button stores: of an experiment's set-up, of a network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from experiments import response_schema
from experiments.core.errors import WorkbenchError
from experiments.core.formatting import as_text
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.field_schemas import fields_to_schema
from experiments.web.decorators import PageRequest, wants_fragment
from experiments.web.schema import unsaved
from experiments.web.schema.unsaved import Json, Stored, Unsaved

SAVE = "save"


@dataclass(frozen=True)
class FieldsOf:
    """Whose fields they are. `back`: the page that comes after Save. `store` may refuse them, with a sentence."""

    name: str
    hint: str
    back: str
    schema: Mapping[str, Any] | None
    store: Callable[[list[Json]], Any]
    context: Mapping[str, Any]


def fields_page(request: PageRequest, of: FieldsOf) -> HttpResponseBase:
    stored = Stored.of_schema(of.schema)
    if request.method != "POST":
        return _render(request, of, stored, unsaved.opened(stored))
    found = unsaved.changed(request.POST, request.FILES, stored)
    saves = request.POST.get("go", "") == SAVE or "anyway" in request.POST
    if not saves:
        return _render(request, of, stored, found)
    if found.fields is None:
        return _render(request, of, stored, replace(found, builder=replace(found.builder, quiet=False)))
    if found.fields != stored.fields:
        try:
            of.store(found.fields)
        except WorkbenchError as error:
            return _render(request, of, stored, replace(found, builder=replace(found.builder, problem=error.detail)))
        messages.success(request, "The response fields are saved.")
    return HttpResponseClientRedirect(of.back) if wants_fragment(request) else HttpResponseRedirect(of.back)


def _render(request: PageRequest, of: FieldsOf, stored: Stored, found: Unsaved) -> HttpResponse:
    schema = fields_to_schema(check_fields(found.past.now)) if found.past.now else None
    context = {
        "frame": "experiments/schema/frame.html",
        **of.context,
        "of": of,
        "here": request.path,
        "import_here": request.path,
        "import_look": "btn small",
        "builder": found.builder,
        "can_undo": len(found.past.states) > 1 or found.fields is None,
        "not_taken": stored.not_taken,
        "pasted": found.pasted,
        "is_imported": found.is_imported,
        "schema_text": as_text(schema) if schema else "",
        "example_text": as_text(response_schema.example(schema)) if schema else "",
    }
    part = "fields_updates" if wants_fragment(request) else "fields_page"
    return render(request, f"experiments/schema/{part}.html", context)
