"""What the builder shows: a line for each row, with its inputs and what its buttons can do."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.core.choices import FieldType, TextFormat
from experiments.core.formatting import counted
from experiments.core.json_numbers import to_json
from experiments.web.schema import edits, options
from experiments.web.schema.edits import NOTHING, Done
from experiments.web.schema.options import CHOICE, Option
from experiments.web.schema.rows import Row, Rows

FORMAT_LABELS = {"": "Any text", TextFormat.EMAIL: "E-mail address", TextFormat.URI: "URI"}
UNITS: Mapping[str, str] = {FieldType.STRING: "chars", FieldType.LIST: "items"}
DATE_WORDS: Mapping[str, str] = {FieldType.DATE: "YYYY-MM-DD", FieldType.DATE_TIME: "…Thh:mm:ssZ"}

USUAL = ("min_length", "1")


@dataclass(frozen=True)
class Input:
    """An option of a row, with what is typed in it."""

    id: str
    option: Option
    value: str
    problem: str

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(FORMAT_LABELS.items())


@dataclass(frozen=True)
class Line:
    """A row on the page. `path` names it for people who do not see what it is nested in: `order.lines.price`."""

    row: Row
    path: str
    parent: int
    level: int
    is_first: bool
    is_last: bool
    into: str
    out_of: str
    note: str
    brief: list[Input]
    more: list[Input]
    below: list["Line"] = field(default_factory=list)
    add_label: str = ""

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return options.kinds()

    @property
    def has_problem_in_fold(self) -> bool:
        return any(one.problem for one in self.more)

    @property
    def said_in_fold(self) -> str:
        """The options in the fold that have a value: `pattern, examples`. That a text isn't empty is the usual one."""
        said = [one for one in self.more if one.value and (one.option.name, one.value) != USUAL]
        return ", ".join(one.option.label.lower() for one in said)

    @property
    def is_choice(self) -> bool:
        return self.row.kind == CHOICE

    @property
    def choices(self) -> Input:
        return _input(self.row, options.CHOICES)

    @property
    def wants_item(self) -> bool:
        return self.row.kind == FieldType.LIST and self.row.item is None

    @property
    def takes_fields(self) -> bool:
        return self.row.kind == FieldType.OBJECT

    @property
    def add_id(self) -> str:
        """Of the button that adds a field to this object."""
        return f"add-{self.row.key}"

    @property
    def unit(self) -> str:
        return UNITS.get(self.row.kind, "") if self.brief else ""

    @property
    def is_note(self) -> str:
        """What stands in place of limits."""
        if self.is_choice:
            return counted(len(options.texts_of(self.choices.value)), "value")
        return counted(len(self.row.fields), "field") if self.takes_fields else DATE_WORDS.get(self.row.kind, "")

    @property
    def problem(self) -> str:
        """Of the name, or of the whole row."""
        return self.row.problems.get("name") or self.row.problems.get("", "")


def _input(row: Row, option: Option) -> Input:
    text = row.texts.get(option.name, "")
    return Input(f"{row.id}-{option.name}", option, text, row.problems.get(option.name, ""))


def lines_of(rows: Rows, notes: Mapping[str, str]) -> list[Line]:
    """`notes`: a sentence for fields of the answer by their name."""
    return list(_lines(rows, rows.rows, None, "", 0, notes))


def _lines(
    rows: Rows, siblings: Sequence[Row], parent: Row | None, before: str, level: int, notes: Mapping[str, str]
) -> Iterator[Line]:
    for index, row in enumerate(siblings):
        path = f"{before}.{row.title}" if before else row.title
        place = None if row.is_item else edits.place_of_sibling(siblings, index, parent)
        target = edits.into(place) if place else None
        owner = edits.named_owner(rows, place) if place else None
        brief = [option for option in row.options() if option.brief]
        more = [option for option in row.options() if not option.brief and option is not options.CHOICES]
        yield Line(
            row=row,
            path=path,
            parent=parent.key if parent else 0,
            level=level,
            is_first=index == 0,
            is_last=index == len(siblings) - 1,
            into=target.title if target else "",
            out_of=owner.title if owner else "",
            note=notes.get(row.name, "") if level == 0 else "",
            brief=[_input(row, option) for option in brief],
            more=[_input(row, option) for option in more],
            below=[
                *_lines(rows, row.fields, row, path, level + 1, notes),
                *_lines(rows, [row.item] if row.item else [], row, path, level + 1, notes),
            ],
            add_label=before if row.is_item else row.title,
        )


def fingerprint(fields: Any) -> str:
    """Of the fields as they are stored: a form says with it which ones it shows."""
    return hashlib.sha256(to_json(fields).encode()).hexdigest()[:16]


def summary(rows: Rows) -> str:
    """`5 fields, 4 nested`."""
    every = [row for row in rows.all() if not row.is_item and not row.is_blank]
    top = sum(row in rows.rows for row in every)
    nested = f", {len(every) - top} nested" if len(every) > top else ""
    return f"{counted(top, 'field')}{nested}"


@dataclass(frozen=True)
class Builder:
    """All that the template of the builder needs.

    `quiet`: the inputs are as the form has them, so that none is replaced while somebody types. `seen_before`: of the
    fields that the form was opened with, where others are stored by now. Where one button stores what is typed, `past`
    is what the form has for Undo, and `is_ready` says that the button can.
    """

    rows: Rows
    stored: list[Any]
    done: Done = NOTHING
    problem: str = ""
    is_stored: bool = True
    quiet: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    changed_elsewhere: bool = False
    seen_before: str = ""
    past: str = ""
    is_ready: bool = False

    @property
    def state(self) -> str:
        """For the script of the page: whether anything typed would be lost, and whether a button may go on."""
        return "stored" if self.is_stored else "ready" if self.is_ready else "unstored"

    @property
    def lines(self) -> list[Line]:
        return lines_of(self.rows, self.notes)

    @property
    def seen(self) -> str:
        return self.seen_before or fingerprint(self.stored)

    @property
    def summary(self) -> str:
        return summary(self.rows)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(id of the input, sentence); that of a whole row is at its name."""
        return [
            (f"{row.id}-{name or 'name'}", sentence)
            for row in self.rows.all()
            for name, sentence in row.problems.items()
        ]
