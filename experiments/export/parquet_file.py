"""An export as Parquet: each column of an answer has the type of its field, cells of the file are text.

What has no type of its own there (objects, lists of them) is JSON. The library is large and not installed everywhere.
"""

import importlib
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
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
WHOLE = frozenset(("elapsed_ms", "attempts", "row_index", "input_tokens", "output_tokens", "version", ITEM_INDEX))
MOST_WHOLE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ColumnType:
    """`words` name what a value has to be; `cast` gives it, or `ABSENT` where it is something else."""

    arrow: Callable[[Any], Any]
    words: str
    cast: Callable[[Any], Any]


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
    lines_in, casts = lines_of(layout, columns), [one.cast for one in types]
    group: list[list[Any]] = [[] for _ in columns]
    size = lines = 0
    for row in rows:
        for values in lines_in(row):
            for place, (value, cast, to) in enumerate(zip(values, casts, group, strict=True)):
                if value is None or value is ABSENT:
                    to.append(None)
                    continue
                made = cast(value)
                if made is ABSENT:
                    raise _mismatch(row, columns[place], types[place], value)
                to.append(made)
                size += len(made) if isinstance(made, str) else 8
            lines += 1
        if lines >= GROUP_ROWS or size > GROUP_CHARACTERS:
            yield group
            group = [[] for _ in columns]
            size = lines = 0
    if lines:
        yield group


def _mismatch(row: ExportRow, column: ExportColumn, wanted: ColumnType, value: Any) -> InvalidInput:
    return InvalidInput(
        f"Row {row.row_index} has {quoted(shorten(cell_text(value), 60))} in {quoted(column.name)}, which is not "
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
        return TYPES[FieldType.INTEGER]
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

    return ColumnType(lambda arrow: arrow.list_(inner.arrow(arrow)), f"a list, each of it {inner.words}", cast)


def _or_absent(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def cast(value: Any) -> Any:
        made = read(value)
        return ABSENT if made is None else made

    return cast


AS_JSON = ColumnType(lambda arrow: arrow.string(), "a text", cell_text)
TYPES: dict[str, ColumnType] = {
    FieldType.STRING: ColumnType(lambda arrow: arrow.string(), "a text", _text),
    FieldType.NUMBER: ColumnType(lambda arrow: arrow.float64(), "a number", _number),
    FieldType.INTEGER: ColumnType(lambda arrow: arrow.int64(), "a whole number of at most 64 bits", _whole),
    FieldType.BOOLEAN: ColumnType(lambda arrow: arrow.bool_(), "true or false", _boolean),
    FieldType.DATE: ColumnType(lambda arrow: arrow.date32(), "a date", _or_absent(date_of)),
    FieldType.DATE_TIME: ColumnType(
        lambda arrow: arrow.timestamp("us", tz="UTC"), "a date with time and offset", _or_absent(moment_of)
    ),
}
