"""A person's answer to an item, a field of the answer each."""

import math
from collections.abc import Mapping
from typing import Any

from django import forms

from experiments.core.choices import ErrorCode
from experiments.core.json_numbers import kept_number, to_json
from experiments.kinds import QueueLayout
from experiments.models import QueueItem
from experiments.response_schema.field_types import traits_of_field

PREFIX = "answer"
MAX_LINE = 60
"""Characters; a longer text gets several lines."""


class CorrectionForm(forms.Form):
    """One input for each response field: a select for choices and booleans. The service checks it by the schema."""

    def __init__(self, layout: QueueLayout, item: QueueItem, data: Mapping[str, Any] | None = None) -> None:
        self._fields = layout.response_fields
        payloads = (item.corrected_payload, item.result_payload)
        self._answer: dict[str, Any] = next((one for one in payloads if one and isinstance(one, dict)), {})
        super().__init__(data, auto_id="correct_%s")
        for number, field in enumerate(self._fields):
            self.fields[f"{PREFIX}{number}"] = form_field(field, self._answer.get(field["name"]))

    def payload(self) -> dict[str, Any]:
        """The answer as JSON. Members that are no response fields stay as they were."""
        answer = dict(self._answer)
        for number, field in enumerate(self._fields):
            value = self.cleaned_data[f"{PREFIX}{number}"]
            if value is not None or not field["required"]:
                answer[field["name"]] = value
            else:
                answer.pop(field["name"], None)
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
    """A text as it was typed; browsers send `\\r\\n` for each line end."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if isinstance(text, str) else text


def form_field(field: Mapping[str, Any], value: Any) -> forms.Field:
    """The input for one response field that has `value` now."""
    required = field["required"]
    common = {"label": field["name"], "help_text": field.get("description", ""), "required": required}
    traits = traits_of_field(field)
    if traits.values:
        values = {to_json(one): one for one in traits.values}
        chosen = "" if value is None else to_json(value)
        return _select(list(values), coerce=values.__getitem__, initial=chosen, **common)
    if field.get("choices"):
        return _select(field["choices"], coerce=str, initial=value, **common)
    if not traits.is_text and traits.is_whole:
        return forms.IntegerField(initial=value, **common)
    if not traits.is_text:
        return NumberField(initial=value, widget=forms.NumberInput(attrs={"step": "any"}), **common)
    text = value if isinstance(value, str) else ""
    widget = forms.Textarea(attrs={"rows": 4}) if len(text) > MAX_LINE or "\n" in text else forms.TextInput()
    # An empty text is an answer too. Only a field that may be missing is left out where it is empty.
    empty = "" if required else None
    return TextField(initial=text, strip=False, empty_value=empty, widget=widget, **{**common, "required": False})


def _select(values: list[str], *, coerce: Any, initial: Any, **common: Any) -> forms.Field:
    nothing = [] if common["required"] and initial in values else [("", "" if common["required"] else "none")]
    choices = [*nothing, *((value, value) for value in values)]
    return forms.TypedChoiceField(choices=choices, coerce=coerce, empty_value=None, initial=initial, **common)
