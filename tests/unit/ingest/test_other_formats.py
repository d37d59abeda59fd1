import gzip
import io
import re
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
        (b"SQLite format 3\x00", "SQLite"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"\x28\xb5\x2f\xfd\x04", "Zstandard"),
    ],
)
@pytest.mark.parametrize("filename", ["data.csv", "data.jsonl"])
def test_other_formats_are_named(refusal: Refusal, content: bytes, kind: str, filename: str) -> None:
    refused = refusal(content, filename=filename)
    assert refused.code == "not_csv"
    what, _, to_do = refused.detail.partition(". ")
    assert what.startswith("This is a")
    assert kind in what
    assert re.match(r"(Rename|Save|Export|Unpack|Open|Choose) ", to_do)


@pytest.mark.parametrize(
    "content",
    [
        '[{"id": 1, "subject": "Refund"}]\n',
        '\ufeff[\n  {\n    "id": 1\n  }\n]\n',
        '[{"id": "' + "x" * 20_000 + '"}]',
        '["a", "b"]\n["c", "d"]\n',
        "[[1, 2],\n[3, 4]]\n",
    ],
)
def test_a_json_array_under_the_name_of_a_csv_is_called_so(refusal: Refusal, content: str) -> None:
    for raw in (content.encode(), content.removeprefix("\ufeff").encode("utf-16")):
        refused = refusal(raw)
        assert refused.code == "not_csv"
        assert refused.detail == "This is JSON. Rename the file so that its name ends with .json, or save it as CSV."


@pytest.mark.parametrize("content", ['{"a": 1}\n{"a": 2}\n', '{"items": [\n{"a": 1}\n]}', '{\n"a": 1,\n"b": 2}\n'])
def test_json_objects_under_the_name_of_a_csv_are_called_so(refusal: Refusal, content: str) -> None:
    refused = refusal(content)
    assert refused.code == "not_csv"
    assert refused.detail.startswith("This is JSON. Rename the file so that its name ends with .jsonl")


@pytest.mark.parametrize(
    "content",
    ["[id],[name]\n1,2\n", "{a},{b}\n1,2\n", '"[{""a"": 1}]",b\n1,2\n', "[1],[2]\n1,2\n", 'a,b\n1,"{""x"": 1}"\n'],
)
def test_a_csv_that_only_begins_like_json_is_read(ingest: Ingest, content: str) -> None:
    assert len(ingest(content)[1]) == 1


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
