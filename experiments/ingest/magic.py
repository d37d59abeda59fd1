"""Recognize files of other formats by their first bytes, so that the error can say what the file is and what to do."""

import codecs
import json
import re
from dataclasses import dataclass

from experiments.core.choices import ErrorCode
from experiments.ingest.errors import RejectedFile

_AS_CSV = "Save it as CSV."
_EXPORT = "Export the table in it as CSV."


def _named(suffix: str, otherwise: str = "unpack it") -> str:
    return f"Rename the file so that its name ends with {suffix}, or {otherwise}."


@dataclass(frozen=True, slots=True)
class OtherFormat:
    """`kind` has an article; `advice` is a sentence."""

    kind: str
    advice: str


# Signatures as in the formats' own specifications (APPNOTE.TXT for ZIP, RFC 1952 for gzip, ISO 32000 for PDF, MS-CFB).
_SIGNATURES = (
    (b"%PDF-", OtherFormat("a PDF document", _EXPORT)),
    (b"\x1f\x8b", OtherFormat("a gzip archive", _named(".csv.gz"))),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OtherFormat("an old Excel or Office document", "Save it as XLSX or CSV.")),
    (b"PK\x05\x06", OtherFormat("an empty ZIP archive", "Choose the file that was meant to be in it.")),
    (b"7z\xbc\xaf\x27\x1c", OtherFormat("a 7-Zip archive", "Unpack it first.")),
    (b"\xfd7zXZ\x00", OtherFormat("an xz archive", "Unpack it first.")),
    (b"\x28\xb5\x2f\xfd", OtherFormat("a Zstandard archive", _named(".csv.zst"))),
    (b"Rar!\x1a\x07", OtherFormat("a RAR archive", "Unpack it first.")),
    (b"PAR1", OtherFormat("a Parquet file", _named(".parquet", "export it as CSV"))),
    (b"SQLite format 3\x00", OtherFormat("a SQLite database", _EXPORT)),
    (b"\x89PNG\r\n\x1a\n", OtherFormat("a PNG image", "Choose the file that has the table as text.")),
    (b"\xff\xd8\xff", OtherFormat("a JPEG image", "Choose the file that has the table as text.")),
    (b"GIF87a", OtherFormat("a GIF image", "Choose the file that has the table as text.")),
    (b"GIF89a", OtherFormat("a GIF image", "Choose the file that has the table as text.")),
    (b"II*\x00", OtherFormat("a TIFF image", "Choose the file that has the table as text.")),
    (b"MM\x00*", OtherFormat("a TIFF image", "Choose the file that has the table as text.")),
    (b"{\\rtf", OtherFormat("an RTF document", _EXPORT)),
    (b"Obj\x01", OtherFormat("an Avro file", "Export it as CSV.")),
)
_ZIP_CONTENTS = (
    (b"xl/", OtherFormat("an Excel workbook (XLSX)", _named(".xlsx", "save it as CSV"))),
    (b"opendocument.spreadsheet", OtherFormat("an OpenDocument spreadsheet (ODS)", _named(".ods", "save it as CSV"))),
    (b"[Content_Types].xml", OtherFormat("an Office document", _EXPORT)),
    (b"opendocument.", OtherFormat("an OpenDocument document", _EXPORT)),
)
_ZIP = OtherFormat("a ZIP archive", _named(".zip"))
_WEBP = OtherFormat("a WebP image", "Choose the file that has the table as text.")
_BZIP2 = OtherFormat("a bzip2 archive", "Unpack it first.")
_XML = OtherFormat("an XML document", _EXPORT)
_HTML = OtherFormat("an HTML page", "Open it in a spreadsheet and save it as CSV, or download the file itself.")
JSON_ARRAY = OtherFormat("JSON", _named(".json", "save it as CSV"))
JSON_LINES = OtherFormat("JSON", _named(".jsonl (an object on each line) or .json (an array)", "save it as CSV"))

_IS_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")
_IS_WEBP = re.compile(rb"RIFF....WEBP", re.DOTALL)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*(<!doctype html|<html|<head|<body|<table|<\?xml)[\s>]", re.IGNORECASE)
# An object with a key. A CSV may begin with a brace or a bracket, but not with this.
_IS_OBJECT = re.compile(r'\s*(\[\s*)?\{\s*(?:"(?:[^"\\]|\\.)*+"\s*:|\}\s*(?:\]\s*)?$)')
_IS_ARRAY_OF_OTHERS = re.compile(r'\s*(\[\s*(?:["\[{\dtfn-].*?)?\])\s*(?:$|[\r\n])', re.DOTALL)


def refuse_other_formats(head: bytes, *, may_be_json: bool = False, is_packed: bool = False) -> None:
    """Raise `RejectedFile` (code `not_csv`) where `head`, the file's first kilobytes, belongs to another format.

    `is_packed`: it is in an archive.
    """
    found = found_format(head) or (None if may_be_json else _json_format(head))
    if found is not None and is_packed:
        detail = f"The archive holds {found.kind}. Unpack it, and upload a file with the table."
        raise RejectedFile(detail, code=ErrorCode.NOT_CSV)
    if found is not None:
        raise RejectedFile(f"This is {found.kind}. {found.advice}", code=ErrorCode.NOT_CSV)


def refuse_documents(head: bytes) -> None:
    """Raise `RejectedFile` where a ZIP archive is a document."""
    found = found_format(head)
    if found is not None and found is not _ZIP:
        raise RejectedFile(f"This is {found.kind}. {found.advice}", code=ErrorCode.NOT_CSV)


def other_format(head: bytes) -> str | None:
    """What the file is, with an article; None where it may be a text."""
    found = found_format(head)
    return found.kind if found else None


def found_format(head: bytes) -> OtherFormat | None:
    """The format of a file that is no text, or a page of markup."""
    if head.startswith(b"PK\x03\x04"):
        return next((one for content, one in _ZIP_CONTENTS if content in head), _ZIP)
    if _IS_BZIP2.match(head):
        return _BZIP2
    if _IS_WEBP.match(head):
        return _WEBP
    markup = _MARKUP.match(head)
    if markup:
        return _XML if markup[1] == b"<?xml" else _HTML
    return next((one for signature, one in _SIGNATURES if head.startswith(signature)), None)


def _json_format(head: bytes) -> OtherFormat | None:
    text = _beginning(head)
    found = _IS_OBJECT.match(text)
    if found:
        return JSON_ARRAY if found[1] else JSON_LINES
    array = _IS_ARRAY_OF_OTHERS.match(text)
    return JSON_ARRAY if array and _is_telling_array(array[1]) else None


def _is_telling_array(text: str) -> bool:
    """Whether it is JSON and no header such as `[1]`."""
    try:
        return any(isinstance(value, str | list | dict) for value in json.loads(text))
    except (ValueError, RecursionError):
        return False


def _beginning(head: bytes) -> str:
    """As text, where it is UTF-8 or has a byte-order mark of UTF-16."""
    is_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return head.decode("utf-16" if is_utf16 else "utf-8", "ignore").removeprefix("\ufeff")
