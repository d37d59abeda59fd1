"""Read JSON Lines (https://jsonlines.org): one object a line, the keys of the first, or of all, are the columns."""

import io
import json
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from experiments.ingest.dialect import line_end_of
from experiments.ingest.encoding import Encoding, decoded_pieces
from experiments.ingest.records import cell_too_large, line_chunks, too_many_columns
from experiments.ingest.table import (
    SPLIT,
    Column,
    FileTooLarge,
    Limits,
    RejectedFile,
    Table,
    Warning_,
    WarningLog,
    name_columns,
    shortened,
)

LONG_LINE = 256 * 1024
MAX_VALUES = 500_000
"""In one line. A list or an object takes thirty times the memory of its text."""
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{,]')


class _Number(str):
    """A number as it is written in the file: 1.10 stays 1.10, and 5,000 digits are no trouble."""

    __slots__ = ()


class _DuplicateKey(ValueError):
    pass


class JsonlTable(Table):
    """A JSON Lines file. Texts are taken verbatim, null is empty text, other values are compact JSON text.

    Where the columns are the keys of the first object (`keys`), a later one that lacks some is warned of.
    """

    delimiter = None

    def __init__(
        self, path: Path, encoding: Encoding, limits: Limits, *, keys: Literal["first", "all"] = "first"
    ) -> None:
        self._path = path
        self._encoding = encoding
        self._limits = limits
        self._log = WarningLog()
        self.encoding = encoding.name
        self.row_count = self._line = 0
        self.line_end, self.columns = self._read_columns(all_lines=keys == "all")
        self._known = {column.header for column in self.columns}
        self._is_complete = keys == "first"

    @property
    def line(self) -> int:
        return self._line

    @property
    def warnings(self) -> list[Warning_]:
        return self._log.listed()

    @property
    def warning_counts(self) -> dict[str, int]:
        return dict(self._log.counts)

    def _lines(self) -> Generator[tuple[int, str]]:
        number, longest = 0, self._limits.max_row_chars
        with closing(decoded_pieces(self._path, self._encoding)) as pieces:
            for line in chain.from_iterable(_split(line_chunks(pieces, max_line=longest))):
                number += 1
                if len(line) > longest:
                    detail = f"Line {number} is longer than {longest:,} characters."
                    raise FileTooLarge(detail, code="row_too_large", line=number)
                yield number, line

    def _read_columns(self, *, all_lines: bool) -> tuple[str, tuple[Column, ...]]:
        first, line_end, keys = 0, "\n", dict[str, None]()
        with closing(self._lines()) as lines:
            filled = ((number, line) for number, line in lines if line.strip())
            for number, line in filled if all_lines else islice(filled, 1):
                if not first:
                    first, line_end = number, line_end_of(line) or "\n"
                self._take_keys(keys, [key for key in parse_line(line, number) if key not in keys], number)
        if not first:
            raise RejectedFile("The file holds only blank lines.", code="empty_file")
        if not keys:
            raise RejectedFile(f"Line {first}: the first object has no keys.", code="no_columns", line=first)
        self.header_line = first
        return line_end, name_columns(list(keys))

    def _take_keys(self, keys: dict[str, None], new: list[str], line: int) -> None:
        if len(keys) + len(new) > self._limits.max_columns:
            raise too_many_columns(line, self._limits)
        self._check_cells(new, line)
        keys.update(dict.fromkeys(new))

    def rows(self) -> Generator[list[str]]:
        self._log = log = WarningLog()
        self.row_count = 0
        log.add_names(self.columns, self.header_line)
        with closing(self._lines()) as lines:
            for number, line in lines:
                if not line.strip():
                    log.add(number, "blank_line", "A blank line was left out.")
                    continue
                cells = self._cells(line, number)
                if self.row_count >= self._limits.max_rows:
                    most = f"{self._limits.max_rows:,} rows, the most that are taken"
                    detail = f"Line {number}: the file has more than {most}. {SPLIT}"
                    raise FileTooLarge(detail, code="too_many_rows", line=number)
                self.row_count += 1
                self._line = number
                yield cells

    def _cells(self, line: str, number: int) -> list[str]:
        values = parse_line(line, number)
        if not values.keys() <= self._known:
            raise _unknown_key(values, self._known, number)
        if self._is_complete and len(values) < len(self.columns):
            missing = next(column.header for column in self.columns if column.header not in values)
            detail = f"Line {number} has no key “{shortened(missing)}”, which the first object has; its cell is empty."
            self._log.add(number, "missing_key", detail)
        try:
            cells = [_cell(values.get(column.header)) for column in self.columns]
        except RecursionError as error:
            raise _too_deep(number) from error
        if "\\" in line or len(line) > self._limits.max_cell_chars:
            self._check_cells(cells, number)
        return cells

    def _check_cells(self, cells: Iterable[str], line: int) -> None:
        """Refuse what only an escape can bring in (NUL, half a surrogate pair) and what is too large."""
        for number, cell in enumerate(cells, start=1):
            if len(cell) > self._limits.max_cell_chars:
                raise cell_too_large(line, number, self._limits)
            if "\0" in cell:
                detail = f"Line {line}, column {number}: a NUL character, which text does not have."
                raise RejectedFile(detail, code="nul", line=line, column=number)
            if not _is_encodable(cell):
                detail = f"Line {line}, column {number}: half of a surrogate pair, which is no character."
                raise RejectedFile(detail, code="lone_surrogate", line=line, column=number)


def _split(chunks: Iterable[str]) -> Iterator[Iterable[str]]:
    for chunk in chunks:
        yield io.StringIO(chunk, newline="")


def parse_line(line: str, number: int) -> dict[str, Any]:
    """The object of one line; numbers as their text. Raises `RejectedFile`."""
    if len(line) > LONG_LINE and next(islice(_VALUE.finditer(line), MAX_VALUES, None), None):
        detail = f"Line {number}: more than {MAX_VALUES:,} values in one object."
        raise FileTooLarge(detail, code="row_too_large", line=number)
    try:
        value = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        detail = f"Line {number}: this is not JSON ({error.msg} at character {error.pos + 1})."
        raise RejectedFile(detail, code="bad_json", line=number, char=error.pos + 1) from error
    except _DuplicateKey as error:
        detail = f"Line {number}: the key “{shortened(str(error))}” is there twice in one object."
        raise RejectedFile(detail, code="duplicate_key", line=number) from error
    except RecursionError as error:
        raise _too_deep(number) from error
    except ValueError as error:
        raise RejectedFile(f"Line {number}: this is not JSON ({error}).", code="bad_json", line=number) from error
    if not isinstance(value, dict):
        detail = f"Line {number}: one JSON object is expected on each line."
        raise RejectedFile(detail, code="not_an_object", line=number)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _DuplicateKey(next(key for key, times in counts.items() if times > 1))
    return made


def _too_deep(line: int) -> RejectedFile:
    detail = f"Line {line}: the JSON is nested too deep to be read."
    return RejectedFile(detail, code="bad_json", line=line)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_Number, parse_int=_Number, parse_constant=_refuse_constant
)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else _compact(value)


def _compact(value: Any) -> str:
    """JSON text without spaces, numbers as they were written."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_compact(key)}:{_compact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _unknown_key(values: dict[str, Any], known: set[str], line: int) -> RejectedFile:
    key = next(key for key in values if key not in known)
    detail = (
        f"Line {line}: the key “{shortened(key)}” is not among the columns, which are the keys of the first object."
    )
    return RejectedFile(detail, code="unknown_key", line=line)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
