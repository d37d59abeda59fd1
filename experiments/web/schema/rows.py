"""The rows of the builder: the fields of an answer as they are typed, nested as the answer is.

A form has an input `row` for each row in the order of the page, with the row's key: a number that it keeps while the
page is open, however it moves. Its other inputs are named after it: `f12-name`, `f12-type`, and `f12-in` with the key
of the row that it is nested in. The fields of a list's objects are in the row of *each item*, which is in the list's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from experiments.core.choices import ErrorCode, FieldType
from experiments.core.errors import InvalidInput
from experiments.web.schema import options
from experiments.web.schema.options import CHOICE, ITEM_NAME, NotReadable, Option

Json = dict[str, Any]
ROWS_LIMIT = 1_000
DEPTH_LIMIT = 20
LONGEST_INPUT = 60_000  # characters
KEY_DIGITS = 6
FLAGS = ("required", "nullable")
TICK = "on"


@dataclass(eq=False)
class Row:
    """A field. `texts`: what is typed in its inputs by their name; an option that is a tick is `on`.

    `fields` are those of an object, `item` is what a list is of. `problems` is {input: sentence}; "" stands for the
    whole row.
    """

    key: int
    kind: str = FieldType.STRING
    name: str = ""
    description: str = ""
    required: bool = True
    nullable: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    fields: list["Row"] = field(default_factory=list)
    item: "Row | None" = None
    is_item: bool = False
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"f{self.key}"

    @property
    def title(self) -> str:
        return ITEM_NAME if self.is_item else self.name or "new field"

    @property
    def is_blank(self) -> bool:
        """A row of which nothing was typed."""
        return not (self.is_item or self.name or self.description or self.fields or self.item)

    @property
    def below(self) -> list["Row"]:
        return [*self.fields, *([self.item] if self.item else [])]

    @property
    def home(self) -> "list[Row] | None":
        """Where fields that are moved into this row go: its own, or those of its items."""
        if self.kind == FieldType.LIST and self.item:
            return self.item.home
        return self.fields if self.kind == FieldType.OBJECT else None

    def options(self) -> list[Option]:
        return options.options_of(self.kind, self.texts)

    def set_kind(self, kind: str, keys: Iterator[int]) -> None:
        """Another type: what only the former one knows goes, and what is nested stays where it can."""
        fields, item, self.kind = self.fields, self.item, kind
        known = {option.name for option in options.OPTIONS[kind]}
        self.texts = {name: text for name, text in self.texts.items() if name in known}
        self.fields, self.item = [], None
        if kind == FieldType.LIST:
            inner = FieldType.OBJECT if fields else FieldType.STRING
            self.item = item or Row(next(keys), inner, is_item=True, fields=fields)
        elif kind == FieldType.OBJECT:
            self.fields = fields or (item.fields if item else [])


class Rows:
    """All rows of a form."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.keys = _keys_after(max((row.key for row in self.all()), default=0))

    # -- from what is stored, and from a form

    @classmethod
    def of_fields(cls, stored: Sequence[Mapping[str, Any]]) -> "Rows":
        keys = _keys_after(0)
        return cls([_row_of(one, keys) for one in stored])

    @classmethod
    def of_form(cls, form: QueryDict) -> "Rows":
        """`InvalidInput` where the form is none that a page of ours sends."""
        keys = form.getlist("row")
        if len(keys) > ROWS_LIMIT:
            raise InvalidInput(f"{len(keys):,} rows; at most {ROWS_LIMIT:,} fit.", code=ErrorCode.TOO_MANY_FIELDS)
        found: dict[int, tuple[Row, int]] = {}
        changed: list[Row] = []
        top: list[Row] = []
        for text in keys:
            row = _typed_row(text, form)
            parent, depth = found.get(_key(form.get(f"{row.id}-in", "")) or 0, (None, 0))
            if row.key in found or depth >= DEPTH_LIMIT:
                raise _broken()
            if row.is_item and (parent is None or parent.item):
                raise _broken()
            if row.is_item and parent:
                parent.item = row
            else:
                (top if parent is None else parent.fields).append(row)
            found[row.key] = (row, depth + 1)
            if form.get(f"{row.id}-was", row.kind) != row.kind:
                changed.append(row)
        rows = cls(top)
        for row in changed:
            row.set_kind(row.kind, rows.keys)
        rows.has_changed_kinds = bool(changed)
        return rows

    has_changed_kinds = False
    """Whether the form gave a row another type, so that its inputs are others now."""

    # -- looking

    def all(self) -> Iterator[Row]:
        """In the order of the page."""
        waiting = self.rows[::-1]
        while waiting:
            row = waiting.pop()
            yield row
            waiting.extend(row.below[::-1])

    def new(self) -> Row:
        """A required text that may not be empty, unless one says otherwise."""
        return Row(next(self.keys), texts={"min_length": "1"})

    def problem_count(self) -> int:
        return sum(len(row.problems) for row in self.all())

    # -- to what is stored

    def to_fields(self) -> list[Json]:
        """The fields, without blank rows. What cannot be read is left out, and said in the `problems` of its row."""
        return [_field_of(row) for row in self.rows if not row.is_blank]


def _keys_after(number: int) -> Iterator[int]:
    while True:
        number += 1
        yield number


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= KEY_DIGITS else None


def _broken() -> InvalidInput:
    return InvalidInput("This form is damaged. Reload the page.", code=ErrorCode.INVALID_FIELDS)


def _row_of(stored: Mapping[str, Any], keys: Iterator[int], *, is_item: bool = False) -> Row:
    kind = CHOICE if stored.get("choices") else stored["type"]
    required = bool(stored.get("required", True))
    row = Row(
        next(keys),
        kind,
        name=stored.get("name", ""),
        description=stored.get("description") or "",
        required=required,
        nullable=bool(stored.get("nullable", not required)),
        is_item=is_item,
    )
    for name, option in options.known(kind).items():
        value = stored.get(name)
        if value is not None and value is not False:
            row.texts[name] = TICK if value is True else option.write(value)
    row.fields = [_row_of(one, keys) for one in stored.get("fields") or ()]
    if stored.get("items"):
        row.item = _row_of(stored["items"], keys, is_item=True)
    return row


def _typed_row(text: str, form: QueryDict) -> Row:
    key = _key(text)
    if not key:
        raise _broken()

    def typed(name: str) -> str:
        value = str(form.get(f"f{key}-{name}", ""))
        if len(value) > LONGEST_INPUT:
            raise InvalidInput(f"A text has more than {LONGEST_INPUT:,} characters.", code=ErrorCode.TOO_LARGE)
        return value.replace("\r\n", "\n")

    kind = typed("type")
    if kind not in options.OPTIONS:
        raise _broken()
    texts = {name: typed(name) for name in options.known(kind)}
    return Row(
        key,
        kind,
        name=typed("name").strip(),
        description=typed("description"),
        required=bool(typed("required")),
        nullable=bool(typed("nullable")),
        # A pattern may begin or end with a blank.
        texts={name: text if name == "pattern" else text.strip() for name, text in texts.items() if text.strip()},
        is_item=bool(typed("item")),
    )


def _field_of(row: Row) -> Json:
    found: Json = {} if row.is_item else {"name": row.name, "required": row.required}
    found["description"], found["nullable"] = row.description, row.nullable
    found["type"] = FieldType.STRING if row.kind == CHOICE else FieldType(row.kind)
    for option in row.options():
        text = row.texts.get(option.name, "")
        if not text:
            continue
        try:
            found[option.name] = True if option.control == "tick" else option.read(text)
        except NotReadable as problem:
            row.problems[option.name] = str(problem)
    if row.kind == CHOICE and not found.get("choices"):
        row.problems.setdefault("choices", "Enter at least one value.")
    if row.kind == FieldType.LIST and row.item:
        found["items"] = _field_of(row.item)
    if row.kind == FieldType.OBJECT:
        found["fields"] = [_field_of(one) for one in row.fields if not one.is_blank]
    return found
