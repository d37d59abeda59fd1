"""The columns of an export: which there are, and the values that a row has in them.

Every format asks here, so that a choice of columns, flattened objects and exploded lists are the same in all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import ErrorCode, ExportPart, FieldType, Nested
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted
from experiments.core.json_numbers import as_whole
from experiments.export.rows import ABSENT, RUN_COLUMNS, ExportLayout, ExportRow, cell_text, export_header

ITEM_INDEX = "item_index"
Field = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """`header` is what is written, `name` what it is chosen by: that of a cell is unique where its header is not.

    `place` is the position of a cell or an extra value, or the name of a run column; `path` leads to a value of an
    answer, or of an element of the exploded list; `field` is the response field there.
    """

    name: str
    header: str
    part: ExportPart
    place: Any = None
    path: tuple[str, ...] = ()
    field: Field | None = None


def columns_of(layout: ExportLayout) -> list[ExportColumn]:
    """Those that are shown, in their order. `InvalidInput` for a name that no column has."""
    found = _all_columns(layout)
    if layout.shown is None:
        return found
    by_name: dict[str, ExportColumn] = {}
    for column in found:
        by_name.setdefault(column.name, column)
    unknown = next((name for name in layout.shown if name not in by_name), None)
    if unknown is not None:
        raise InvalidInput(
            f"There is no column {quoted(unknown)}. There are {', '.join(map(quoted, by_name))}.",
            code=ErrorCode.UNKNOWN_COLUMN,
            attr="columns",
        )
    return [by_name[name] for name in layout.shown]


def _all_columns(layout: ExportLayout) -> list[ExportColumn]:
    cells = [
        ExportColumn(name, header, ExportPart.CELL, place)
        for place, (name, header) in enumerate(zip(layout.names, layout.headers, strict=True))
    ]
    answers = list(_answer_columns(layout))
    extras = [ExportColumn(name, name, ExportPart.EXTRA, place, (name,)) for place, name in enumerate(layout.extras)]
    run = [ExportColumn(name, name, ExportPart.RUN, name) for name in RUN_COLUMNS if layout.run_columns]
    header = export_header(
        layout.headers, [column.name for column in answers], run_columns=layout.run_columns, extras=layout.extras
    )
    added = zip([*answers, *extras, *run], header[len(cells) :], strict=True)
    return [
        *cells,
        *(ExportColumn(name, name, one.part, one.place, one.path, one.field) for one, name in added),
    ]


def _answer_columns(layout: ExportLayout) -> Iterator[ExportColumn]:
    known = {field["name"]: field for field in layout.response_fields}
    exploded = exploded_path(layout)
    for name in layout.fields:
        field = known.get(name, {"name": name})
        if layout.nested == Nested.JSON:
            yield ExportColumn(name, name, ExportPart.ANSWER, path=(name,), field=field)
            continue
        for path, leaf in _leaves(field, (name,)):
            if path != exploded:
                yield ExportColumn(".".join(path), ".".join(path), ExportPart.ANSWER, path=path, field=leaf)
                continue
            yield ExportColumn(ITEM_INDEX, ITEM_INDEX, ExportPart.ELEMENT)
            for below, inner in _leaves({"fields": leaf["items"]["fields"]}, ()):
                inner_name = ".".join((*path, *below))
                yield ExportColumn(inner_name, inner_name, ExportPart.ELEMENT, path=below, field=inner)


def _leaves(field: Field, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Field]]:
    """The fields below, objects taken apart."""
    if not field.get("fields"):
        yield path, field
    for inner in field.get("fields") or ():
        yield from _leaves(inner, (*path, inner["name"]))


def exploded_path(layout: ExportLayout) -> tuple[str, ...]:
    """That of the list of objects whose elements are lines; () where none is exploded."""
    if layout.nested != Nested.EXPLODE:
        return ()
    lists = {
        ".".join(path): path
        for field in layout.response_fields
        for path, leaf in _leaves(field, (field["name"],))
        if (leaf.get("items") or {}).get("fields")
    }
    if layout.explode in lists:
        return lists[layout.explode]
    if not layout.explode and len(lists) == 1:
        return next(iter(lists.values()))
    there = f"The lists of objects are {', '.join(map(quoted, lists))}." if lists else "There is no list of objects."
    which = f"{quoted(layout.explode)} is none" if layout.explode else "explode names none"
    raise InvalidInput(f"{there} {which}.", code=ErrorCode.INVALID_FIELD, attr="explode")


def lines_of(layout: ExportLayout, columns: Sequence[ExportColumn]) -> Callable[[ExportRow], Iterable[list[Any]]]:
    """A function that gives the values of a row in these columns, one list a line. `ABSENT`: nothing was answered."""
    exploded = exploded_path(layout)
    reads = [_reader(layout, column) for column in columns]

    def line(row: ExportRow) -> list[list[Any]]:
        answer = ABSENT if row.response is None else row.response
        # Not as it is asked for: that would keep the row until the line is written.
        return [[read(row, answer, ABSENT, ABSENT) for read in reads]]

    def lines(row: ExportRow) -> Iterator[list[Any]]:
        answer = ABSENT if row.response is None else row.response
        for number, element in _elements(_at(answer, exploded)):
            yield [read(row, answer, number, element) for read in reads]

    return lines if exploded else line


def _elements(found: Any) -> Iterable[tuple[Any, Any]]:
    """Numbered. A row without any has one line all the same."""
    return enumerate(found) if isinstance(found, list) and found else [(ABSENT, ABSENT)]


def _reader(layout: ExportLayout, column: ExportColumn) -> Callable[[ExportRow, Any, Any, Any], Any]:
    place, path = column.place, column.path
    match column.part:
        case ExportPart.CELL:
            return lambda row, answer, number, element: row.cells[place]
        case ExportPart.EXTRA:
            return lambda row, answer, number, element: row.extras[place]
        case ExportPart.RUN:
            return lambda row, answer, number, element: getattr(row, place)
        case ExportPart.ELEMENT if not path:
            return lambda row, answer, number, element: number
    field = column.field or {}
    is_whole = field.get("type") == FieldType.INTEGER or (len(path) == 1 and path[0] in layout.whole)

    def value(found: Any) -> Any:
        if is_whole:
            return as_whole(found)
        return _joined(found, layout.join) if isinstance(found, list) and layout.join is not None else found

    if column.part == ExportPart.ELEMENT:
        return lambda row, answer, number, element: value(_at(element, path))
    return lambda row, answer, number, element: value(_at(answer, path))


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if not isinstance(value, Mapping):
            return ABSENT
        value = value.get(name, ABSENT)
    return value


def _joined(values: list[Any], sign: str) -> Any:
    """A list of scalars as one text; others as they are."""
    if any(isinstance(value, list | dict) for value in values):
        return values
    return sign.join(map(cell_text, values))
