"""What the schema step shows: the fields in order, the card that is open, and the schema that they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from csv_batches.models import CsvBatch
from csv_batches.rules import field_list
from csv_batches.wizard.schema.forms import FieldCard, Json
from experiments.core.formatting import as_text
from experiments.export.rows import export_header
from experiments.response_schema.field_types import traits_of_field


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
        return field_anchor(self.field["name"])

    @property
    def type_label(self) -> str:
        return traits_of_field(self.field).label

    @property
    def choices(self) -> list[str]:
        return list(self.field.get("choices") or ())


def field_anchor(name: str) -> str:
    """The field's id in the page; a name may contain spaces, an id may not."""
    return f"field-{quote(name, safe='')}"


def field_lines(batch: CsvBatch, open_name: str | None) -> list[FieldLine]:
    fields, headers = batch.response_fields, batch.header_texts
    names = [stored["name"] for stored in fields]
    columns = export_header(headers, names, run_columns=False)[len(headers) :]
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


def requested_card(batch: CsvBatch, query: Mapping[str, str]) -> FieldCard | None:
    """The card that an address opens: `?edit=<name>` or `?add=1`."""
    name = query.get("edit")
    if name:
        fields = batch.response_fields
        return FieldCard.from_field(fields[field_list.index_of(fields, name)])
    return FieldCard() if "add" in query else None


def position_sentence(batch: CsvBatch, name: str) -> str:
    """Where a field is after an edit of the list, for people who do not see the list change."""
    names = [stored["name"] for stored in batch.response_fields]
    if name in names:
        return f"Field “{name}” is number {names.index(name) + 1} of {len(names)}."
    return f"Field “{name}” is removed. Undo brings it back."


def step_context(batch: CsvBatch, card: FieldCard | None) -> dict[str, Any]:
    lines = field_lines(batch, card.original if card else None)
    return {
        "lines": lines,
        "card": card,
        "is_new": bool(card) and not any(line.is_open for line in lines),
        # Never cut: what is copied must be complete.
        "schema_text": as_text(batch.schema_json),
        "example_text": as_text(batch.schema_example),
    }
