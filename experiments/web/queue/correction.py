"""A person's answer to an item, a field of the answer each. What is not touched stays as it is."""

from collections.abc import Mapping
from typing import Any

from django import forms

from experiments import response_schema
from experiments.core.choices import ErrorCode
from experiments.core.formatting import shorten
from experiments.kinds import QueueLayout
from experiments.models import QueueItem
from experiments.response_schema import checks_fields_apart
from experiments.response_schema.field_types import may_be_null
from experiments.selectors.corrections import answer_of_item, fingerprint_of_answer
from experiments.web.queue.answer_inputs import MAX_LINE, form_field, is_needed
from experiments.web.queue.value_schema import ValueShape, property_schema, shape_of_value

PREFIX = "answer"


class CorrectionForm(forms.Form):
    """One input for each response field, by its type and value. What the schema says of one is said beside it; the
    service checks the answer as a whole.

    Each input comes back with what it began with: only what a person touched is changed in the answer as it is now. A
    touched field that somebody else has changed meanwhile is an error; saved again it replaces that.
    """

    def __init__(
        self,
        layout: QueueLayout,
        item: QueueItem,
        data: Mapping[str, Any] | None = None,
        *,
        schema: Mapping[str, Any] | None = None,
    ) -> None:
        self._schema = schema
        self._answer = answer_of_item(item)
        self.seen = fingerprint_of_answer(item)
        self._given: dict[str, Any] = dict(data.items()) if data is not None else {}
        super().__init__(None if data is None else self._given, auto_id="correct_%s")
        self._fields = {f"{PREFIX}{number}": field for number, field in enumerate(layout.response_fields)}
        for key, field in self._fields.items():
            one = self.fields[key] = form_field(field, self._answer.get(field["name"]), self._shape(field["name"]))
            one.show_hidden_initial = data is None or f"initial-{key}" in data

    def _shape(self, name: str) -> ValueShape:
        return shape_of_value(property_schema(self._schema, name), self._schema)

    def clean(self) -> None:
        self._find_conflicts()
        if self._schema is not None and checks_fields_apart(self._schema):
            self._check_by_schema(self._schema)

    def _check_by_schema(self, schema: Mapping[str, Any]) -> None:
        """Says beside each input what the answer's schema does not allow there."""
        answer = {} if self.errors else self.payload()
        for key, field in self._fields.items():
            name = field["name"]
            if key in self.errors or name not in answer:
                continue
            mismatch = response_schema.validator({**schema, "required": []})({name: answer[name]})
            if mismatch is not None:
                self.add_error(key, forms.ValidationError(f"{mismatch}.", code=ErrorCode.SCHEMA_MISMATCH))

    def _find_conflicts(self) -> None:
        """What was not touched shows its value of now, should the form come back."""
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
            if key not in touched and (not is_needed(field) or answer.get(name) is not None):
                continue
            if value is not None or may_be_null(field):
                answer[name] = value
            else:
                answer.pop(name, None)
        return answer
