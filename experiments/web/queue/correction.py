"""A person's answer to an item, a field of the answer each. What is not touched stays as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from experiments.core.choices import ErrorCode
from experiments.core.formatting import shorten
from experiments.core.json_numbers import to_json
from experiments.kinds import QueueLayout
from experiments.models import QueueItem
from experiments.response_schema import Misfit, misfits
from experiments.response_schema.field_types import may_be_null
from experiments.selectors.corrections import answer_of_item, fingerprint_of_answer
from experiments.web.queue.answer_inputs import (
    ABSENT,
    LEFT_OUT,
    MAX_LINE,
    NULL,
    VALUE,
    JsonField,
    LinesField,
    TextField,
    form_field,
    is_needed,
    lines_of_text,
    state_field,
    state_of_value,
)
from experiments.web.queue.value_schema import ValueShape, editor_of_schema, shapes_of_fields

PREFIX = "answer"
STATE = "-state"


def input_id(number: int) -> str:
    """Of the input for the response field with this number, in a page."""
    return f"correct_{PREFIX}{number}"


class PlacedError(forms.ValidationError):
    """`path`: where in the field's value it is, the field's name first."""

    def __init__(self, misfit: Misfit) -> None:
        super().__init__(f"{misfit.sentence.rstrip('.')}.", code=ErrorCode.SCHEMA_MISMATCH)
        self.path = misfit.path


@dataclass(frozen=True)
class ShownField:
    """An input of the form, as a template shows it. `state`: the choice beside it; `shape`: for an editor, as JSON."""

    input: forms.BoundField
    state: forms.BoundField | None
    shape: str
    is_lines: bool

    @property
    def errors(self) -> Iterator[tuple[str, str]]:
        """Each sentence, and its place as JSON."""
        for bound in filter(None, (self.input, self.state)):
            for error in bound.errors.as_data():
                yield " ".join(error.messages), to_json(getattr(error, "path", ()))


def shown_field(form: forms.Form, key: str, name: str, shape: ValueShape) -> ShownField:
    """`key`: the input's name in the form; `name`: that of the field of the answer."""
    one = form.fields[key]
    has_editor = shape.part is not None and isinstance(one, JsonField | LinesField)
    editor = to_json({"name": name, **editor_of_schema(shape.part)}) if has_editor else ""
    state = form[key + STATE] if key + STATE in form.fields else None
    return ShownField(form[key], state, editor, isinstance(one, LinesField))


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
        self.whole = WholeAnswerForm(item, schema=schema)
        self._given: dict[str, Any] = dict(data.items()) if data is not None else {}
        super().__init__(None if data is None else self._given, auto_id="correct_%s")
        self._shapes = shapes_of_fields(schema)
        self._fields = {f"{PREFIX}{number}": field for number, field in enumerate(layout.response_fields)}
        for key, field in self._fields.items():
            shape = self._shapes.get(field["name"], ValueShape())
            made = {key: form_field(field, self._answer.get(field["name"], LEFT_OUT), shape)}
            if not isinstance(made[key], forms.ChoiceField) and (data is None or key + STATE in data):
                state = state_field(field, state_of_value(self._answer, field["name"]))
                made |= {key + STATE: state} if state else {}
            for name, one in made.items():
                one.show_hidden_initial = data is None or f"initial-{name}" in data
                self.fields[name] = one

    def focus(self, wanted: str) -> bool:
        """Whether the input with the id `wanted` is there; then it takes the focus. `first`: the first one."""
        keys = {input_id(number): key for number, key in enumerate(self._fields)}
        key = next(iter(self._fields), None) if wanted == "first" else keys.get(wanted)
        if key is None:
            return False
        self.fields[key].widget.attrs["autofocus"] = True
        return True

    @property
    def shown(self) -> Iterator[ShownField]:
        for key, field in self._fields.items():
            yield shown_field(self, key, field["name"], self._shapes.get(field["name"], ValueShape()))

    def clean(self) -> None:
        self._find_conflicts()
        for key in self._fields:
            # A text may be empty.
            is_empty = self.cleaned_data.get(key) is None and type(self.fields[key]) is not TextField
            is_wanted = key + STATE in self.changed_data and self.cleaned_data.get(key + STATE) == VALUE
            if is_empty and is_wanted and key not in self.errors:
                self.add_error(key, forms.ValidationError("Enter a value.", code=ErrorCode.REQUIRED))
        self._check_by_schema()

    def _check_by_schema(self) -> None:
        """Says beside each input what the answer's schema does not allow there."""
        keys = {field["name"]: key for key, field in self._fields.items()}
        refused = {*self.errors}
        for misfit in misfits(self._schema, self.payload()) if self._schema else ():
            key = keys.get(str(misfit.path[0])) if misfit.path else None
            # What was refused already is not in the answer.
            if key not in refused and not (key is None and refused):
                self.add_error(key, PlacedError(misfit))

    def _find_conflicts(self) -> None:
        """What was not touched shows its value of now, should the form come back."""
        for key in self.fields:
            bound = self[key]
            given, now = self._given.get(bound.html_initial_name), bound.field.prepare_value(bound.initial)
            if given is None:
                continue
            if key in self.changed_data and bound.field.has_changed(bound.initial, given):
                shown = "empty" if now in (None, "") else shorten(str(now), MAX_LINE)
                sentence = f"This changed since you opened it. It’s now: {shown}. Save again to replace it."
                self.add_error(key, forms.ValidationError(sentence, code=ErrorCode.CHANGED_MEANWHILE))
            self._given[bound.html_initial_name] = now
            if key not in self.changed_data:
                self._given[bound.html_name] = now

    def payload(self) -> dict[str, Any]:
        """The answer as JSON. Members that nobody touched, and those that are no response fields, stay as they were."""
        answer, touched = dict(self._answer), set(self.changed_data)
        for key, field in self._fields.items():
            name = field["name"]
            is_touched = key in touched or key + STATE in touched
            if key not in self.cleaned_data or (
                not is_touched and (not is_needed(field) or answer.get(name) is not None)
            ):
                continue
            value = self._value(key, field)
            if value is LEFT_OUT:
                answer.pop(name, None)
            else:
                answer[name] = value
        return answer

    def _value(self, key: str, field: Mapping[str, Any]) -> Any:
        """What was typed and chosen. Whoever types a value means it, whatever is chosen beside it still."""
        value, state = self.cleaned_data[key], self.cleaned_data.get(key + STATE)
        is_typed = key in self.changed_data and value not in (None, "", []) and key + STATE not in self.changed_data
        if state == ABSENT and not is_typed:
            return LEFT_OUT
        if state == NULL and not is_typed:
            return None
        if value is None and state == VALUE and type(self.fields[key]) is TextField:
            return ""
        return LEFT_OUT if value is None and not may_be_null(field) else value


class WholeAnswerForm(forms.Form):
    """The whole answer as JSON, for what the inputs cannot say. `seen`: the answer that it was made from."""

    def __init__(
        self,
        item: QueueItem,
        data: Mapping[str, Any] | None = None,
        *,
        schema: Mapping[str, Any] | None = None,
    ) -> None:
        given = None if data is None else dict(data.items())
        super().__init__(given, auto_id="correct_%s")
        self._schema = schema
        self.seen = (given or {}).get("seen") or fingerprint_of_answer(item)
        text = to_json(answer_of_item(item), indent=2)
        rows = lines_of_text(text)
        self.fields["whole"] = JsonField(
            label="Answer as JSON", initial=text, strip=False, widget=forms.Textarea(attrs={"rows": rows})
        )
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, initial=self.seen, required=False)
        if given is not None:
            # Saved again, it replaces what somebody else saved meanwhile.
            given["seen"] = fingerprint_of_answer(item)

    def clean_whole(self) -> dict[str, Any]:
        value = self.cleaned_data["whole"]
        found = misfits(self._schema or {}, value)
        if found:
            raise forms.ValidationError([PlacedError(misfit) for misfit in found])
        return dict(value)

    def payload(self) -> dict[str, Any]:
        return dict(self.cleaned_data["whole"])
