"""What the schema step reads from its forms: the card of a field, and the buttons of the list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from csv_batches.rules import choice_lines, field_list
from experiments.core.choices import FieldType
from experiments.response_schema.field_types import FIELD_TRAITS, FieldTraits

Json = dict[str, Any]


@dataclass(frozen=True)
class FieldCard:
    """A field while it is edited, as it was typed. `original` is the stored field's name, "" for a new field.

    `problems` is {property: sentence}; `all` stands for the whole field.
    """

    original: str = ""
    name: str = ""
    description: str = ""
    type: str = FieldType.STRING
    required: bool = True
    choices: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_field(cls, stored: Mapping[str, Any]) -> "FieldCard":
        return cls(
            original=stored["name"],
            name=stored["name"],
            description=stored.get("description") or "",
            type=stored["type"],
            required=stored["required"],
            choices=choice_lines.lines_of(stored.get("choices") or ()),
        )

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> "FieldCard":
        original, name = form.get("original", ""), form.get("name", "")
        return cls(
            original=original,
            name=name if name == original else name.strip(),
            description=form.get("description", "").replace("\r\n", "\n"),
            type=form.get("type", FieldType.STRING),
            required="required" in form,
            choices=form.get("choices", "").replace("\r\n", "\n"),
        )

    @property
    def is_blank(self) -> bool:
        """A new field of which nothing was typed."""
        return not (self.original or self.name or self.description or self.choices.strip())

    @property
    def types(self) -> list[tuple[str, FieldTraits]]:
        return list(FIELD_TRAITS.items())

    def to_field(self) -> Json:
        plain: Json = {
            "name": self.name,
            "description": self.description,
            "type": self.type,
            "required": self.required,
        }
        choices = choice_lines.choices_of(self.choices)
        return {**plain, "choices": choices} if choices else plain

    def with_problem(self, key: str, sentence: str) -> "FieldCard":
        return replace(self, problems={key: sentence})


EDITS: dict[str, Callable[[list[Json], str, int], list[Json]]] = {
    "remove": lambda fields, name, _: field_list.removed(fields, name),
    "up": lambda fields, name, _: field_list.moved(fields, name, -1),
    "down": lambda fields, name, _: field_list.moved(fields, name, 1),
    "place": field_list.placed,
}


@dataclass(frozen=True)
class FieldEdit:
    """Removes or moves the field `name`; `place` moves it to `position`, where it was dropped."""

    action: str
    name: str
    position: int

    @classmethod
    def from_form(cls, form: Mapping[str, str]) -> "FieldEdit | None":
        """The edit of the button that was pressed, which has the name of its action."""
        position = form.get("to", "")[:6]
        for action in EDITS:
            if name := form.get(action):
                return cls(action, name, int(position) if position.isdecimal() else 0)
        return None

    def apply(self, fields: list[Json]) -> list[Json]:
        return EDITS[self.action](fields, self.name, self.position)
