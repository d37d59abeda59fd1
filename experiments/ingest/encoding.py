"""Detect a file's encoding (byte-order mark, then strict UTF-8, else ask a person) and decode it piece by piece."""

import codecs
import io
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass

from experiments.core.choices import ErrorCode, WarningCode
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted
from experiments.ingest.encoding_names import short
from experiments.ingest.errors import RejectedFile
from experiments.ingest.guess import hints, preview, unmarked_utf16
from experiments.ingest.mixed import neighbors
from experiments.ingest.packed import Source
from experiments.ingest.raw_record import line_breaks
from experiments.ingest.table import WARNINGS_LISTED, WarningLog

PIECE_BYTES = 256 * 1024
PIECE_CHARS = 64 * 1024
"""What is made of so much text stays in a processor's cache."""
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python lists them as text encodings, but they are escapes and not character sets of files.
_NOT_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}
REPLACEMENT = "\ufffd"
# No decoder makes halves of surrogate pairs; U+FFFD itself may be in a file.
_FIRST_MARK = 0xDC00
_MARKED = re.compile("[\udc00-\udcff]")
_MARK_BAD_BYTES = "workbench.mark_bad_bytes"
# Two signs of ASCII, as one character (without kana, of which a text may consist); with a line end among them, few.
_PAIR = (
    "["
    + "".join(f"{chr(high * 256 + 0x20)}-{chr(high * 256 + 0x7E)}" for high in range(0x20, 0x7F) if high != 0x30)
    + "]"
)
_TWO_BYTES_EACH = re.compile(_PAIR + "{24,}|" + _PAIR + "{3,}[\u0a0d\u0d0a\u0a20-\u0a7e\u0d20-\u0d7e]")
# No text has three in a row: in UTF-16 at most two zero bytes meet.
_ZEROS = b"\0\0\0"


@dataclass(frozen=True, slots=True)
class Encoding:
    """`declared`: by a person or a byte-order mark; otherwise UTF-8 is only assumed. `replaces`: bytes that are not of
    the encoding become `REPLACEMENT`."""

    name: str
    declared: bool
    replaces: bool = False


def find_encoding(head: bytes, requested: str | None, *, replaces: bool = False) -> Encoding:
    """The encoding to read with. Raises `InvalidInput` for an unknown name, `RejectedFile` for unmarked UTF-16.

    UTF-16 by request without a byte-order mark is little-endian, unless the zero bytes tell otherwise.
    """
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if requested:
        name = check_encoding(requested)
        if name == "utf-16" and marked != name:
            name = unmarked_utf16(head) or "utf-16-le"
        return Encoding(name, declared=True, replaces=replaces)
    if marked:
        return Encoding(marked, declared=True, replaces=replaces)
    guess = unmarked_utf16(head)
    if guess:
        detail = f"The file is not UTF-8. It looks like {short(guess)} without a byte-order mark: choose the encoding."
        lines = preview(head, guess, first_line=1)
        raise RejectedFile(
            detail, code=ErrorCode.ENCODING, line=1, offset=0, guess=guess, preview=lines, alternatives=[]
        )
    return Encoding("utf-8", declared=False, replaces=replaces)


def check_encoding(requested: str) -> str:
    """Python's name of the encoding. Raises `InvalidInput` where it is unknown or not one of texts."""
    try:
        name = codecs.lookup(requested.strip()).name
        "".encode(name)
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError):
        name = ""
    if not name or name.replace("_", "-") in _NOT_CHARSETS:
        examples = "utf-8, utf-16, windows-1252, shift_jis"
        detail = f"{quoted(requested[:40])} is not an encoding that is known here. Examples: {examples}."
        raise InvalidInput(detail, code=ErrorCode.UNKNOWN_ENCODING, attr="encoding")
    return "utf-8" if name == "utf-8-sig" else name


def decoded_pieces(
    path: Source, encoding: Encoding, *, limit: int | None = None, log: WarningLog | None = None
) -> Generator[str]:
    """Decode the file, at most `limit` bytes of it, without its byte-order mark; no piece ends inside a CRLF.

    Raises `RejectedFile` at the first byte that is not of the encoding, with its line and offset, or has a warning for
    each in the log where they are replaced.
    """
    pieces = _pieces(path, encoding, limit=limit)
    return _with_replacements(pieces, encoding, log or WarningLog()) if encoding.replaces else pieces


def _with_replacements(pieces: Generator[str], encoding: Encoding, log: WarningLog) -> Generator[str]:
    line = 1
    with closing(pieces):
        for piece in pieces:
            if _MARKED.search(piece):
                for number, text in enumerate(io.StringIO(piece, newline=""), line):
                    _log_marked(_MARKED.findall(text), number, encoding, log)
                piece = _MARKED.sub(REPLACEMENT, piece)
            yield piece
            line += line_breaks(piece)


def _log_marked(marks: list[str], line: int, encoding: Encoding, log: WarningLog) -> None:
    # There may be millions, of which only the first ones are listed.
    listed = marks[: max(0, WARNINGS_LISTED - log.counts[WarningCode.REPLACED_BYTE])]
    for mark in listed:
        byte = f"0x{ord(mark) - _FIRST_MARK:02x}"
        detail = f"The byte {byte} isn’t valid {short(encoding.name)} and was replaced by {REPLACEMENT}."
        log.add(line, WarningCode.REPLACED_BYTE, detail)
    log.counts[WarningCode.REPLACED_BYTE] += len(marks) - len(listed)


def _mark(error: UnicodeError) -> tuple[str, int]:
    """In the place of a bad byte, or of the beginning of a character whose end is missing."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return chr(_FIRST_MARK + error.object[error.start]), error.end


codecs.register_error(_MARK_BAD_BYTES, _mark)


def _pieces(path: Source, encoding: Encoding, *, limit: int | None) -> Generator[str]:
    decoder = text_decoder(encoding)
    read, first, line = 0, True, 1
    with path.open("rb") as file:
        while True:
            raw = file.read(PIECE_BYTES if limit is None else min(PIECE_BYTES, limit - read))
            read += len(raw)
            at_end = not raw and (limit is None or read < limit)
            try:
                piece = decoder.decode(raw, final=at_end)
            except UnicodeDecodeError as error:
                offset = read - len(error.object) + error.start
                raise _bad_byte(path, encoding, error, offset) from error
            except UnicodeError as error:
                detail = f"The file is not {short(encoding.name)}: {error}."
                raise RejectedFile(detail, code=ErrorCode.BAD_BYTE, offset=0) from error
            if piece and encoding.name.startswith("utf-16"):
                _refuse_single_bytes(piece, line)
                line += line_breaks(piece)
            if piece:
                yield from _cut(piece.removeprefix("\ufeff") if first else piece)
                first = False
            if not raw:
                return


def _refuse_single_bytes(piece: str, line: int) -> None:
    """Where a program that knows no UTF-16 has added lines to the file, each two bytes of them are a character."""
    found = _TWO_BYTES_EACH.search(piece)
    if found:
        line += line_breaks(piece[: found.start()])
        detail = (
            f"The file has two encodings: UTF-16, and another one from line {line:,} on. Save the whole file as UTF-8."
        )
        raise RejectedFile(detail, code=ErrorCode.MIXED_ENCODINGS, line=line)


def _cut(piece: str) -> Iterator[str]:
    """Parts of `PIECE_CHARS` or one more; an empty text where the piece is empty."""
    start, end = 0, PIECE_CHARS
    while end < len(piece):
        end += piece[end - 1 : end + 1] == "\r\n"
        yield piece[start:end]
        start, end = end, end + PIECE_CHARS
    yield piece[start:] if start else piece


def text_decoder(encoding: Encoding) -> io.IncrementalNewlineDecoder:
    """Decodes piece by piece, translates nothing and never cuts between CR and LF."""
    errors = _MARK_BAD_BYTES if encoding.replaces else "strict"
    return io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding.name)(errors), translate=False)


def _bad_byte(path: Source, encoding: Encoding, error: UnicodeDecodeError, offset: int) -> RejectedFile:
    line = _line_of(path, encoding, offset)
    byte = f"0x{error.object[error.start]:02x}"
    if encoding.name != "utf-8":
        detail = f"Line {line}: the byte {byte} at offset {offset:,} is not valid {short(encoding.name)}."
        return RejectedFile(detail, code=ErrorCode.BAD_BYTE, line=line, offset=offset)
    zeros = error.object.find(_ZEROS)
    if zeros >= 0 and not encoding.declared:
        at = offset - error.start + zeros
        detail = f"This isn’t a CSV: it has binary data (zero bytes at offset {at:,}). Export it as CSV first."
        return RejectedFile(detail, code=ErrorCode.NOT_CSV, offset=at)
    around, help_to_choose = neighbors(path, line=line, offset=offset), hints(path, line=line, offset=offset)
    guess = help_to_choose["guess"]
    if not around.is_chance(guess) and (change := around.change()):
        looks = f" The other one looks like {short(guess)}." if guess else ""
        detail = f"The file has two encodings: {change}.{looks} Save the whole file as UTF-8."
        return RejectedFile(detail, code=ErrorCode.MIXED_ENCODINGS, line=line, offset=offset)
    if encoding.declared:
        detail = f"Line {line}: the byte {byte} at offset {offset:,} is not valid UTF-8."
        return RejectedFile(detail, code=ErrorCode.BAD_BYTE, line=line, offset=offset)
    if (around.good and not around.is_chance(guess)) or around.is_first_bad_mostly_utf8:
        detail = f"Line {line}: the byte {byte} at offset {offset:,} is damaged; the file is UTF-8 elsewhere."
        return RejectedFile(detail, code=ErrorCode.BAD_BYTE, line=line, offset=offset, **help_to_choose)
    looks = f" It looks like {short(guess)}." if guess else ""
    detail = f"The file is not UTF-8 (line {line}, byte {byte} at offset {offset:,}).{looks} Choose the encoding."
    return RejectedFile(detail, code=ErrorCode.ENCODING, line=line, offset=offset, **help_to_choose)


def _line_of(path: Source, encoding: Encoding, offset: int) -> int:
    """The physical line of a byte, from 1. Reads the file again up to it, once, when it is rejected."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding.name)("ignore"), translate=True)
    line, left = 1, offset
    with path.open("rb") as file:
        while left > 0 and (raw := file.read(min(PIECE_BYTES, left))):
            left -= len(raw)
            line += decoder.decode(raw, final=left <= 0).count("\n")
    return line
