"""The columns of the grid of rows: which there are, what they are called, how wide they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.core.choices import FieldType
from experiments.kinds import QueueLayout
from experiments.response_schema.field_types import traits_of_field
from experiments.web.type_looks import ANY, CHOICE, LOOKS, Look

MAX_COLUMNS = 3
"""Columns of the file that are shown unless somebody chooses others."""
WHOLE_ANSWER = "Answer"
"""What the column is called that shows the whole answer, where no fields of it are known."""
INPUT_WIDTH = 160
EXTRA_WIDTH = 150
ABOUT_WIDTH = 124
ABOUT = {
    "started": "Started",
    "duration": "Duration",
    "finished": "Finished",
    "attempts": "Attempts",
    "trace": "Trace ID",
}
"""What can be shown of a row beside its cells and its answer."""
MOST_OFFERED = 300
"""Columns of the file that the chooser lists."""
FIRST_WIDTH = 36 + 56 + 124
"""Of the tick, the index and the status."""


@dataclass(frozen=True)
class AnswerColumn:
    """`field` is the name of the response field, `name` what the head says; "" is the whole answer.

    `at` is its place among the response fields: the column `i` of one is the same in the next answer.
    """

    at: int
    field: str
    name: str
    look: Look
    is_nested: bool = False
    members: tuple[str, ...] = ()
    """Of an object, in the order of the schema."""


@dataclass(frozen=True)
class GridColumns:
    """`inputs` are positions, names and uses of columns of the file, `extras` names of what a kind adds."""

    inputs: tuple[tuple[int, str, str], ...]
    answers: tuple[AnswerColumn, ...]
    extras: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    """Keys of `ABOUT`."""
    given: tuple[tuple[str, int], ...] = ()
    """Widths that somebody has drawn, by key."""
    pinned: tuple[str, ...] = ()
    """Keys of those that stay at the left, before the others."""

    @property
    def loose_answers(self) -> tuple[AnswerColumn, ...]:
        return tuple(column for column in self.answers if f"a{column.at}" not in self.pinned)

    @property
    def about_titles(self) -> tuple[str, ...]:
        return tuple(ABOUT[key] for key in self.about)

    @property
    def keys(self) -> tuple[str, ...]:
        """As a choice names them, from left to right."""
        return (*self.pinned, *(key for key in self._usual if key not in self.pinned), *self.about)

    @property
    def _usual(self) -> dict[str, int]:
        """Widths of the cells and the answers that nobody has drawn, by key."""
        inputs = {f"c{position}": INPUT_WIDTH for position, _, _ in self.inputs}
        return inputs | {f"a{column.at}": column.look.width for column in self.answers}

    @property
    def names_in_export(self) -> tuple[str, ...]:
        """Of the cells and the answers, as an export calls them; a whole answer has no column there."""
        inputs = {f"c{position}": name for position, name, _ in self.inputs}
        names = inputs | {f"a{column.at}": column.name for column in self.answers if column.field}
        return (*(names[key] for key in self.keys if key in names), *self.extras)

    @property
    def last_key(self) -> str:
        """Of the column that takes what is left of the width."""
        return "" if self.extras and not self.about else self.keys[-1]

    @property
    def number(self) -> int:
        return len(self.inputs) + len(self.answers) + len(self.extras) + len(self.about)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of each column behind the status; the last one takes what is left."""
        given, usual = dict(self.given), self._usual
        return (
            *(given.get(key, usual[key]) for key in self.keys if key in usual),
            *(EXTRA_WIDTH for _ in self.extras),
            *(given.get(key, ABOUT_WIDTH) for key in self.about),
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
        return self.number + 3


def columns_of_layout(
    layout: QueueLayout,
    chosen: Sequence[str] = (),
    widths: Sequence[tuple[str, int]] = (),
    pinned: Sequence[str] = (),
) -> GridColumns:
    """Those that are `chosen`, by key: `c7` is a column of the file, `a0` a response field, `started` of `ABOUT`.

    Unless any is: the first columns that are sent, and all fields of the answer. Not all fields can be `pinned`.
    """
    answers = tuple(_answer_column(at, field, layout) for at, field in enumerate(layout.response_fields))
    if not answers:
        answers = (AnswerColumn(0, "", WHOLE_ANSWER, ANY, True),)
    wanted = set(chosen)
    inputs = [at for at in range(len(layout.columns)) if f"c{at}" in wanted]
    about = tuple(key for key in ABOUT if key in wanted)
    if not wanted:
        inputs = list(layout.shown_positions[:MAX_COLUMNS])
    else:
        # One of them stays, for a failed row says there why.
        answers = tuple(column for column in answers if f"a{column.at}" in wanted) or answers[:1]
    found = GridColumns(tuple(_input(at, layout) for at in inputs), answers, _extras(layout), about, tuple(widths))
    stay = tuple(key for key in dict.fromkeys(pinned) if key in found.keys and key not in ABOUT)
    fields = [key for key in stay if key.startswith("a")]
    return replace(found, pinned=tuple(key for key in stay if len(fields) < len(answers) or key != fields[-1]))


@dataclass(frozen=True)
class Offer:
    """A column in the chooser."""

    key: str
    name: str
    note: str
    is_shown: bool
    look: Look | None = None
    is_pinned: bool = False


@dataclass(frozen=True)
class Offers:
    """All columns that there are: of the answer, of the file, of the row itself. `more` of the file are not listed."""

    answers: tuple[Offer, ...]
    inputs: tuple[Offer, ...]
    about: tuple[Offer, ...]
    more: int
    shown: int
    total: int


def offers_of_layout(layout: QueueLayout, columns: GridColumns) -> Offers:
    shown = {at for at, _, _ in columns.inputs}
    fields = {column.at for column in columns.answers}
    answers = [_answer_column(at, field, layout) for at, field in enumerate(layout.response_fields)]
    # Those that are sent first: they are the ones that people look for.
    order = [
        *layout.shown_positions,
        *(at for at in range(len(layout.columns)) if at not in set(layout.shown_positions)),
    ]
    listed = sorted(order[:MOST_OFFERED], key=lambda at: at not in shown)
    stay = set(columns.pinned)
    return Offers(
        answers=tuple(
            Offer(f"a{one.at}", one.name, "", one.at in fields, one.look, f"a{one.at}" in stay) for one in answers
        ),
        inputs=tuple(
            Offer(f"c{at}", *_input(at, layout)[1:], at in shown, is_pinned=f"c{at}" in stay) for at in listed
        ),
        about=tuple(Offer(key, title, "", key in columns.about) for key, title in ABOUT.items()),
        more=len(order) - len(listed),
        shown=len(columns.inputs) + len(fields if answers else ()),
        total=len(layout.columns) + len(answers),
    )


def _input(at: int, layout: QueueLayout) -> tuple[int, str, str]:
    return at, layout.columns[at], layout.column_uses[at] if at < len(layout.column_uses) else ""


def _extras(layout: QueueLayout) -> tuple[str, ...]:
    return layout.extras.names[: layout.extras.in_table]


def _answer_column(at: int, field: Mapping[str, Any], layout: QueueLayout) -> AnswerColumn:
    traits, name = traits_of_field(field), field["name"]
    look = CHOICE if field.get("choices") and traits.is_text else LOOKS[FieldType(field["type"])]
    # As in the export: a field that is called like a column of the file gets a prefix.
    shown = f"response.{name}" if name in layout.columns else name
    members = tuple(one["name"] for one in field.get("fields") or ())
    return AnswerColumn(at, name, shown, look, traits.is_nested, members)
