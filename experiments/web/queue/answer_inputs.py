"""An input for each sort of value that an answer may have. What was typed becomes the JSON value, or an error.

Which input it is follows from the field, its part of the JSON Schema, and the value that is there: one that the input
cannot show is edited as JSON.
"""

import json
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.formatting import shorten
from experiments.core.json_numbers import as_whole, is_number, kept_number, to_json
from experiments.core.json_text import BadPayload, parse, strict
from experiments.response_schema.field_types import FIELD_TRAITS, may_be_null, traits_of_field
from experiments.web.queue.value_schema import ValueShape

MAX_LINE = 60
"""Characters; a longer text gets several lines."""
FEW_LINES, MANY_LINES = 3, 16
SHOWN_CHARACTERS = 40
ONE_PER_LINE = "One per line."


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


class LinesField(TextField):
    """A list of texts, numbers or booleans, one in each line. Empty lines do not count."""

    def __init__(self, *, item: FieldType, **more: Any) -> None:
        self._traits = FIELD_TRAITS[item]
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value) or ""
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        return [self._item(number, line) for number, line in lines]

    def _item(self, number: int, line: str) -> Any:
        if self._traits.is_text:
            return line
        try:
            value = parse(line.strip())
        except (json.JSONDecodeError, RecursionError):
            value = None
        if isinstance(value, bool) if self._traits.values else is_number(value):
            return value
        sentence = f"Line {number}: “{shorten(line, SHOWN_CHARACTERS)}” isn’t {self._traits.words}."
        raise forms.ValidationError(sentence, code=ErrorCode.INVALID)


def _with_newlines(text: str) -> str:
    """With each line end as a browser counts it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_needed(field: Mapping[str, Any]) -> bool:
    """Whether an answer must have a value there that is not null."""
    return bool(field["required"]) and not may_be_null(field)


def form_field(field: Mapping[str, Any], value: Any, shape: ValueShape = ValueShape()) -> forms.Field:  # noqa: B008
    """The input for one response field that has `value` now; `shape`: what the schema says of it."""
    required = is_needed(field)
    common = {"label": field["name"], "help_text": field.get("description", ""), "required": required}
    traits = traits_of_field(field)
    if isinstance(value, list | dict) or shape.is_nested or traits.is_nested:
        return _nested_input(value, shape, **common)
    if traits.values:
        values = {to_json(one): one for one in traits.values}
        chosen = "" if value is None else to_json(value)
        return _select(list(values), coerce=values.__getitem__, initial=chosen, **common)
    if field.get("choices"):
        return _select(field["choices"], coerce=str, initial=value, **common)
    if not traits.is_text:
        return _number_input(value, whole=traits.is_whole, **common)
    text = value if isinstance(value, str) else ""
    if FieldType.DATE in (shape.type, field["type"]) and (not text or _is_date(text)):
        picker = forms.DateInput(attrs={"type": "date"})
        return TextField(initial=text, empty_value=None, widget=picker, **common)
    several_lines = len(text) > MAX_LINE or "\n" in _with_newlines(text)
    widget = forms.Textarea(attrs={"rows": 4}) if several_lines else forms.TextInput()
    # An empty text is an answer too. Only a field that may be missing is left out where it is empty.
    empty = "" if required else None
    return TextField(initial=text, strip=False, empty_value=empty, widget=widget, **{**common, "required": False})


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _nested_input(value: Any, shape: ValueShape, **common: Any) -> forms.Field:
    """A list of scalars has a line for each; what a line cannot show, and objects, are JSON."""
    listed = [] if value is None else value
    if shape.item is not None and isinstance(listed, list) and all(map(_fits_a_line, listed)):
        text = "\n".join(one if isinstance(one, str) else to_json(one) for one in listed)
        if listed == LinesField(item=shape.item, required=False, strip=False).clean(text):
            common["help_text"] = " ".join(filter(None, (common["help_text"], ONE_PER_LINE)))
            widget = forms.Textarea(attrs={"rows": _lines_of(text)})
            # An empty list is an answer too.
            return LinesField(
                item=shape.item, initial=text, strip=False, widget=widget, **{**common, "required": False}
            )
    text = "" if value is None else to_json(value, indent=2)
    common["help_text"] = " ".join(filter(None, (common["help_text"], "As JSON.")))
    rows = _lines_of(text)
    return JsonField(initial=text, strip=False, widget=forms.Textarea(attrs={"rows": rows}), **common)


def _fits_a_line(value: Any) -> bool:
    """Of a list: shown in a line, and read from it again as the same."""
    if isinstance(value, str):
        return bool(value.strip()) and "\n" not in _with_newlines(value)
    return isinstance(value, bool) or is_number(value)


def _lines_of(text: str) -> int:
    return min(max(text.count("\n") + 1, FEW_LINES), MANY_LINES)


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
