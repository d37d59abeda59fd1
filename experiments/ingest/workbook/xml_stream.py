"""XML as a stream: what a part holds is handed over piece by piece, and nothing of it is kept.

A tree, also one that is cleared on the way, keeps an element for every row. Document types, and with them entities, are
refused: no workbook needs one.
"""

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat  # a stream of events; what it would expand is refused below

from experiments.core.choices import ErrorCode
from experiments.ingest.errors import FileTooLarge, Limits
from experiments.ingest.workbook.parts import Part, damaged

CHUNK = 64 * 1024
MOST_TOKEN = 4 * 1024**2
"""Bytes of a single tag; the parser would hold all of it."""
MOST_LEVELS = 200
MOST_NAMES = 20_000
"""Different names of elements and attributes; the parser keeps each."""


class XmlHandler:
    """What to do with the elements of a part. Names are `namespace local`, or `local` where there is none.

    `level` is how deep the elements are that are open: `start` and `end` keep it, for `feed` to look at.
    """

    level = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.level += 1

    def end(self, name: str) -> None:
        self.level -= 1

    def text(self, data: str) -> None: ...


def local_name(name: str) -> str:
    return name.rpartition(" ")[2]


class _Refused(Exception):
    """Raised inside of the parser, which hands it on."""


def feed(part: Part, handler: XmlHandler, piece_bytes: int = CHUNK) -> Iterator[None]:
    """Parses the part; yields after each piece, so that what the handler has gathered can be taken."""
    names: dict[str, str] = {}
    parser = expat.ParserCreate(namespace_separator=" ", intern=names)
    parser.buffer_text = True
    parser.buffer_size = CHUNK

    def refuse_document_type(*_: Any) -> None:
        raise _Refused(f"{part.name} declares a document type, which no workbook needs")

    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = refuse_document_type
    parsed = 0
    try:
        while chunk := part.read(piece_bytes):
            parsed += len(chunk)
            parser.Parse(chunk, False)
            # A piece is too short for more levels than the memory has room for.
            if handler.level > MOST_LEVELS:
                raise _Refused(f"the elements of {part.name} are more than {MOST_LEVELS} levels deep")
            if len(names) > MOST_NAMES:
                raise _Refused(f"{part.name} has more than {MOST_NAMES:,} names of elements")
            if parsed - parser.CurrentByteIndex > MOST_TOKEN:
                raise _Refused(f"{part.name} has a tag of more than {MOST_TOKEN:,} bytes")
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise damaged(f"{part.name}, line {error.lineno}: {expat.ErrorString(error.code)}") from error
    except (_Refused, UnicodeDecodeError, LookupError) as error:
        raise damaged(str(error)) from error


def read_part(part: Part, handler: XmlHandler) -> None:
    """The whole part."""
    for _ in feed(part, handler):
        pass


class TextHandler(XmlHandler):
    """Collects the text of a cell, out of its runs, and never more of it than a cell may have."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.max_cell_chars
        self.taking = False
        self.taken = ""

    def text(self, data: str) -> None:
        if self.taking:
            # Nearly always in one piece.
            self.taken = self.taken + data if self.taken else data
            if len(self.taken) > self._most:
                detail = f"A cell has more than {self._most:,} characters, the limit. Shorten it."
                raise FileTooLarge(detail, code=ErrorCode.CELL_TOO_LARGE)
