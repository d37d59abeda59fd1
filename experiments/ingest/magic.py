"""Recognize files of other formats by their first bytes, so that the error can say what the file is."""

import re

from experiments.core.choices import ErrorCode
from experiments.ingest.errors import RejectedFile

# Signatures as in the formats' own specifications (APPNOTE.TXT for ZIP, RFC 1952 for gzip, ISO 32000 for PDF, MS-CFB).
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
)
_ZIP_CONTENTS = (
    (b"xl/", "an Excel workbook (XLSX)"),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (ODS)"),
    (b"[Content_Types].xml", "an Office document"),
)
_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*(<!doctype html|<html|<head|<body|<table|<\?xml)[\s>]", re.IGNORECASE)


def refuse_other_formats(head: bytes) -> None:
    """Raise `RejectedFile` (code `not_csv`) where `head`, the file's first kilobytes, belongs to another format."""
    kind = other_format(head)
    if kind is not None:
        detail = f"This is not a CSV: it is {kind}. Save or export it as CSV first."
        raise RejectedFile(detail, code=ErrorCode.NOT_CSV)


def other_format(head: bytes) -> str | None:
    """What the file is, with an article; None where it may be a text."""
    if head.startswith(b"PK\x03\x04"):
        return next((kind for content, kind in _ZIP_CONTENTS if content in head), "a ZIP archive")
    if _BZIP2.match(head):
        return "a bzip2 archive"
    markup = _MARKUP.match(head)
    if markup:
        return "an XML document" if markup[1] == b"<?xml" else "an HTML page"
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)
