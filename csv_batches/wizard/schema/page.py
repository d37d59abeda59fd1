"""What the page of the response schema shows: the fields in order, the card that is open, and what they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from csv_batches.models import CsvBatch
from csv_batches.rules import choice_lines, field_list
from experiments.core.choices import FieldType
from experiments.export.rows import export_header

Json = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """A field while it is edited, as it was typed. `original` is the name of the stored one, "" for a new one.

    `problems` is {part: sentence} of what was refused.
    """

    original: str = ""
    name: str = ""
    description: str = ""
    type: str = "string"
    required: bool = True
    choices: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_field(cls, stored: Mapping[str, Any]) -> "Card":
        return cls(
            original=stored["name"],
            name=stored["name"],
            description=stored.get("description") or "",
            type=stored["type"],
            required=stored["required"],
            choices=choice_lines.lines_of(stored.get("choices") or ()),
        )

    @classmethod
    def of_form(cls, form: Mapping[str, str]) -> "Card":
        original, name = form.get("original", ""), form.get("name", "")
        return cls(
            original=original,
            name=name if name == original else name.strip(),
            description=form.get("description", "").replace("\r\n", "\n"),
            type=form.get("type", "string"),
            required="required" in form,
            choices=form.get("choices", "").replace("\r\n", "\n"),
        )

    @property
    def is_blank(self) -> bool:
        """A new one in which nothing was typed."""
        return not (self.original or self.name or self.description or self.choices.strip())

    @property
    def types(self) -> list[tuple[str, str]]:
        return FieldType.choices()

    def field(self) -> Json:
        plain: Json = {
            "name": self.name,
            "description": self.description,
            "type": self.type,
            "required": self.required,
        }
        choices = choice_lines.choices_of(self.choices)
        return {**plain, "choices": choices} if choices else plain

    def refused(self, part: str, why: str) -> "Card":
        return replace(self, problems={part: why})


@dataclass(frozen=True)
class FieldLine:
    """A stored field. `exported` is its column in the export where a column of the file has its name; else ""."""

    field: Json
    number: int
    exported: str
    is_first: bool
    is_last: bool
    is_open: bool

    @property
    def key(self) -> str:
        return anchor(self.field["name"])

    @property
    def type_words(self) -> str:
        return dict(FieldType.choices())[self.field["type"]]

    @property
    def choices(self) -> list[str]:
        return list(self.field.get("choices") or ())


def anchor(name: str) -> str:
    """An id in the page; a name may have spaces, an id may not."""
    return f"field-{quote(name, safe='')}"


def field_lines(batch: CsvBatch, open_name: str | None) -> list[FieldLine]:
    fields = batch.response_fields
    names = [stored["name"] for stored in fields]
    columns = _export_names(batch, names)
    return [
        FieldLine(
            field=stored,
            number=number,
            exported="" if column == stored["name"] else column,
            is_first=number == 1,
            is_last=number == len(fields),
            is_open=stored["name"] == open_name,
        )
        for number, (stored, column) in enumerate(zip(fields, columns, strict=True), start=1)
    ]


def _export_names(batch: CsvBatch, names: Sequence[str]) -> list[str]:
    headers = batch.header_texts
    return export_header(headers, names, metadata=False)[len(headers) :]


def asked_card(batch: CsvBatch, query: Mapping[str, str]) -> Card | None:
    """The card that an address opens: `?edit=<name>` or `?add=1`."""
    name = query.get("edit")
    if name:
        stored = batch.response_fields
        return Card.of_field(stored[field_list.index_of(stored, name)])
    return Card() if "add" in query else None
