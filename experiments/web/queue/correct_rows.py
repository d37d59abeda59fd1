"""One field is set in the answers of the rows that a filter leaves: which, how, in how many, and then the act."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from experiments.core.choices import FINAL, ErrorCode, Role
from experiments.core.errors import InvalidInput, WorkbenchError
from experiments.core.formatting import shorten
from experiments.core.json_numbers import to_json
from experiments.http.page_time import in_time
from experiments.kinds import Nouns, QueueKind, QueueLayout
from experiments.models import Queue
from experiments.selectors import items
from experiments.services import correction_acts, corrections
from experiments.web.decorators import PageRequest, errors_as_messages, signed_in
from experiments.web.queue.answer_inputs import NULL, VALUE, TextField, form_field, state_field
from experiments.web.queue.base import after_action, queue_address, queue_context, queue_or_404
from experiments.web.queue.chips import filters_in_words
from experiments.web.queue.correction import STATE, ShownField, shown_field
from experiments.web.queue.forms import query_string, row_filter, without_view
from experiments.web.queue.value_schema import ValueShape, shapes_of_fields
from experiments.web.queue.windows import ROWS_ON_A_PAGE

MAX_SHOWN = 60
MAX_DIGITS = 10
NO_VALUE = "null"
NEW_VALUE = "New value"


class CorrectRowsForm(forms.Form):
    """`name`: the field. Its value has an input by the field's type once that is chosen."""

    def __init__(
        self, layout: QueueLayout, schema: Mapping[str, Any] | None, data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, auto_id="rows_%s")
        names = [field["name"] for field in layout.response_fields]
        chosen = (data or {}).get("name")
        self.fields["name"] = forms.ChoiceField(choices=[(name, name) for name in names], label="Field")
        self.field = next((one for one in layout.response_fields if one["name"] == chosen), None)
        self._shape = shapes_of_fields(schema).get(chosen or "", ValueShape())
        if self.field is not None:
            # In many rows at once a field is not left out.
            field = {**self.field, "name": NEW_VALUE, "required": True}
            self.fields[VALUE] = form_field(field, None, self._shape)
            state = state_field(field, VALUE) if not isinstance(self.fields[VALUE], forms.ChoiceField) else None
            if state is not None:
                self.fields[VALUE + STATE] = state

    @property
    def shown(self) -> ShownField:
        name = self.field["name"] if self.field else ""
        return shown_field(self, VALUE, name, self._shape)

    def clean(self) -> None:
        if VALUE not in self.cleaned_data:
            return
        value, is_null = self.cleaned_data[VALUE], self.cleaned_data.get(VALUE + STATE) == NULL
        if is_null:
            value = None
        elif value is None and type(self.fields[VALUE]) is TextField:
            value = ""
        elif value is None and not isinstance(self.fields[VALUE], forms.ChoiceField):
            self.add_error(VALUE, forms.ValidationError("Enter a value.", code=ErrorCode.REQUIRED))
        self.cleaned_data[VALUE] = value

    @property
    def in_words(self) -> str:
        """`category = billing`, once it is valid."""
        value = self.cleaned_data[VALUE]
        shown = NO_VALUE if value is None else value if isinstance(value, str) else to_json(value)
        return f"{self.cleaned_data['name']} = {shorten(shown, MAX_SHOWN) or 'an empty text'}"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def correct_rows(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """A GET asks for field and value, a POST says in how many rows it would be set; with `confirmed` it is done."""
    queue = queue_or_404(kind, request, queue_id, Role.EDITOR)
    layout, wanted, rows = kind.layout(queue), without_view(row_filter(request.GET)), _chosen(request.GET)
    data = request.POST if request.method == "POST" else request.GET if "name" in request.GET else None
    form = CorrectRowsForm(layout, kind.schema(queue), data)
    is_checked = request.method == "POST" and VALUE in form.fields and form.is_valid()
    if is_checked and "confirmed" in request.POST:
        try:
            values = {form.cleaned_data["name"]: form.cleaned_data[VALUE]}
            which = {"row_indexes": rows} if rows else {"wanted": wanted}
            done = corrections.correct_many(queue=queue, values=values, **which)
        except WorkbenchError as error:
            form.add_error(None, error.detail)
            is_checked = False
        else:
            messages.success(request, _done(form.in_words, done, kind.nouns))
            return HttpResponseRedirect(queue_address(queue, row_filter(request.GET)))
    shown = {
        "form": form,
        "query": query_string(row_filter(request.GET), row_indexes=",".join(map(str, rows))),
        "back": query_string(row_filter(request.GET)),
        "rows": _count(queue, wanted, rows),
        "chosen": rows,
        "filters": filters_in_words(wanted),
        "confirm": form.in_words if is_checked else "",
    }
    status = 200 if request.method != "POST" or is_checked else 400
    return render(request, "experiments/queue/correct_rows.html", queue_context(queue, **shown), status=status)


def _done(what: str, done: corrections.Corrected, nouns: Nouns) -> str:
    if done.later:
        return f"Setting {what} in {nouns.counted(done.later)}. It’s checked in all of them before any is changed."
    left = f" {nouns.counted(done.skipped)} changed meanwhile and kept their answers." if done.skipped else ""
    return f"Set {what} in {nouns.counted(done.rows)}.{left}"


@require_POST
@signed_in
def undo_correction(request: PageRequest, kind: QueueKind, queue_id: UUID) -> HttpResponse:
    """Puts back what was there before a correction."""
    queue = queue_or_404(kind, request, queue_id)
    given = request.POST.get("correction", "")
    with errors_as_messages(request):
        act_id = int(given) if given.isascii() and given.isdecimal() and len(given) < MAX_SHOWN // 4 else None
        undone = correction_acts.undo(queue=queue, act_id=act_id)
        kept = (
            f" {kind.nouns.counted(undone.kept)} corrected again since: those corrections stay." if undone.kept else ""
        )
        messages.success(request, f"Undone in {kind.nouns.counted(undone.rows)}.{kept}")
    return after_action(request, queue)


def _chosen(params: Mapping[str, Any]) -> list[int]:
    """The rows that were ticked, where the address names some: then no filter counts."""
    texts = str(params.get("row_indexes", "")).split(",")
    named = {int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS}
    return sorted(index for index in named if index <= items.LARGEST_INDEX)[:ROWS_ON_A_PAGE]


def _count(queue: Queue, wanted: Mapping[str, Any], chosen: list[int]) -> int | None:
    """Rows with a result that were ticked, or that the filter leaves; None where counting them takes too long."""
    if chosen:
        return queue.rows.filter(row_index__in=chosen, status__in=FINAL).count()
    if not wanted:
        return queue.succeeded + queue.failed
    try:
        with in_time("search") if items.must_be_looked_through(wanted) else nullcontext():
            return items.items_filtered(queue, wanted).filter(status__in=FINAL).count()
    except InvalidInput:
        return None
