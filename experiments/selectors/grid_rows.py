"""A page of rows for a table of any columns and answer fields, every value cut in the database to what a cell shows.

    page_of_grid(queue, layout, wanted, columns=("subject", "body"), fields=("score", "order.number", "tags"),
                 sort="-field.score", after="", before="", want=50, characters=160) -> GridPage
    lines_of_grid(queue, layout, indexes, columns=…, fields=…, characters=160) -> tuple[GridRow, …]

`wanted` are the filters of `items_filtered`. `columns` are names of `layout.columns`, `fields` names of response fields
(a list or an object is then one value, as JSON) or of the values inside them (`response_schema.leaves`: `order.number`;
of `lines.price` all there are, as a list); names that are unknown show nothing. `sort` is one of `row_order`, "" the
order of the rows. `after` and `before` are `next` and `previous` of another page, as its address has them.

A bad filter, order or place is an `InvalidInput`. A search or a sort that had no time to look at all rows says in
`looked_to` how far it came; `next` or `previous` goes on there. Where even a stretch of rows cannot be sorted in time,
since they are very large, it is an `InvalidInput` too (`too_broad`, `attr` sort).

`lines_of_grid` reads rows again that a browser shows, in the order of `indexes`: one statement, whatever the order.

What stands in the heads of columns is `results.distributions_for_heads(queue)["fields"]`: by `name` the same as
`fields` here for all that has a distribution; of many rows over a sample, and kept for a while. Rows beside a row in an
order are those of `sorted_rows.find_sorted` with `want=1` from `Start(place_of_row(…), up=…)` on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import BooleanField, QuerySet, TextField
from django.db.models.expressions import RawSQL

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.json_numbers import to_json
from experiments.kinds import QueueLayout
from experiments.models import Queue
from experiments.response_schema.leaves import leaves_of_fields
from experiments.selectors import items
from experiments.selectors.answer_filter import ANSWER
from experiments.selectors.row_order import ROW_INDEX, RowOrder, order_named
from experiments.selectors.sorted_rows import Place, Shape, Start, find_sorted

PAGE, CHARACTERS = 50, 160
OF_A_ROW = (
    "row_index",
    "status",
    "attempts",
    "error_code",
    "available_at",
    "started_at",
    "completed_at",
    "elapsed_ms",
    "version",
)
# Unpacked once a row, which OFFSET 0 keeps so: a cell, or an answer, may have megabytes.
_CELLS = """
ARRAY(SELECT left(whole.cells ->> chosen.place, %s)
      FROM (SELECT experiments_queueitem.payload #> '{}' AS cells OFFSET 0) AS whole,
           unnest(%s::int[]) WITH ORDINALITY AS chosen(place, number) ORDER BY chosen.number)
"""
_VALUES = f"""
ARRAY(SELECT jsonb_typeof(found.value) || ' ' || coalesce(left(found.value #>> '{{}}', %s), '')
      FROM (SELECT {ANSWER} #> '{{}}' AS answer OFFSET 0) AS whole,
           unnest(%s::text[], %s::bool[]) WITH ORDINALITY AS chosen(path, is_many, number)
      CROSS JOIN LATERAL (SELECT CASE WHEN chosen.is_many
          THEN jsonb_path_query_array(whole.answer, chosen.path::jsonpath)
          ELSE jsonb_path_query_first(whole.answer, chosen.path::jsonpath) END AS value OFFSET 0) AS found
      ORDER BY chosen.number)
"""  # noqa: S608  all of it is ours
_ERROR = "left(experiments_queueitem.error_message, %s)"
_IS_CORRECTED = "experiments_queueitem.corrected_payload IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Cell:
    """The beginning of a value as a text. `type` is that of JSON (`string`, `number`, `boolean`, `null`, `array`,
    `object`); "" where there is no value. Cells of the file are strings."""

    text: str
    type: str
    is_cut: bool = False


NOTHING = Cell("", "")


@dataclass(frozen=True, slots=True)
class GridRow:
    """`cells` and `answers` in the order of the columns and fields that were asked for; `extras` are values of
    `layout.extras`, of all their names."""

    row_index: int
    status: str
    attempts: int
    error_code: str
    error_message: str
    available_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    elapsed_ms: int | None
    version: int | None
    is_corrected: bool
    cells: tuple[Cell, ...]
    answers: tuple[Cell, ...]
    extras: tuple[Any, ...]


@dataclass(frozen=True)
class GridPage:
    """`previous` and `next` for addresses; "" where there is no such page.

    `looked_to`: the row up to which a search, or a sort, came in its time; `next` (`previous` where the page was asked
    for with `before`) goes on there. Where it is not `is_sorted`, these rows are the first of those up to there, and
    that goes on with this very page; else with the page behind it.
    """

    rows: tuple[GridRow, ...]
    previous: str
    next: str
    looked_to: int | None = None
    is_sorted: bool = True


@dataclass(frozen=True)
class PageInOrder:
    """As `GridPage`, with rows of any shape. `goes_up`: it was looked for from its end."""

    rows: tuple[Any, ...]
    previous: str
    next: str
    looked_to: int | None
    is_sorted: bool
    goes_up: bool


def page_of_grid(
    queue: Queue,
    layout: QueueLayout,
    wanted: Mapping[str, Any],
    *,
    columns: Sequence[str],
    fields: Sequence[str],
    sort: str = "",
    after: str = "",
    before: str = "",
    want: int = PAGE,
    characters: int = CHARACTERS,
) -> GridPage:
    order = order_named(queue, sort or ROW_INDEX)
    shape = partial(_shaped, layout, columns=columns, fields=fields, characters=characters)
    page = page_in_order(queue, wanted, order, after=after, before=before, want=want, shape=shape)
    lines = tuple(_line(layout, row, characters) for row in page.rows)
    return GridPage(lines, page.previous, page.next, page.looked_to, page.is_sorted)


def page_in_order(
    queue: Queue,
    wanted: Mapping[str, Any],
    order: RowOrder,
    *,
    after: str = "",
    before: str = "",
    want: int = PAGE,
    shape: Shape,
) -> PageInOrder:
    """A page of rows as `shape` reads them, and where the pages beside it begin."""
    find = partial(find_sorted, queue, wanted, order, want=want + 1, shape=shape)
    start = _start(order, before or after, up=bool(before))
    found = find(start)
    if start.up and len(found.rows) <= want and found.looked_to is None:
        # It is the first page: then it is a full one.
        start = Start()
        found = find(start)
    here = found.places[:want]
    further = found.onward or (Start(here[-1]) if len(found.places) > want else None)
    onward = _address(order, further)
    back = _address(order, Start(here[0]) if here and start.place is not None else None)
    rows = found.rows[:want]
    return PageInOrder(
        tuple(reversed(rows) if start.up else rows),
        previous=onward if start.up else back,
        next=back if start.up else onward,
        looked_to=found.looked_to,
        is_sorted=found.is_sorted,
        goes_up=start.up,
    )


def lines_of_grid(
    queue: Queue,
    layout: QueueLayout,
    indexes: Sequence[int],
    *,
    columns: Sequence[str],
    fields: Sequence[str],
    characters: int = CHARACTERS,
) -> tuple[GridRow, ...]:
    rows = items.items_of_queue(queue).filter(row_index__in=indexes)
    shaped = _shaped(layout, rows, columns=columns, fields=fields, characters=characters)
    lines = {line.row_index: line for line in (_line(layout, row, characters) for row in shaped)}
    return tuple(lines[index] for index in indexes if index in lines)


def _start(order: RowOrder, text: str, *, up: bool) -> Start:
    if not text:
        return Start()
    start: Start | None = None
    if not order.is_row_order:
        start = Start.read(order, text, up=up)
    elif text.isascii() and text.isdecimal() and len(text) <= len(str(items.LARGEST_INDEX)):
        start = Start(Place(None, min(int(text), items.LARGEST_INDEX)), up)
    if start is None:
        sentence = "This page of the table is none in its order. Begin at the first page."
        raise InvalidInput(sentence, code=ErrorCode.INVALID_CURSOR, attr="after")
    return start


def _address(order: RowOrder, start: Start | None) -> str:
    if start is None:
        return ""
    return str(start.place.row_index) if order.is_row_order and start.place else start.text(order)


def _shaped(
    layout: QueueLayout, rows: QuerySet[Any], *, columns: Sequence[str], fields: Sequence[str], characters: int
) -> QuerySet[Any, Any]:
    """One more character than is shown tells that there are more."""
    places = {name: place for place, name in enumerate(layout.columns)}
    paths = {leaf.name: (leaf.json_path, leaf.is_many) for leaf in leaves_of_fields(layout.response_fields)}
    paths |= {name: (f"$.{to_json(name)}", False) for name in layout.field_names}
    chosen = [paths.get(name, ("$[9]", False)) for name in fields]
    values = [characters + 1, [path for path, _ in chosen], [is_many for _, is_many in chosen]]
    cells = [characters + 1, [places.get(name, -len(places) - 1) for name in columns]]
    read = {
        "is_corrected_here": RawSQL(_IS_CORRECTED, [], BooleanField()),  # noqa: S611  all of it is ours
        "error_here": RawSQL(_ERROR, [characters], TextField()),  # noqa: S611
        "cells_here": RawSQL(_CELLS, cells, TextField()),  # noqa: S611
        "values_here": RawSQL(_VALUES, values, TextField()),  # noqa: S611
    }
    return rows.annotate(**read).values_list(*OF_A_ROW, *read, *layout.extras.annotations)


def _line(layout: QueueLayout, row: Sequence[Any], characters: int) -> GridRow:
    known = len(OF_A_ROW)
    is_corrected, error, cells, values, *extras = row[known:]
    return GridRow(
        **dict(zip(OF_A_ROW, row[:known], strict=True)),
        is_corrected=is_corrected,
        error_message=error,
        cells=tuple(NOTHING if text is None else _cell(text, "string", characters) for text in cells),
        answers=tuple(NOTHING if text is None else _value(text, characters) for text in values),
        extras=tuple(layout.extras.values(extras)),
    )


def _value(text: str, characters: int) -> Cell:
    of_type, _, value = text.partition(" ")
    return _cell(value, of_type, characters)


def _cell(text: str, of_type: str, characters: int) -> Cell:
    return Cell(text[:characters], of_type, len(text) > characters)
