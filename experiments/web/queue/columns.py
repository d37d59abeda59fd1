"""The columns of the grid of rows: which there are, what they are called, how wide they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FieldType
from experiments.kinds import QueueLayout
from experiments.response_schema.field_types import traits_of_field

MAX_COLUMNS = 3
"""Columns of the file that are shown unless somebody chooses others."""
WHOLE_ANSWER = "Answer"
"""What the column is called that shows the whole answer, where no fields of it are known."""
INPUT_WIDTH = 160
EXTRA_WIDTH = 150
FIRST_WIDTH = 36 + 56 + 124
"""Of the tick, the index and the status."""


@dataclass(frozen=True)
class Look:
    """How the values of a type are shown: `sign` beside the name, `cell` is the class of a cell."""

    sign: str
    word: str
    cell: str
    width: int
    icon: str = ""


CHOICE = Look("", "One of a set", "t-choice", 112, "choice")
LOOKS = {
    FieldType.STRING: Look("Aa", "Text", "t-text", 200),
    FieldType.NUMBER: Look("1.5", "Number", "t-num num", 98),
    FieldType.INTEGER: Look("12", "Integer", "t-num num", 98),
    FieldType.BOOLEAN: Look("", "Boolean", "t-choice", 104, "toggle"),
    FieldType.DATE: Look("", "Date", "t-date", 112, "cal"),
    FieldType.DATE_TIME: Look("", "Date and time", "t-date", 172, "cal"),
    FieldType.LIST: Look("", "List", "t-list", 146, "list"),
    FieldType.OBJECT: Look("", "Object", "t-obj", 140, "braces"),
}
ANY = Look("", "JSON", "t-obj", 240, "braces")


@dataclass(frozen=True)
class AnswerColumn:
    """`field` is the name of the response field, `name` what the head says; "" is the whole answer."""

    field: str
    name: str
    look: Look
    is_nested: bool = False


@dataclass(frozen=True)
class GridColumns:
    """`inputs` are positions, names and uses of columns of the file, `extras` names of what a kind adds."""

    inputs: tuple[tuple[int, str, str], ...]
    answers: tuple[AnswerColumn, ...]
    extras: tuple[str, ...] = ()

    @property
    def widths(self) -> tuple[int, ...]:
        """Of each column behind the status; the last one takes what is left."""
        return (
            *(INPUT_WIDTH for _ in self.inputs),
            *(column.look.width for column in self.answers),
            *(EXTRA_WIDTH for _ in self.extras),
        )

    @property
    def fixed_widths(self) -> tuple[int, ...]:
        return self.widths[:-1]

    @property
    def width(self) -> int:
        return FIRST_WIDTH + sum(self.widths)

    @property
    def span(self) -> int:
        """Cells of a line: those named here, and tick, index and status."""
        return len(self.inputs) + len(self.answers) + len(self.extras) + 3


def columns_of_layout(layout: QueueLayout) -> GridColumns:
    """The first columns that are sent, and all fields of the answer."""
    uses = dict(enumerate(layout.column_uses))
    shown = layout.shown_positions[:MAX_COLUMNS]
    inputs = tuple((position, layout.columns[position], uses.get(position, "")) for position in shown)
    answers = tuple(_answer_column(field, layout) for field in layout.response_fields)
    return GridColumns(inputs, answers or (AnswerColumn("", WHOLE_ANSWER, ANY, True),), _extras(layout))


def _extras(layout: QueueLayout) -> tuple[str, ...]:
    return layout.extras.names[: layout.extras.in_table]


def _answer_column(field: Mapping[str, Any], layout: QueueLayout) -> AnswerColumn:
    traits, name = traits_of_field(field), field["name"]
    look = CHOICE if field.get("choices") and traits.is_text else LOOKS[FieldType(field["type"])]
    # As in the export: a field that is called like a column of the file gets a prefix.
    shown = f"response.{name}" if name in layout.columns else name
    return AnswerColumn(name, shown, look, traits.is_nested)
