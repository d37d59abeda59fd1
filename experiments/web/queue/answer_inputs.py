"""An input for each sort of value that an answer may have. What was typed becomes the JSON value, or an error.

Which input it is follows from the field, its part of the JSON Schema, and the value that is there: one that the input
cannot show is edited as JSON.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.formatting import shorten
from experiments.core.json_numbers import as_whole, is_number, kept_number, to_json
from experiments.core.json_text import BadPayload, parse, path_at, strict
from experiments.response_schema.field_types import FIELD_TRAITS, may_be_null, traits_of_field
from experiments.response_schema.wording import place
from experiments.web.queue.value_schema import ValueShape

MAX_LINE = 60
"""Characters; a longer text gets several lines."""
FEW_LINES, MANY_LINES = 3, 16
SHOWN_CHARACTERS = 40
ONE_PER_LINE = "One per line."
VALUE, NULL, ABSENT = "value", "null", "absent"
"""What a field that may be null or left out has; an empty text is a value."""
LEFT_OUT = object()
"""The value of a field that an answer does not have."""
SHORT_MOMENT = len("2026-01-31T12:30")
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z")


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


class UtcField(TextField):
    """A date with time in UTC, whose input knows no time zones and leaves out seconds that are 0."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return _with_seconds(text) + "Z" if text else text

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _with_seconds(initial or "") != _with_seconds(data or "")


def _with_seconds(text: str) -> str:
    return f"{text}:00" if len(text) == SHORT_MOMENT else text


class JsonField(TextField):
    """A list or an object, as JSON. An error says where in the text it is, and in the value."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text or not text.strip():
            return None
        try:
            return strict(parse(text), "the value")
        except json.JSONDecodeError as problem:
            path = path_at(text, problem.pos)
            sentence = f"Line {problem.lineno}, column {problem.colno}: this isn’t JSON: {problem.msg}"
            sentence += f", in {place(path)}." if path else "."
            raise forms.ValidationError(sentence, code=ErrorCode.INVALID_JSON) from problem
        except (BadPayload, RecursionError) as problem:
            raise forms.ValidationError(f"{problem}.", code=ErrorCode.INVALID_JSON) from problem

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _in_short(initial or "") != _in_short(data or "")


def _in_short(text: str) -> str:
    """The same text for JSON that is only laid out another way."""
    try:
        return to_json(strict(parse(text), "the value"))
    except (ValueError, BadPayload, RecursionError):
        return _with_newlines(text).strip()


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


def is_nested(field: Mapping[str, Any], value: Any, shape: ValueShape) -> bool:
    return isinstance(value, list | dict) or shape.is_nested or traits_of_field(field).is_nested


def states_of_field(field: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What else than a value an answer may have there."""
    null = [(NULL, "null")] if may_be_null(field) else []
    return null if field["required"] else [*null, (ABSENT, "Left out")]


def state_of_value(answer: Mapping[str, Any], name: str) -> str:
    return ABSENT if name not in answer else NULL if answer[name] is None else VALUE


def state_field(field: Mapping[str, Any], state: str) -> forms.Field | None:
    """A choice beside the input for a value; None where it has to be a value."""
    states = states_of_field(field)
    if not states:
        return None
    shown = state if state in (VALUE, *dict(states)) else states[0][0]
    choices = [(VALUE, "Value"), *states]
    return forms.ChoiceField(choices=choices, initial=shown, required=False, label=f"Value or not: {field['name']}")


def form_field(field: Mapping[str, Any], value: Any, shape: ValueShape = ValueShape()) -> forms.Field:  # noqa: B008
    """The input for one response field that has `value` now, or `LEFT_OUT`; `shape`: what the schema says of it."""
    required = is_needed(field)
    is_left_out, value = value is LEFT_OUT, None if value is LEFT_OUT else value
    common = {"label": field["name"], "help_text": field.get("description", ""), "required": required}
    traits = traits_of_field(field)
    if is_nested(field, value, shape):
        return _nested_input(value, shape, **common)
    if traits.values:
        values = {to_json(one): one for one in traits.values}
        shown = LEFT_OUT if is_left_out else None if value is None else to_json(value)
        return _select(field, values, shown, **common)
    if field.get("choices"):
        return _select(field, {one: one for one in field["choices"]}, LEFT_OUT if is_left_out else value, **common)
    if not traits.is_text:
        return _number_input(value, whole=traits.is_whole, **common)
    text = value if isinstance(value, str) else ""
    kinds = (shape.type, field["type"])
    if FieldType.DATE_TIME in kinds and (not text or _UTC.fullmatch(text)):
        common["help_text"] = " ".join(filter(None, (common["help_text"], "In UTC.")))
        # Browsers write no seconds that are 0; a step of one second lets people say others.
        moment = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 1})
        shown = text.removesuffix("Z")
        shown = shown.removesuffix(":00") if len(shown) > SHORT_MOMENT else shown
        return UtcField(initial=shown, empty_value=None, widget=moment, **common)
    if FieldType.DATE in kinds and (not text or _is_date(text)):
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
            common["help_text"] = _with_way(common["help_text"], ONE_PER_LINE)
            widget = forms.Textarea(attrs={"rows": lines_of_text(text)})
            # An empty list is an answer too.
            return LinesField(
                item=shape.item, initial=text, strip=False, widget=widget, **{**common, "required": False}
            )
    text = "" if value is None else to_json(value, indent=2)
    common["help_text"] = _with_way(common["help_text"], "As JSON.")
    rows = lines_of_text(text)
    return JsonField(initial=text, strip=False, widget=forms.Textarea(attrs={"rows": rows}), **common)


def _with_way(description: str, way: str) -> SafeString:
    """How it is typed is not said where an editor takes the text's place."""
    return format_html('{} <span class="way">{}</span>', description, way)


def _fits_a_line(value: Any) -> bool:
    """Of a list: shown in a line, and read from it again as the same."""
    if isinstance(value, str):
        return bool(value.strip()) and "\n" not in _with_newlines(value)
    return isinstance(value, bool) or is_number(value)


def lines_of_text(text: str) -> int:
    return min(max(text.count("\n") + 1, FEW_LINES), MANY_LINES)


def _number_input(value: Any, *, whole: bool, **common: Any) -> forms.Field:
    """A value that is no number is not shown: an input for numbers cannot."""
    if not whole:
        number = value if is_number(value) else None
        return NumberField(initial=number, widget=forms.NumberInput(attrs={"step": "any"}), **common)
    number = as_whole(value)
    return forms.IntegerField(initial=number if isinstance(number, int) else None, **common)


def _select(field: Mapping[str, Any], values: Mapping[str, Any], initial: Any, **common: Any) -> forms.Field:
    """`values` by what is shown for each. Null and left out are choices too, "" the first of them."""
    others = dict(states_of_field(field))
    left_out = ABSENT
    while left_out in values:
        left_out += "-"
    shown = left_out if initial is LEFT_OUT and len(others) > 1 else initial if initial in values else ""
    nothing = [("", next(iter(others.values()), ""))] if others or not shown else []
    if len(others) > 1:
        nothing.append((left_out, others[ABSENT]))
    return forms.TypedChoiceField(
        choices=[*nothing, *((value, value) for value in values)],
        coerce=lambda text: LEFT_OUT if text == left_out else values.get(text, text),
        empty_value=None,
        initial=shown,
        **common,
    )
