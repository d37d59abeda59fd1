"""Read JSON Lines (https://jsonlines.org): one object a line, the keys of the first, or of all, are the columns."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from typing import Any

from experiments.core.choices import ErrorCode, WarningCode
from experiments.core.formatting import shorten
from experiments.core.json_text import is_storable, read_within
from experiments.ingest.dialect import line_end_of
from experiments.ingest.encoding import decoded_pieces, find_encoding
from experiments.ingest.encoding_offers import encoding_offers
from experiments.ingest.errors import FileTooLarge, Limits, RejectedFile
from experiments.ingest.options import ReadOptions
from experiments.ingest.packed import Source
from experiments.ingest.records import line_chunks
from experiments.ingest.table import SHOWN_CHARS, Column, Table, WarningLog, name_columns

LONG_LINE = 256 * 1024
MAX_LEVELS = 250
"""Of one line, which is written again as text: each level takes a call or two of the interpreter's thousand."""
MAX_VALUES = 500_000
"""In one line. A list or an object takes thirty times the memory of its text."""
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{,]')


class _Number(str):
    """A number as it is written in the file: 1.10 stays 1.10, and any number of digits can be read."""

    __slots__ = ()


class _DuplicateKey(ValueError):
    pass


def line_in_words(line: int) -> str:
    """For the beginning of a sentence."""
    return f"Line {line}"


class JsonlTable(Table):
    """A JSON Lines file. Texts are taken verbatim, null is empty text, other values are compact JSON text.

    Where the columns are the keys of the first object (`options.keys`), a later object without some of
    them gets a warning.
    """

    delimiter = None
    _if_empty = "The file holds only blank lines."

    def __init__(
        self, path: Source, head: bytes, options: ReadOptions, limits: Limits, *, is_trial: bool = False
    ) -> None:
        self._try = None if is_trial else partial(type(self), path, head, limits=limits, is_trial=True)
        self._chosen = options
        with self._offering():
            self._open(path, head, options, limits)

    @contextmanager
    def _offering(self) -> Iterator[None]:
        """A refusal for the encoding comes with what would read the file, unless this is one of the trials."""
        try:
            yield
        except RejectedFile as error:
            if self._try is not None:
                error.offer(encoding_offers(error, self._chosen, self._try), beside=self._chosen.given())
            raise

    def _open(self, path: Source, head: bytes, options: ReadOptions, limits: Limits) -> None:
        encoding = find_encoding(head, options.encoding, replaces=options.bad_bytes == "replace")
        self._path = path
        self._encoding = encoding
        self._limits = limits
        self.log = WarningLog()
        self.encoding = encoding.name
        self.options = {"encoding": encoding.name, "bad_bytes": options.bad_bytes}
        self._row_count = self._line = 0
        self.line_end, self.columns = self._read_columns(all_lines=options.keys == "all")
        self._keys = [column.header for column in self.columns]
        self._known = set(self._keys)
        self._warns_of_missing_keys = options.keys == "first"

    @property
    def row_count(self) -> int:
        return self._row_count

    @property
    def line(self) -> int:
        return self._line

    def _lines(self, log: WarningLog | None = None) -> Generator[tuple[int, str]]:
        """Number and text of each line."""
        number, longest = 0, self._limits.max_row_chars
        with closing(decoded_pieces(self._path, self._encoding, log=log)) as pieces:
            for chunk in line_chunks(pieces, max_line=longest):
                for line in io.StringIO(chunk, newline=""):
                    number += 1
                    if len(line) > longest:
                        detail = f"Line {number} is longer than {longest:,} characters."
                        raise FileTooLarge(detail, code=ErrorCode.ROW_TOO_LARGE, line=number)
                    yield number, line

    def _read_columns(self, *, all_lines: bool) -> tuple[str, tuple[Column, ...]]:
        first, line_end, keys = 0, "\n", dict[str, None]()
        with closing(self._lines()) as lines:
            filled = ((number, line) for number, line in lines if line.strip())
            for number, line in filled if all_lines else islice(filled, 1):
                if not first:
                    first, line_end = number, line_end_of(line) or "\n"
                new = [key for key in self._parse(line, number) if key not in keys]
                if len(keys) + len(new) > self._limits.max_columns:
                    raise self._limits.too_many_columns(number)
                self._check_cells(new, number)
                keys.update(dict.fromkeys(new))
        if not first:
            raise RejectedFile(self._if_empty, code=ErrorCode.EMPTY_FILE)
        if not keys:
            raise RejectedFile(f"Line {first}: the first object has no keys.", code=ErrorCode.NO_COLUMNS, line=first)
        self.header_line = first
        return line_end, name_columns(list(keys))

    def rows(self) -> Generator[list[str]]:
        self.log = log = WarningLog()
        self._row_count = 0
        log.add_names(self.columns, self.header_line)
        with self._offering(), closing(self._lines(log)) as lines:
            for number, line in lines:
                if not line.strip():
                    log.add(number, WarningCode.BLANK_LINE, "A blank line was left out.")
                    continue
                cells = self._cells(line, number)
                if self._row_count >= self._limits.max_rows:
                    raise self._limits.too_many_rows(number)
                self._row_count += 1
                self._line = number
                yield cells

    def _where(self, line: int) -> str:
        return line_in_words(line)

    def _parse(self, line: str, number: int) -> dict[str, Any]:
        return parse_line(line, number, self._where)

    def _cells(self, line: str, number: int) -> list[str]:
        values = self._parse(line, number)
        if not values.keys() <= self._known:
            unknown = shorten(next(key for key in values if key not in self._known), SHOWN_CHARS)
            known = "the columns, which are the keys of the first object"
            detail = f"{self._where(number)}: the key “{unknown}” is not among {known}."
            raise RejectedFile(detail, code=ErrorCode.UNKNOWN_KEY, line=number)
        if self._warns_of_missing_keys and len(values) < len(self.columns):
            missing = next(column.header for column in self.columns if column.header not in values)
            name = shorten(missing, SHOWN_CHARS)
            detail = f"{self._where(number)} has no key “{name}”, which the first object has; its cell is empty."
            self.log.add(number, WarningCode.MISSING_KEY, detail)
        try:
            # Most are texts, which need no call.
            found = map(values.get, self._keys)
            cells = [value if type(value) is str else cell_of(value) for value in found]
        except RecursionError as error:
            raise nested_too_deeply(number, self._where(number)) from error
        if "\\" in line or len(line) > self._limits.max_cell_chars:
            self._check_cells(cells, number)
        return cells

    def _check_cells(self, cells: Iterable[str], line: int) -> None:
        """Reject what is too large, and what only an escape can bring in: NUL and half of a surrogate pair."""
        for number, cell in enumerate(cells, start=1):
            if len(cell) > self._limits.max_cell_chars:
                raise self._limits.cell_too_large(line, number)
            if is_storable(cell):
                continue
            if "\0" in cell:
                what, code = "a NUL character, which text does not have", ErrorCode.NUL
            else:
                what, code = "half of a surrogate pair, which isn’t a character", ErrorCode.LONE_SURROGATE
            raise RejectedFile(f"{self._where(line)}, column {number}: {what}.", code=code, line=line, column=number)


def parse_line(line: str, number: int, where: Callable[[int], str]) -> dict[str, Any]:
    """The object of one line; numbers as their text. Raises `RejectedFile`, whose sentence begins with its `where`.

    Not `json_text.parse`, which reads numbers: here each stays as it is written.
    """
    if len(line) > LONG_LINE and next(islice(_VALUE.finditer(line), MAX_VALUES, None), None):
        detail = f"{where(number)}: more than {MAX_VALUES:,} values in one object."
        raise FileTooLarge(detail, code=ErrorCode.ROW_TOO_LARGE, line=number)
    try:
        value = read_within(line, _DECODER.decode(line), MAX_LEVELS)
    except json.JSONDecodeError as error:
        detail = f"{where(number)}: this is not JSON ({error.msg} at character {error.pos + 1})."
        raise RejectedFile(detail, code=ErrorCode.BAD_JSON, line=number, char=error.pos + 1) from error
    except _DuplicateKey as error:
        detail = f"{where(number)}: the key “{shorten(str(error), SHOWN_CHARS)}” is there twice in one object."
        raise RejectedFile(detail, code=ErrorCode.DUPLICATE_KEY, line=number) from error
    except RecursionError as error:
        raise nested_too_deeply(number, where(number)) from error
    except ValueError as error:
        detail = f"{where(number)}: this is not JSON ({error})."
        raise RejectedFile(detail, code=ErrorCode.BAD_JSON, line=number) from error
    if not isinstance(value, dict):
        detail = f"{where(number)}: one JSON object is expected on each line."
        raise RejectedFile(detail, code=ErrorCode.NOT_AN_OBJECT, line=number)
    return value


def nested_too_deeply(line: int, where: str) -> RejectedFile:
    return RejectedFile(f"{where}: the JSON is nested too deep to be read.", code=ErrorCode.BAD_JSON, line=line)


def cell_of(value: Any) -> str:
    """The text of a value: verbatim, "" for null, otherwise compact JSON."""
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else compact_json(value)


def compact_json(value: Any) -> str:
    """JSON text without spaces, numbers as they were written."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{compact_json(key)}:{compact_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _DuplicateKey(next(key for key, times in counts.items() if times > 1))
    return made


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} isn’t a JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_keys, parse_float=_Number, parse_int=_Number, parse_constant=_refuse_constant
)
