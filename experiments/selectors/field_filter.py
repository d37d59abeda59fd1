"""Rows by the values of their answers, as an address says it: `field.score=3..5`, `field.topic=billing`, `field.due=`.

A name is that of a value of the answer (`response_schema.leaves`: `category`, `tags`, `order.number`). What stands
there is a value; for numbers, counts of lists of objects, and dates also a range, both ends included, of which one may
be left out. A date may be the beginning of one, such as a month: it means all of that. Empty: the value is missing,
null, an empty text or an empty list. Where an answer has several values there, a row is found by any of them.

Pages ask more: `any.topic=["billing","bug"]` and `none.topic=[…]` for several values, `contains.summary=refund` for a
part of a text, whatever the case, and `column.Subject=refund` for one of a cell of the file; empty: cells without text.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from experiments.core import json_text
from experiments.core.choices import ErrorCode, FieldType
from experiments.core.errors import InvalidInput
from experiments.core.json_numbers import to_json
from experiments.kinds import kind_of
from experiments.models import Queue
from experiments.models.querysets import QueueItemQuerySet
from experiments.response_schema.field_types import traits_of_field
from experiments.response_schema.formats import is_date_time
from experiments.response_schema.leaves import Leaf, LeafKind, leaves_of_fields
from experiments.selectors.answer_filter import BLANKS, is_answered, measure_of, number, where

PREFIX = "field."
ANY, NONE, CONTAINS, COLUMN = "any.", "none.", "contains.", "column."
BEGINNINGS = (PREFIX, ANY, NONE, CONTAINS, COLUMN)
MAY_BE_EMPTY = (PREFIX, COLUMN)
"""With nothing behind them they ask for rows without a value."""
BETWEEN = ".."
MOST_NAMED = 20
"""Fields that an error names."""
_DATE_BOUND = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}([Tt ][0-9:.]{2,15}([Zz]|[+-][0-9:]{2,6})?)?)?)?")
MOMENT = (
    "CASE WHEN {v} #>> '{{}}' ~ '^(?!0000)\\d{{4}}-\\d\\d-\\d\\d[Tt ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?"
    "([Zz]|[+-](0\\d|1[0-5]):[0-5]\\d)$' THEN ({v} #>> '{{}}')::timestamptz END"
)
"""A time with its zone in SQL, `{v}` for the value; null for an offset that PostgreSQL does not know."""


@dataclass(frozen=True)
class FieldFilter:
    """`how` is one of `BEGINNINGS`, `name` that of the value or of the column; `values` is one, but of any and none."""

    how: str
    name: str
    values: tuple[str, ...]

    @property
    def key(self) -> str:
        """As an address has it."""
        return f"{self.how}{self.name}"

    @property
    def in_words(self) -> str:
        """`score 80 to 100`, `topic is billing or bug`, `due is empty`."""
        if self.values == ("",):
            return f"{self.name} is empty"
        if self.how in (CONTAINS, COLUMN):
            return f"{self.name} contains {self.values[0]}"
        if self.how == PREFIX and BETWEEN in self.values[0]:
            first, _, last = self.values[0].partition(BETWEEN)
            span = f"{first} to {last}" if first and last else f"{first} or more" if first else f"{last} or less"
            return f"{self.name} {span}"
        named = " or ".join(value or "empty" for value in self.values)
        return f"{self.name} {'isn’t' if self.how == NONE else 'is'} {named}"


def field_filters(wanted: Mapping[str, Any]) -> list[FieldFilter]:
    """What is asked of which values and columns."""
    return list(_field_filters(wanted))


def _field_filters(wanted: Mapping[str, Any]) -> Iterator[FieldFilter]:
    for key, text in wanted.items():
        how = next((beginning for beginning in BEGINNINGS if key.startswith(beginning)), None)
        if how is not None:
            values = values_of_text(str(text)) if how in (ANY, NONE) else (str(text),)
            yield FieldFilter(how, key.removeprefix(how), values)


def values_of_text(text: str) -> tuple[str, ...]:
    """Of `["billing","bug"]`; what is not a list of texts is one itself."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return (text,)
    return tuple(found) if isinstance(found, list) and found and all(isinstance(one, str) for one in found) else (text,)


def filter_by_fields(queue: Queue, rows: QueueItemQuerySet, wanted: Mapping[str, Any]) -> QueueItemQuerySet:
    """All rows where `wanted` has no such filter. `InvalidInput` as `check_fields`."""
    conditions = _conditions(queue, wanted)
    of_answers = any(one.how != COLUMN for one in field_filters(wanted))
    return rows.filter(*([is_answered()] if of_answers else []), *conditions) if conditions else rows


def check_fields(queue: Queue, wanted: Mapping[str, Any], *, at: str = "") -> None:
    """`InvalidInput` where there is no such field, or it cannot have such a value; `at`: where the filters stand."""
    _conditions(queue, wanted, at)


def leaf_for(queue: Queue, name: str, attr: str) -> Leaf:
    """`InvalidInput` where the answers have no such value."""
    leaves = {leaf.name: leaf for leaf in leaves_of_fields(kind_of(queue).response_fields(queue))}
    if name in leaves:
        return leaves[name]
    named = ", ".join([*leaves][:MOST_NAMED]) or "none"
    more = ", …" if len(leaves) > MOST_NAMED else ""
    sentence = f"There is no response field {name[:100]}. The fields are {named}{more}."
    raise InvalidInput(sentence, code=ErrorCode.UNKNOWN, attr=attr)


def _conditions(queue: Queue, wanted: Mapping[str, Any], at: str = "") -> list[Q]:
    return [_condition(queue, one, f"{at}{one.key}") for one in field_filters(wanted)]


def _condition(queue: Queue, asked: FieldFilter, attr: str) -> Q:
    if asked.how == COLUMN:
        return _cell(queue, asked, attr)
    leaf = leaf_for(queue, asked.name, attr)
    if asked.how == CONTAINS:
        return where(leaf, "upper({v} #>> '{{}}') LIKE upper(%s)", like(asked.values[0]))
    found = Q()
    for text in asked.values:
        found |= _has_value(leaf, text, attr)
    return ~found if asked.how == NONE else found


def _has_value(leaf: Leaf, text: str, attr: str) -> Q:
    if not text:
        return ~where(leaf, f"{{v}} NOT IN {BLANKS}")
    condition, values = _condition_of(leaf)(_Asked(leaf, text, attr))
    return where(leaf, condition, *values)


def _cell(queue: Queue, asked: FieldFilter, attr: str) -> Q:
    columns = list(kind_of(queue).columns(queue))
    if asked.name not in columns:
        sentence = f"There is no column {asked.name[:100]}."
        raise InvalidInput(sentence, code=ErrorCode.UNKNOWN, attr=attr)
    cell, text = "(experiments_queueitem.payload ->> %s::int)", asked.values[0]
    condition, values = (f"upper({cell}) LIKE upper(%s)", [like(text)]) if text else (f"{cell} = ''", [])
    return Q(RawSQL(condition, [columns.index(asked.name), *values], BooleanField()))  # noqa: S611  values are bound


def like(text: str) -> str:
    """A pattern for what contains it."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


class _Asked:
    """What was asked of a value, and the error where it cannot be."""

    def __init__(self, leaf: Leaf, text: str, attr: str) -> None:
        self.leaf, self.text, self._attr = leaf, text, attr

    def ends(self) -> tuple[str, str]:
        """Of a range, "" where one is open; twice the same of a value."""
        first, between, last = self.text.partition(BETWEEN)
        if not between:
            return first, first
        if not (first or last):
            raise self.error("a range has at least one end, such as 3..5, 3.. or ..5", code=ErrorCode.INVALID_RANGE)
        return first, last

    def error(self, why: str, *, code: ErrorCode = ErrorCode.INVALID) -> InvalidInput:
        shown = self.text if len(self.text) <= 100 else f"{self.text[:100]}…"
        return InvalidInput(f"{self.leaf.name} cannot be “{shown}”: {why}.", code=code, attr=self._attr)


Condition = tuple[str, list[Any]]


def _condition_of(leaf: Leaf) -> Callable[[_Asked], Condition]:
    if leaf.kind is LeafKind.DATE:
        return _dates
    if leaf.kind is LeafKind.WHOLE:
        return _objects
    traits = traits_of_field(leaf.field)
    if leaf.kind is LeafKind.SCALAR and traits.is_text:
        return _texts
    return _choices if traits.values and leaf.kind is LeafKind.SCALAR else _numbers


def _texts(asked: _Asked) -> Condition:
    return "{v} = %s::jsonb", [to_json(asked.text)]


def _choices(asked: _Asked) -> Condition:
    values = {to_json(value): value for value in traits_of_field(asked.leaf.field).values}
    if asked.text.lower() not in values:
        raise asked.error(f"it is {' or '.join(values)}")
    return "{v} = %s::jsonb", [asked.text.lower()]


def _objects(asked: _Asked) -> Condition:
    try:
        value = json_text.strict(json_text.parse_finite(asked.text))
    except (ValueError, RecursionError, json_text.BadPayload) as problem:
        raise asked.error("it is an object; give one as JSON, or nothing for rows without one") from problem
    return "{v} = %s::jsonb", [to_json(value)]


def _numbers(asked: _Asked) -> Condition:
    least, most = (_bound(asked, end) for end in asked.ends())
    if least is not None and most is not None and least > most:
        raise asked.error("the range ends before it begins", code=ErrorCode.INVALID_RANGE)
    return _between(measure_of(asked.leaf), (">=", least), ("<=", most))


def _bound(asked: _Asked, end: str) -> Decimal | None:
    found = number(end) if end else None
    if end and found is None:
        whose = "the number of its entries counts" if asked.leaf.kind is LeafKind.COUNTED else "it is a number"
        raise asked.error(f"{whose}; give one, or a range such as 3..5")
    return found


def _dates(asked: _Asked) -> Condition:
    first, last = asked.ends()
    for end in filter(None, (first, last)):
        if not _DATE_BOUND.fullmatch(end) or not _is_day(end):
            raise asked.error("it is a date; give one such as 2026-01-31, or a range such as 2026-01..2026-03")
    # As they are written, but for times with their zones. What begins with the last one is part of the range.
    has_zones = FieldType(asked.leaf.field["type"]) == FieldType.DATE_TIME and all(
        is_date_time(end) for end in (first, last) if end
    )
    if first and last and not has_zones and first[: len(last)] > last:
        raise asked.error("the range ends before it begins", code=ErrorCode.INVALID_RANGE)
    if has_zones:
        return _between(MOMENT, (">=", first or None), ("<=", last or None), cast="::timestamptz")
    measure = measure_of(asked.leaf)
    condition, values = _between(measure, (">=", first or None))
    if last:
        condition = " AND ".join(
            filter(None, [condition, f"left({{v}} #>> '{{{{}}}}', {len(last)}) COLLATE \"C\" <= %s"])
        )
        values.append(last)
    return condition, values


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10] + "0001-01-01"[len(text) :])
    except ValueError:
        return False
    return True


def _between(measure: str, *bounds: tuple[str, Any], cast: str = "") -> Condition:
    given = [(sign, bound) for sign, bound in bounds if bound is not None]
    return " AND ".join(f"{measure} {sign} %s{cast}" for sign, _ in given), [bound for _, bound in given]
