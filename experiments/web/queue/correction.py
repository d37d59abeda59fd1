"""A person's answer to an item, a field of the answer each."""

import math
from collections.abc import Mapping
from typing import Any

from django import forms

from experiments.kinds import kind_of
from experiments.models import Queue, QueueItem

PREFIX = "answer"
LONG = 60
"""Characters of a text above which it gets several lines."""
Field = Mapping[str, Any]


class CorrectionForm(forms.Form):
    """One input for each response field: a select for choices and booleans. What the schema says is checked later."""

    def __init__(self, queue: Queue, item: QueueItem, data: Mapping[str, Any] | None = None) -> None:
        self._fields = kind_of(queue).response_fields(queue)
        self._answer: dict[str, Any] = _object(item.corrected_payload) or _object(item.result_payload)
        super().__init__(data, auto_id="correct_%s")
        for number, field in enumerate(self._fields):
            self.fields[f"{PREFIX}{number}"] = _input(field, self._answer.get(field["name"]))

    def payload(self) -> dict[str, Any]:
        """The answer as JSON. What it has beyond the response fields stays as it was."""
        answer = dict(self._answer)
        for number, field in enumerate(self._fields):
            value = self.cleaned_data[f"{PREFIX}{number}"]
            if value is not None or not field["required"]:
                answer[field["name"]] = value
            else:
                answer.pop(field["name"], None)
        return answer


class _Number(forms.FloatField):
    """A whole number where it was typed as one."""

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        text = str(value).strip()
        digits = text.removeprefix("-")
        if number is None or not math.isfinite(number):
            return number
        return int(text) if digits.isascii() and digits.isdecimal() else number

    def validate(self, value: Any) -> None:
        if value is not None and not math.isfinite(value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        forms.Field.validate(self, value)


class _Text(forms.CharField):
    """A text as it was typed, with the line ends that it had before a browser sent it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


def _input(field: Field, value: Any) -> forms.Field:
    required = field["required"]
    common = {"label": field["name"], "help_text": field.get("description", ""), "required": required}
    if field["type"] == "boolean":
        words = {"true": True, "false": False}
        chosen = "" if value is None else str(value).lower()
        return _select(list(words), coerce=words.__getitem__, initial=chosen, **common)
    if field.get("choices"):
        return _select(field["choices"], coerce=str, initial=value, **common)
    if field["type"] == "integer":
        return forms.IntegerField(initial=value, **common)
    if field["type"] == "number":
        return _Number(initial=value, widget=forms.NumberInput(attrs={"step": "any"}), **common)
    text = value if isinstance(value, str) else ""
    widget = forms.Textarea(attrs={"rows": 4}) if len(text) > LONG or "\n" in text else forms.TextInput()
    # An empty text is a text; only what may be missing can be left empty for nothing.
    empty = "" if required else None
    return _Text(initial=text, strip=False, empty_value=empty, widget=widget, **{**common, "required": False})


def _select(values: list[str], *, coerce: Any, initial: Any, **common: Any) -> forms.Field:
    nothing = [] if common["required"] and initial in values else [("", "" if common["required"] else "none")]
    choices = [*nothing, *((value, value) for value in values)]
    return forms.TypedChoiceField(choices=choices, coerce=coerce, empty_value=None, initial=initial, **common)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
