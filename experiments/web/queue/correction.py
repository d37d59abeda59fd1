"""A person's answer to an item, a field of the answer each. What is not touched stays as it is."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django import forms

from experiments.core.choices import ErrorCode
from experiments.core.formatting import shorten
from experiments.core.json_numbers import as_whole, is_number, kept_number, to_json
from experiments.core.json_text import BadPayload, parse, strict
from experiments.kinds import QueueLayout
from experiments.models import QueueItem
from experiments.response_schema.field_types import may_be_null, traits_of_field
from experiments.selectors.corrections import answer_of_item, fingerprint_of_answer

PREFIX = "answer"
MAX_LINE = 60
"""Characters; a longer text gets several lines."""


class CorrectionForm(forms.Form):
    """One input for each response field, by its type and value. The service checks the answer by the schema.

    Each input comes back with what it began with: only what a person touched is changed in the answer as it is now. A
    touched field that somebody else has changed meanwhile is an error; saved again it replaces that.
    """

    def __init__(self, layout: QueueLayout, item: QueueItem, data: Mapping[str, Any] | None = None) -> None:
        self._answer = answer_of_item(item)
        self.seen = fingerprint_of_answer(item)
        self._given: dict[str, Any] = dict(data.items()) if data is not None else {}
        super().__init__(None if data is None else self._given, auto_id="correct_%s")
        self._fields = {f"{PREFIX}{number}": field for number, field in enumerate(layout.response_fields)}
        for key, field in self._fields.items():
            one = self.fields[key] = form_field(field, self._answer.get(field["name"]))
            one.show_hidden_initial = data is None or f"initial-{key}" in data

    def clean(self) -> None:
        """Finds conflicts. What was not touched shows its value of now, should the form come back."""
        for key in self._fields:
            bound = self[key]
            given, now = self._given.get(bound.html_initial_name), bound.field.prepare_value(bound.initial)
            if given is None:
                continue
            if key in self.changed_data and bound.field.has_changed(bound.initial, given):
                shown = "empty" if now in (None, "") else shorten(str(now), MAX_LINE)
                sentence = f"Somebody changed this while you edited it. It’s now: {shown}. Save again to replace it."
                self.add_error(key, forms.ValidationError(sentence, code=ErrorCode.CHANGED_MEANWHILE))
            self._given[bound.html_initial_name] = now
            if key not in self.changed_data:
                self._given[bound.html_name] = now

    def payload(self) -> dict[str, Any]:
        """The answer as JSON. Members that nobody touched, and those that are no response fields, stay as they were."""
        answer, touched = dict(self._answer), set(self.changed_data)
        for key, field in self._fields.items():
            name, value = field["name"], self.cleaned_data[key]
            if key not in touched and (not _is_needed(field) or answer.get(name) is not None):
                continue
            if value is not None or may_be_null(field):
                answer[name] = value
            else:
                answer.pop(name, None)
        return answer


class NumberField(forms.FloatField):
    """`3` becomes an int, `3.0` a float, and what a float would round a `Decimal`."""

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        text = str(value).strip()
        digits = text.removeprefix("-")
        if number is None or not math.isfinite(number):
            return number
        return int(text) if digits.isascii() and digits.isdecimal() else self._kept(text)

    def _kept(self, text: str) -> Any:
        number = kept_number(text)
        if number is None:
            raise forms.ValidationError("This number cannot be kept as it is.", code=ErrorCode.INVALID)
        return number

    def validate(self, value: Any) -> None:
        if value is not None and not math.isfinite(value):
            raise forms.ValidationError(self.error_messages["invalid"], code=ErrorCode.INVALID)
        forms.Field.validate(self, value)


class TextField(forms.CharField):
    """A text as it was typed; browsers send `\\r\\n` for each line end, whichever was there."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return _with_newlines(text) if isinstance(text, str) else text

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _with_newlines(initial or "") != _with_newlines(data or "")


class JsonField(TextField):
    """A list or an object, as JSON. An error says where in the text it is."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text or not text.strip():
            return None
        try:
            return strict(parse(text), "the value")
        except json.JSONDecodeError as problem:
            sentence = f"Line {problem.lineno}, column {problem.colno}: this isn’t JSON: {problem.msg}."
            raise forms.ValidationError(sentence, code=ErrorCode.INVALID_JSON) from problem
        except (BadPayload, RecursionError) as problem:
            raise forms.ValidationError(f"{problem}.", code=ErrorCode.INVALID_JSON) from problem


def _is_needed(field: Mapping[str, Any]) -> bool:
    """Whether an answer must have a value there that is not null."""
    return bool(field["required"]) and not may_be_null(field)


def _with_newlines(text: str) -> str:
    """With each line end as a browser counts it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def form_field(field: Mapping[str, Any], value: Any) -> forms.Field:
    """The input for one response field that has `value` now."""
    required = _is_needed(field)
    common = {"label": field["name"], "help_text": field.get("description", ""), "required": required}
    traits = traits_of_field(field)
    if traits.values:
        values = {to_json(one): one for one in traits.values}
        chosen = "" if value is None else to_json(value)
        return _select(list(values), coerce=values.__getitem__, initial=chosen, **common)
    if field.get("choices"):
        return _select(field["choices"], coerce=str, initial=value, **common)
    if isinstance(value, list | dict) or (traits.is_nested and value is None):
        return _json_input(value, **common)
    if not traits.is_text:
        return _number_input(value, whole=traits.is_whole, **common)
    text = value if isinstance(value, str) else ""
    several_lines = len(text) > MAX_LINE or "\n" in _with_newlines(text)
    widget = forms.Textarea(attrs={"rows": 4}) if several_lines else forms.TextInput()
    # An empty text is an answer too. Only a field that may be missing is left out where it is empty.
    empty = "" if required else None
    return TextField(initial=text, strip=False, empty_value=empty, widget=widget, **{**common, "required": False})


def _json_input(value: Any, **common: Any) -> forms.Field:
    text = to_json(value, indent=2)
    rows = min(max(text.count("\n") + 1, 3), 16)
    return JsonField(initial=text, strip=False, widget=forms.Textarea(attrs={"rows": rows}), **common)


def _number_input(value: Any, *, whole: bool, **common: Any) -> forms.Field:
    """A value that is no number is not shown: an input for numbers cannot."""
    if not whole:
        number = value if is_number(value) else None
        return NumberField(initial=number, widget=forms.NumberInput(attrs={"step": "any"}), **common)
    number = as_whole(value)
    return forms.IntegerField(initial=number if isinstance(number, int) else None, **common)


def _select(values: list[str], *, coerce: Any, initial: Any, **common: Any) -> forms.Field:
    shown = initial if initial in values else ""
    nothing = [] if common["required"] and shown else [("", "" if common["required"] else "none")]
    choices = [*nothing, *((value, value) for value in values)]
    return forms.TypedChoiceField(choices=choices, coerce=coerce, empty_value=None, initial=shown, **common)
