"""An export as Parquet: each column of an answer has the type of its field, cells of the file are text.

What has no type of its own there (objects, lists of them) is JSON. The library is large and not installed everywhere.
"""

import importlib
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from experiments.core.choices import ErrorCode, ExportPart, FieldType
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted, shorten
from experiments.core.json_numbers import as_whole
from experiments.export.columns import ITEM_INDEX, ExportColumn, columns_of, lines_of
from experiments.export.rows import ABSENT, ExportLayout, ExportRow, cell_text, date_of, moment_of, pieces_of_file

GROUP_ROWS, GROUP_CHARACTERS = 50_000, 16 * 1024**2
"""A row group ends with the first of both: readers take one at a time, and so does memory here."""
BLOCK_LINES, BLOCK_CHARACTERS = 250, 256 * 1024
"""Lines that become columns together; the first of both."""
TEXTS: frozenset[type] = frozenset((str, type(None)))
WHOLE = frozenset(("elapsed_ms", "attempts", "row_index", "input_tokens", "output_tokens", "version", ITEM_INDEX))
MOST_WHOLE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`words` name what a value has to be; `cast` gives it, or `ABSENT` where it is something else.

    Values of the types `as_they_are` need none.
    """

    arrow: Callable[[Any], Any]
    words: str
    cast: Callable[[Any], Any]
    as_they_are: frozenset[type] = frozenset()


def parquet_chunks(layout: ExportLayout, rows: Iterable[ExportRow]) -> Iterator[bytes]:
    arrow, parquet = library()
    columns = columns_of(layout)
    types = [type_of(column, layout) for column in columns]
    schema = arrow.schema([(name, one.arrow(arrow)) for name, one in zip(unique_names(columns), types, strict=True)])
    with tempfile.TemporaryDirectory(dir=settings.SPOOL_DIR, prefix="parquet-") as folder:
        path = Path(folder, "export.parquet")
        with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
            for group in _groups(layout, columns, types, rows):
                arrays = [arrow.array(values, one.type) for values, one in zip(group, schema, strict=True)]
                writer.write_batch(arrow.record_batch(arrays, schema=schema))
        yield from pieces_of_file(path)


def library() -> tuple[Any, Any]:
    """`pyarrow` and its module of Parquet."""
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise InvalidInput(
            "This site cannot write Parquet: the library pyarrow is not installed. Choose another format, or ask an "
            "admin to install the optional group parquet.",
            code=ErrorCode.NO_LIBRARY,
            attr="format",
        ) from None


def unique_names(columns: Sequence[ExportColumn]) -> list[str]:
    names: list[str] = []
    for column in columns:
        name = column.name
        while name in names:
            name = f"response.{name}"
        names.append(name)
    return names


def _groups(
    layout: ExportLayout, columns: Sequence[ExportColumn], types: Sequence[ColumnType], rows: Iterable[ExportRow]
) -> Iterator[list[list[Any]]]:
    """The values of so many lines at a time, by column."""
    group: list[list[Any]] = [[] for _ in columns]
    size = 0
    for indexes, lines, characters in _blocks(lines_of(layout, columns), rows):
        for column, one, values, to in zip(columns, types, zip(*lines, strict=True), group, strict=True):
            to += _cast(column, one, values, indexes)
        size += characters
        if len(group[0]) >= GROUP_ROWS or size > GROUP_CHARACTERS:
            yield group
            group = [[] for _ in columns]
            size = 0
    if group[0]:
        yield group


def _blocks(
    lines_in: Callable[[ExportRow], Iterable[list[Any]]], rows: Iterable[ExportRow]
) -> Iterator[tuple[list[int], list[list[Any]], int]]:
    """Some lines at a time, the index of each one's row before them, and behind them how many characters they have."""
    indexes: list[int] = []
    lines: list[list[Any]] = []
    size = 0
    for row in rows:
        for values in lines_in(row):
            indexes.append(row.row_index)
            lines.append(values)
            size += sum([len(value) if type(value) is str else 8 for value in values])
        if len(lines) >= BLOCK_LINES or size > BLOCK_CHARACTERS:
            yield indexes, lines, size
            indexes, lines, size = [], [], 0
    if lines:
        yield indexes, lines, size


def _cast(column: ExportColumn, wanted: ColumnType, values: Sequence[Any], indexes: Sequence[int]) -> Sequence[Any]:
    """The values of some lines as the column has them, None where there is none."""
    if set(map(type, values)) <= wanted.as_they_are:
        return values
    made = [None if value is None or value is ABSENT else wanted.cast(value) for value in values]
    if ABSENT in made:
        line = made.index(ABSENT)
        raise _mismatch(indexes[line], column, wanted, values[line])
    return made


def _mismatch(row_index: int, column: ExportColumn, wanted: ColumnType, value: Any) -> InvalidInput:
    return InvalidInput(
        f"Row {row_index} has {quoted(shorten(cell_text(value), 60))} in {quoted(column.name)}, which is not "
        f"{wanted.words}. A column of Parquet has one type: correct the answer, or choose CSV, XLSX or JSONL.",
        code=ErrorCode.SCHEMA_MISMATCH,
        attr="format",
    )


# -- types


def type_of(column: ExportColumn, layout: ExportLayout) -> ColumnType:
    if column.part == ExportPart.ANSWER or (column.part == ExportPart.ELEMENT and column.path):
        field = column.field or {}
        if field.get("type") == FieldType.LIST and layout.join is None:
            return _list_type((field.get("items") or {}).get("type", ""))
        return TYPES.get(field.get("type", ""), AS_JSON)
    if column.place in WHOLE or column.name == ITEM_INDEX:
        return STORED_WHOLE
    if column.part == ExportPart.RUN:
        return TYPES.get({"corrected": FieldType.BOOLEAN, "cost": FieldType.NUMBER}.get(column.place, ""), AS_JSON)
    return AS_JSON


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else ABSENT


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ABSENT
    try:
        number = float(value)
    except OverflowError:
        return ABSENT
    return number if math.isfinite(number) else ABSENT


def _whole(value: Any) -> Any:
    number = as_whole(value)
    is_whole = isinstance(number, int) and not isinstance(number, bool)
    return number if is_whole and -MOST_WHOLE <= number <= MOST_WHOLE else ABSENT


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else ABSENT


def _list_type(of: str) -> ColumnType:
    """Of values that have a type themselves; other lists are JSON."""
    if of not in TYPES:
        return AS_JSON
    inner = TYPES[of]

    def cast(value: Any) -> Any:
        if not isinstance(value, list):
            return ABSENT
        made = [None if one is None else inner.cast(one) for one in value]
        return ABSENT if ABSENT in made else made

    return ColumnType(lambda arrow: arrow.list_(inner.arrow(arrow)), f"a list, each entry {inner.words}", cast)


def _or_absent(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def cast(value: Any) -> Any:
        made = read(value)
        return ABSENT if made is None else made

    return cast


AS_JSON = ColumnType(lambda arrow: arrow.string(), "a text", cell_text, TEXTS)
TYPES: dict[str, ColumnType] = {
    FieldType.STRING: ColumnType(lambda arrow: arrow.string(), "a text", _text, TEXTS),
    FieldType.NUMBER: ColumnType(lambda arrow: arrow.float64(), "a number", _number),
    FieldType.INTEGER: ColumnType(lambda arrow: arrow.int64(), "a whole number of at most 64 bits", _whole),
    FieldType.BOOLEAN: ColumnType(lambda arrow: arrow.bool_(), "true or false", _boolean),
    FieldType.DATE: ColumnType(lambda arrow: arrow.date32(), "a date", _or_absent(date_of)),
    FieldType.DATE_TIME: ColumnType(
        lambda arrow: arrow.timestamp("us", tz="UTC"), "a date with time and offset", _or_absent(moment_of)
    ),
}
STORED_WHOLE = replace(TYPES[FieldType.INTEGER], as_they_are=frozenset((int, type(None))))
"""Of columns of the database, which have no larger ones."""
