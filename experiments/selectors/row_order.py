"""The orders in which rows can be read: `row_index`, `elapsed_ms`, `completed_at`, `field.score`, `column.topic`; with
`-` in front of them down.

Numbers are in the order of their values, dates and times in that of time, true behind false, and texts in the order of
their characters in Unicode, of which the first 200 count. In a column of the file, where all are texts, plain numbers
come first, by their value. A list counts by its smallest value, and down by its largest. Rows without a value are the
last ones either way, and rows with the same value are in row order, or down in that from the last row to the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Field
from django.db.models.expressions import RawSQL
from django.db.models.fields import BigIntegerField, DateTimeField, DecimalField, TextField

from experiments.core.choices import ErrorCode, FieldType, RowStatus
from experiments.core.errors import InvalidInput
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.response_schema.field_types import traits_of_field
from experiments.response_schema.leaves import Leaf, LeafKind
from experiments.selectors.answer_filter import ANSWER, measure_of, number
from experiments.selectors.field_filter import MOMENT, PREFIX, leaf_for

ROW_INDEX = "row_index"
OF_A_COLUMN = "column."
ATTR = "sort"
MOST_CHARACTERS = 200
"""Of a text; the place where a page begins is part of its address."""
_TEXT = (
    "CASE jsonb_typeof({v}) WHEN 'string' THEN "
    f"NULLIF(left({{v}} #>> '{{{{}}}}', {MOST_CHARACTERS}), '') END COLLATE \"C\""
)
_BOOLEAN = "CASE {v} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
_CELL = "(experiments_queueitem.payload ->> %s::int)"
# A number as a text that is in the order of its value: all of them have sixteen digits before the point.
_OF_A_CELL = f"""
(CASE WHEN {_CELL} = '' THEN NULL
 WHEN {_CELL} ~ '^[-+]?\\d{{1,15}}(\\.\\d{{1,15}})?$' THEN '0' || trim_scale({_CELL}::numeric + 2000000000000000)::text
 ELSE '1' || left({_CELL}, {MOST_CHARACTERS}) END) COLLATE "C"
"""
_IS_ANSWERED = "(experiments_queueitem.status = %s OR experiments_queueitem.corrected_payload IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class KeyType:
    """Of what rows are compared by: its name in PostgreSQL, the field of a model, and what a text is read with."""

    name: str
    field: type["Field[Any, Any]"]
    read: Callable[[str], Any]


def _moment(text: str) -> datetime | None:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else None


def _decimal(text: str) -> Decimal | None:
    return number(text)


def _text(text: str) -> str | None:
    return None if "\0" in text else text


WHOLE = KeyType("bigint", BigIntegerField, int)
NUMBER = KeyType("numeric", DecimalField, _decimal)
TEXT = KeyType('text COLLATE "C"', TextField, _text)
MOMENTS = KeyType("timestamptz", DateTimeField, _moment)


@dataclass(frozen=True)
class RowOrder:
    """`sql` with `params` is what rows are compared by. `name`: as it was asked for."""

    name: str
    sql: str
    params: tuple[Any, ...]
    type: KeyType
    down: bool

    @property
    def is_row_order(self) -> bool:
        """It is that of the rows, up or down."""
        return self.sql == ROW_INDEX

    @property
    def key(self) -> RawSQL:
        return RawSQL(self.sql, self.params, output_field=self.type.field())  # noqa: S611  ours, the values are bound


_OF_A_ROW = {
    ROW_INDEX: (ROW_INDEX, WHOLE),
    "elapsed_ms": ("experiments_queueitem.elapsed_ms", WHOLE),
    "completed_at": ("experiments_queueitem.completed_at", MOMENTS),
}


def order_named(queue: Queue, sort: str) -> RowOrder:
    """`InvalidInput` where rows have no such order."""
    name = sort.removeprefix("-")
    down = name != sort
    if name in _OF_A_ROW:
        sql, of_type = _OF_A_ROW[name]
        return RowOrder(sort, sql, (), of_type, down)
    if name.startswith(PREFIX):
        return _of_a_value(leaf_for(queue, name.removeprefix(PREFIX), ATTR), sort, down=down)
    columns = list(kind_of(queue).columns(queue)) if name.startswith(OF_A_COLUMN) else []
    if name.removeprefix(OF_A_COLUMN) in columns:
        position = columns.index(name.removeprefix(OF_A_COLUMN))
        return RowOrder(sort, _OF_A_CELL, (position,) * _OF_A_CELL.count("%s"), TEXT, down)
    what = f"{OF_A_COLUMN}{name.removeprefix(OF_A_COLUMN)}" if columns else name
    sentence = (
        f"Rows have no {what[:100]} to be sorted by. "
        f"Sort by {', '.join(_OF_A_ROW)}, field.<name> or column.<name>; with - in front for descending order."
    )
    raise InvalidInput(sentence, code=ErrorCode.UNKNOWN, attr=ATTR)


def _of_a_value(leaf: Leaf, sort: str, *, down: bool) -> RowOrder:
    measure, of_type = _measure(leaf)
    if leaf.is_plain:
        value, given = f"({ANSWER} -> %s)", (leaf.path[0],) * measure.count("{v}")
        sql = measure.format(v=value)
    else:
        best = "max" if down else "min"
        sql = f"(SELECT {best}({measure.format(v='v')}) FROM jsonb_path_query({ANSWER}, %s::jsonpath) AS v)"  # noqa: S608
        given = (leaf.json_path,)
    sql = f"(CASE WHEN {_IS_ANSWERED} THEN {sql} END)"
    return RowOrder(sort, sql, (RowStatus.SUCCEEDED.value, *given), of_type, down)


def _measure(leaf: Leaf) -> tuple[str, KeyType]:
    if leaf.kind is LeafKind.WHOLE:
        sentence = f"{leaf.name} has objects, which have no order. Sort by something else."
        raise InvalidInput(sentence, code=ErrorCode.INVALID, attr=ATTR)
    if leaf.kind is LeafKind.DATE:
        is_moment = FieldType(leaf.field["type"]) == FieldType.DATE_TIME
        return (MOMENT, MOMENTS) if is_moment else (_TEXT, TEXT)
    if leaf.kind is LeafKind.COUNTED:
        return measure_of(leaf), NUMBER
    traits = traits_of_field(leaf.field)
    if traits.is_text:
        return _TEXT, TEXT
    return (_BOOLEAN, WHOLE) if traits.values else (measure_of(leaf), NUMBER)
