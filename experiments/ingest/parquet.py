"""Read Parquet by pyarrow, batch by batch, each value as text.

Numbers are written in full, dates and times as ISO 8601 (those with a zone in UTC), booleans as `true` and `false`,
lists and structures as JSON, missing values as empty text. Bytes that are no text are refused: nothing reads them.
"""

import base64
import importlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted, shorten
from experiments.core.json_numbers import to_json
from experiments.ingest.errors import SPLIT, FileTooLarge, Limits, RejectedFile
from experiments.ingest.options import ReadOptions
from experiments.ingest.table import SHOWN_CHARS, Table, WarningLog, name_columns

MOST_BATCH_ROWS = 1000
BATCH_BYTES = 256 * 1024**2
"""What a batch may take where a file repeats its longest texts in every row."""
LOOKED_THROUGH_BYTES = 4 * 1024**2
"""Of repeated texts, for the longest one."""
BUFFER_BYTES = 64 * 1024
_MAGIC = b"PAR1"
_ENCRYPTED_MAGIC = b"PARE"
_THRIFT_BYTES = 16 * 1024**2
_DICTIONARY_PAGE = 2
_NEXT_INTEGER = 0x15
_FIXED = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}
_AS_TEXT = ("int", "uint", "float", "double", "halffloat", "decimal", "bool", "string", "large_string", "string_view")
Cells = Callable[[Any], list[str]]
"""The texts of a column of a batch."""


class ParquetTable(Table):
    """A Parquet file. A row's `line` is its number, from 1."""

    delimiter = None
    encoding = "utf-8"
    line_end = "\n"
    header_line = 1

    def __init__(self, path: Path, head: bytes, options: ReadOptions, limits: Limits) -> None:
        if head.startswith(_ENCRYPTED_MAGIC):
            raise _bad("The Parquet file is encrypted. Save it without encryption.")
        if not head.startswith(_MAGIC):
            raise _bad("This isn’t a Parquet file, although its name ends like one.")
        self._arrow, self._parquet = _libraries()
        self._path, self._limits = path, limits
        self._row_count = 0
        self.log = WarningLog()
        self.options = {}
        with self._file() as file:
            self._check_size(file.metadata)
            schema = file.schema_arrow
            if len(schema) > limits.max_columns:
                raise limits.too_many_columns(1)
            if not len(schema):
                raise RejectedFile("The Parquet file has no columns.", code=ErrorCode.NO_COLUMNS)
            self.columns = name_columns(list(schema.names))
            self._cells = [self._cells_of(field) for field in schema]
            self.batch_rows = self._batch_rows(file.metadata)

    @property
    def row_count(self) -> int:
        return self._row_count

    @property
    def line(self) -> int:
        return self._row_count

    @contextmanager
    def _file(self, read_dictionary: Sequence[str] = ()) -> Iterator[Any]:
        try:
            with self._parquet.ParquetFile(
                self._path,
                read_dictionary=list(read_dictionary),
                buffer_size=BUFFER_BYTES,
                pre_buffer=False,
                thrift_string_size_limit=_THRIFT_BYTES,
                thrift_container_size_limit=_THRIFT_BYTES,
            ) as file:
                yield file
        except (self._arrow.ArrowException, OSError, ValueError, OverflowError, KeyError) as error:
            why = shorten(" ".join(str(error).split()), 200)
            raise _bad(f"The Parquet file is damaged, or of a kind that isn’t read: {why}") from error

    def _check_size(self, metadata: Any) -> None:
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        size, most = sum(max(group.total_byte_size, 0) for group in groups), self._limits.max_bytes
        if size > most:
            detail = f"Unpacked, the Parquet file has {size:,} bytes. The limit is {most:,}. {SPLIT}"
            raise FileTooLarge(detail, code=ErrorCode.FILE_TOO_LARGE)
        if metadata.num_rows > self._limits.max_rows:
            raise self._limits.too_many_rows(self._limits.max_rows + 1)

    def _batch_rows(self, metadata: Any) -> int:
        """A column that repeats its texts has each of them once, in the page before all others, and each row of a batch
        may have the longest: as many rows as such texts leave room for."""
        largest = 1
        with self._path.open("rb") as file:
            for number in range(metadata.num_row_groups):
                group = metadata.row_group(number)
                chunks = [group.column(at) for at in range(group.num_columns)]
                sizes = [_dictionary_bytes(file, chunk) for chunk in chunks]
                if sum(sizes) * MOST_BATCH_ROWS > BATCH_BYTES:
                    sizes = [self._longest_bytes(number, *one) for one in zip(chunks, sizes, strict=True)]
                largest = max(largest, sum(sizes))
        return max(1, min(MOST_BATCH_ROWS, BATCH_BYTES // largest))

    def _longest_bytes(self, group: int, chunk: Any, size: int) -> int:
        """What a row may take of such a page of `size` bytes: its longest text, or all of it where nobody looks."""
        if chunk.physical_type in _FIXED:
            return _FIXED[chunk.physical_type]
        name = chunk.path_in_schema
        # A list has many of the texts; a large page is not unpacked for this.
        if not size or size > LOOKED_THROUGH_BYTES or "." in name:
            return size
        with self._file([name]) as file:
            batch = next(file.iter_batches(1, row_groups=[group], columns=[name], use_threads=False))
            compute = importlib.import_module("pyarrow.compute")
            return max(compute.max(compute.binary_length(column.dictionary)).as_py() or 1 for column in batch.columns)

    def _cells_of(self, field: Any) -> Cells:
        kind = str(field.type)
        if _is_binary(kind):
            detail = f"The column {quoted(shorten(field.name, SHOWN_CHARS))} holds bytes, not text. Leave it out."
            raise RejectedFile(detail, code=ErrorCode.NOT_TEXT)
        if kind.startswith("timestamp"):
            return self._timestamps
        if kind.startswith(_AS_TEXT):
            return self._texts
        return _values

    def _texts(self, column: Any) -> list[str]:
        texts = column.cast(self._arrow.string()).to_pylist()
        return [text or "" for text in texts] if column.null_count else texts

    def _timestamps(self, column: Any) -> list[str]:
        if column.type.tz:
            column = column.cast(self._arrow.timestamp(column.type.unit, "UTC"))
        texts = column.cast(self._arrow.string()).to_pylist()
        return ["" if text is None else _iso(text) for text in texts]

    def rows(self) -> Generator[list[str]]:
        self.log = log = WarningLog()
        log.add_names(self.columns, self.header_line)
        self._row_count = 0
        with self._file() as file:
            for batch in file.iter_batches(batch_size=self.batch_rows, use_threads=False):
                columns = [cells(column) for cells, column in zip(self._cells, batch.columns, strict=True)]
                is_checked = self._is_right(columns)
                for row in map(list, zip(*columns, strict=True)):
                    if self._row_count >= self._limits.max_rows:
                        raise self._limits.too_many_rows(self._row_count + 1)
                    self._row_count += 1
                    if not is_checked:
                        self._check(row)
                    yield row
        if not self._row_count:
            raise RejectedFile("The Parquet file has no rows.", code=ErrorCode.NO_ROWS)

    def _is_right(self, columns: list[list[str]]) -> bool:
        """Whether no row can have anything that `_check` finds: all of them have less than one cell may have."""
        left = min(self._limits.max_cell_chars, self._limits.max_row_chars)
        for text in map("".join, columns):
            left -= len(text)
            if left < 0 or "\0" in text:
                return False
        return True

    def _check(self, row: list[str]) -> None:
        text = "".join(row)
        if len(text) > self._limits.max_row_chars:
            detail = f"Line {self.line} has more than {self._limits.max_row_chars:,} characters. Shorten its cells."
            raise FileTooLarge(detail, code=ErrorCode.ROW_TOO_LARGE, line=self.line)
        if len(text) > self._limits.max_cell_chars or "\0" in text:
            for number, cell in enumerate(row, start=1):
                if len(cell) > self._limits.max_cell_chars:
                    raise self._limits.cell_too_large(self.line, number)
                if "\0" in cell:
                    detail = f"Line {self.line}, column {number}: the text has a zero byte, which cannot be stored."
                    raise RejectedFile(detail, code=ErrorCode.NUL, line=self.line, column=number)


def _bad(detail: str) -> RejectedFile:
    return RejectedFile(detail if detail.endswith(".") else f"{detail}.", code=ErrorCode.BAD_PARQUET)


def _libraries() -> tuple[Any, Any]:
    """pyarrow and its module of Parquet. Its own allocator keeps what it once had: the system's gives it back."""
    try:
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        detail = (
            "This site can’t read Parquet: pyarrow isn’t installed. Save the file as CSV, or ask an administrator to"
        )
        detail += " run `uv sync --extra parquet`."
        raise InvalidInput(detail, code=ErrorCode.NO_LIBRARY, attr="file") from error
    arrow.set_memory_pool(arrow.system_memory_pool())
    return arrow, parquet


def _dictionary_bytes(file: BinaryIO, chunk: Any) -> int:
    """The unpacked size of its dictionary page, which is the first; 0 where it has none.

    The page's header is a struct of Thrift's compact protocol: its first fields are type and size, each a byte that
    says so and a number of seven bits a byte, the lowest first, the sign in the last bit.
    """
    starts = [chunk.data_page_offset, chunk.dictionary_page_offset if chunk.has_dictionary_page else None]
    file.seek(max(0, min(start for start in starts if start is not None)))
    header, numbers, at = file.read(16), list[int](), 0
    while len(numbers) < 2 and at < len(header) and header[at] == _NEXT_INTEGER:
        number = shift = 0
        more = True
        while more and (at := at + 1) < len(header):
            number |= (header[at] & 0x7F) << shift
            shift, more = shift + 7, header[at] >= 0x80
        at += 1
        numbers.append(number >> 1)
    return numbers[1] if len(numbers) == 2 and numbers[0] == _DICTIONARY_PAGE else 0


def _is_binary(kind: str) -> bool:
    return kind.startswith(("binary", "large_binary", "fixed_size_binary"))


def _iso(text: str) -> str:
    """`2026-11-27T09:05:00Z`, with as many digits of a second as it has."""
    zone = "Z" if text.endswith("Z") else ""
    day, _, clock = text.removesuffix("Z").partition(" ")
    return f"{day}T{clock.rstrip('0').rstrip('.') if '.' in clock else clock}{zone}"


def _values(column: Any) -> list[str]:
    """Of any other type."""
    return ["" if value is None else _as_text(value) for value in column.to_pylist()]


def _as_text(value: Any) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else to_json(plain)


def _plain(value: Any) -> Any:
    """As JSON has it: a map is a list of pairs, bytes are in Base64, a duration is in seconds."""
    match value:
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case datetime() | date() | time():
            return value.isoformat().replace("+00:00", "Z")
        case timedelta():
            return value.total_seconds()
        case bytes():
            return base64.b64encode(value).decode()
        case Decimal() | str() | int() | float() | None:
            return value
        case _:
            return str(value)
