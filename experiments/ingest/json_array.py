"""Read a JSON file: an array of objects, item by item, or objects on lines of their own."""

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from typing import Any

from experiments.core.choices import ErrorCode
from experiments.core.formatting import shorten
from experiments.ingest.dialect import SAMPLE_BYTES
from experiments.ingest.encoding import decoded_pieces, find_encoding
from experiments.ingest.encoding_offers import encoding_offers
from experiments.ingest.errors import FileTooLarge, Limits, RejectedFile
from experiments.ingest.jsonl import MAX_LEVELS, MAX_VALUES, JsonlTable, line_in_words, nested_too_deeply, parse_line
from experiments.ingest.options import ReadOptions
from experiments.ingest.packed import Source
from experiments.ingest.raw_record import line_breaks
from experiments.ingest.table import SHOWN_CHARS, Table, WarningLog

_SPACE = re.compile(r"[ \t\r\n]*+")
_TO_BRACKET = re.compile(r'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+', re.DOTALL)
_LIST_OF_OBJECTS = re.compile(r'"((?:[^"\\]|\\.)*+)"\s*:\s*\[\s*\{')
_CLOSING = {"{": "}", "[": "]"}


def open_json(path: Source, head: bytes, options: ReadOptions, limits: Limits, *, is_trial: bool = False) -> Table:
    """The table of a `.json` file: of an array, or of lines with an object each, which are often named so too."""
    try:
        encoding = find_encoding(head, options.encoding, replaces=options.bad_bytes == "replace")
        text = "".join(decoded_pieces(path, encoding, limit=SAMPLE_BYTES))
    except RejectedFile as error:
        if not is_trial:
            tried = partial(open_json, path, head, limits=limits, is_trial=True)
            error.offer(encoding_offers(error, options, tried), beside=options.given())
        raise
    if text.lstrip(" \t\r\n").startswith("{"):
        if not _is_lines(text):
            raise _one_object(text)
        return JsonlTable(path, head, options, limits, is_trial=is_trial)
    return JsonArrayTable(path, head, options, limits, is_trial=is_trial)


def _is_lines(text: str) -> bool:
    """Whether its first line is all of an object, and not one that holds the rows."""
    first, *others = [line for line in text.splitlines() if line.strip()]
    try:
        values = parse_line(first, 1, line_in_words)
    except RejectedFile:
        # One that is longer than what was looked at is a line too, if any.
        return bool(others) and others[0].lstrip().startswith("{") and first.rstrip().endswith("}")
    return bool(others) or not any(_is_list_of_objects(value) for value in values.values())


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _one_object(text: str) -> RejectedFile:
    inside = _LIST_OF_OBJECTS.search(text)
    where = f" The rows seem to be in “{shorten(inside[1], SHOWN_CHARS)}”." if inside else ""
    detail = f"This is one JSON object, not an array of them.{where} Save the array alone: [{{…}}, {{…}}]."
    return RejectedFile(detail, code=ErrorCode.NOT_AN_ARRAY, line=1)


class JsonArrayTable(JsonlTable):
    """A JSON file that is one array of objects. What is true of a line of JSON Lines is true of an item of it."""

    _item = 0
    _if_empty = "The array is empty."

    def _where(self, line: int) -> str:
        return f"Item {self._item:,} (line {line:,})"

    def _lines(self, log: WarningLog | None = None) -> Generator[tuple[int, str]]:
        """Line and text of each item."""
        self._item = 0
        with closing(decoded_pieces(self._path, self._encoding, log=log)) as pieces:
            for line, text in Items(pieces, self._limits):
                self._item += 1
                yield line, text


class Items:
    """Iterates over the objects of an array, as the line at which each begins and its text, which is not parsed yet.

    No more than one item is held, and a piece of the file.
    """

    def __init__(self, pieces: Iterator[str], limits: Limits) -> None:
        self._pieces = pieces
        self._limits = limits
        self._text = ""
        self._at = 0
        self._line = 1
        self._counted = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        if self._next_sign() != "[":
            raise self._error("one JSON array of objects is expected", code=ErrorCode.NOT_AN_ARRAY)
        self._at += 1
        sign = self._next_sign()
        while sign != "]":
            if sign != "{":
                code = ErrorCode.NOT_AN_OBJECT if sign and sign not in ",}:" else ErrorCode.BAD_JSON
                raise self._error("each item of the array has to be a JSON object", code=code)
            line = self._line
            yield line, self._object()
            sign = self._next_sign()
            if sign == ",":
                self._at += 1
                sign = self._next_sign()
                if sign == "]":
                    raise self._error("a comma without an item behind it")
            elif sign != "]":
                raise self._error("a comma or the end of the array is missing" if sign else "the array isn’t closed")
        self._at += 1
        if self._next_sign():
            raise self._error("text follows the end of the array")

    def _error(self, what: str, *, code: ErrorCode = ErrorCode.BAD_JSON) -> RejectedFile:
        return RejectedFile(f"Line {self._line:,}: {what}.", code=code, line=self._line)

    def _next_sign(self) -> str:
        """The next character that is no white space, at which the text is then; "" at the end of the file."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches the empty text
            self._count_lines()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_more(keep_from=self._at):
                return ""

    def _count_lines(self) -> None:
        self._line += line_breaks(self._text[self._counted : self._at])
        self._counted = self._at

    def _read_more(self, *, keep_from: int) -> bool:
        """Reads as much again as is kept, so that a long item is not looked at again and again."""
        parts, size = [self._text[keep_from:]], 0
        while size <= len(parts[0]) and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            size += len(piece)
        self._text = "".join(parts)
        self._at -= keep_from
        self._counted -= keep_from
        return size > 0

    def _object(self) -> str:
        """The text of the object that begins here, behind which the text is then."""
        start, open_brackets, opened = self._at, list[str](), 0
        while True:
            self._at = _TO_BRACKET.match(self._text, self._at).end()  # type: ignore[union-attr]
            sign = self._text[self._at : self._at + 1]
            # At a quote, a text is not closed within what was read.
            needs_more = sign in ("", '"')
            size = (len(self._text) if needs_more else self._at) - start
            if size > self._limits.max_row_chars:
                detail = f"Line {self._line:,}: the item is longer than {self._limits.max_row_chars:,} characters."
                raise FileTooLarge(detail, code=ErrorCode.ROW_TOO_LARGE, line=self._line)
            if needs_more:
                if not self._read_more(keep_from=start):
                    raise self._error("the item that begins here isn’t closed")
                start = 0
                continue
            self._at += 1
            if sign in _CLOSING:
                open_brackets.append(_CLOSING[sign])
                opened += 1
                if opened > MAX_VALUES:
                    detail = f"Line {self._line:,}: more than {MAX_VALUES:,} values in one object."
                    raise FileTooLarge(detail, code=ErrorCode.ROW_TOO_LARGE, line=self._line)
                if len(open_brackets) > MAX_LEVELS:
                    raise nested_too_deeply(self._line, f"Line {self._line:,}")
            elif sign != open_brackets.pop():
                raise self._error(f"a bracket doesn’t fit in the item that begins here: {sign}")
            if not open_brackets:
                text = self._text[start : self._at]
                self._count_lines()
                return text
