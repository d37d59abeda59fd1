import gzip
import io
import zipfile

import pytest

from tests.unit.ingest.conftest import Ingest, Refusal


def _zip(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "XLSX"),
        (_zip("data.csv"), "ZIP"),
        (_zip(), "ZIP"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "Excel"),
        (b"<!DOCTYPE html>\n<html>", "HTML"),
        (b"\xef\xbb\xbf\r\n <html lang=en>", "HTML"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"PAR1\x15\x04", "Parquet"),
    ],
)
@pytest.mark.parametrize("filename", ["data.csv", "data.jsonl"])
def test_other_formats_are_named(refusal: Refusal, content: bytes, kind: str, filename: str) -> None:
    refused = refusal(content, filename=filename)
    assert refused.code == "not_csv"
    assert refused.detail.startswith("This is not a CSV: ")
    assert kind in refused.detail


@pytest.mark.parametrize("content", ["<htmlish>,b\n1,2\n", "PK,b\n1,2\n", "%PDF,b\n1,2\n", "<b>x</b>,y\n1,2\n"])
def test_text_that_only_resembles_them_is_read(ingest: Ingest, content: str) -> None:
    assert ingest(content)[1] == [["1", "2"]]


@pytest.mark.parametrize("content", [b"\x89PNX\r\n\0\0\0\rIHDR\xff\xfe", b"\x7fELF\x02\x01" + b"\0" * 12 + b"\xfe\xff"])
@pytest.mark.parametrize("filename", ["data.csv", "data.jsonl"])
def test_bytes_that_are_no_text_are_not_asked_for_an_encoding(refusal: Refusal, content: bytes, filename: str) -> None:
    refused = refusal(content, filename=filename)
    assert refused.code == "not_csv"
    assert "binary data (zero bytes at offset" in refused.detail


def test_text_in_utf_16_without_a_mark_is_still_asked_for_its_encoding(refusal: Refusal) -> None:
    # Its 一 has a zero byte beside that of the comma.
    refused = refusal("名,数\n值,一\n一,値\n测试用例,中文字\n".encode("utf-16-le"))
    assert refused.code == "encoding"
