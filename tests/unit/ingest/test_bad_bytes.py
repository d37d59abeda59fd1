"""Single bytes that are not of the encoding: a reason to refuse the file, or replaced by choice and listed."""

import codecs

import pytest

from experiments.ingest import encoding
from tests.unit.ingest.conftest import Ingest, Refusal

DAMAGED = "a,b\né,ü\nß,".encode() + b"\xff\n" + "ñ,ï\n".encode()


def test_a_bad_byte_is_a_reason_to_refuse_the_file_by_default(refusal: Refusal) -> None:
    assert refusal(DAMAGED).code == "bad_byte"
    assert refusal(DAMAGED, bad_bytes="reject").code == "bad_byte"


def test_a_bad_byte_is_replaced_by_choice_and_listed_with_its_line(ingest: Ingest) -> None:
    table, rows = ingest(DAMAGED, bad_bytes="replace")
    assert rows == [["é", "ü"], ["ß", "\ufffd"], ["ñ", "ï"]]
    assert [(warning.line, warning.code) for warning in table.warnings] == [(3, "replaced_byte")]
    assert table.warnings[0].detail == "The byte 0xff isn’t valid UTF-8 and was replaced by \ufffd."


def test_the_sign_that_replaces_them_is_no_bad_byte_where_the_file_has_it(ingest: Ingest) -> None:
    table, rows = ingest("a,b\n\ufffd,1\n", bad_bytes="replace")
    assert (rows, table.warnings) == ([["\ufffd", "1"]], [])


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("utf-8", b"x\xe9y", "x\ufffdy"),
        ("utf-8", b"x\xe2\x82y", "x\ufffdy"),
        ("cp1252", b"x\x81y", "x\ufffdy"),
        ("cp932", b"\x93\xfa\x81 ", "日\ufffd "),
        ("gb18030", b"\xff\xd6\xd0", "\ufffd中"),
        ("utf-16-le", b"\x00\xd8x\x00", "\ufffdx"),
    ],
)
def test_bad_bytes_of_every_encoding_are_replaced(ingest: Ingest, name: str, raw: bytes, text: str) -> None:
    content = "a\n".encode(name) + raw + "\n".encode(name)
    assert ingest(content, encoding=name, bad_bytes="replace")[1] == [[text]]


def test_they_are_replaced_in_json_lines_too(ingest: Ingest) -> None:
    table, rows = ingest(b'{"a": "1"}\n{"a": "x\xff"}\n', filename="x.jsonl", bad_bytes="replace")
    assert rows == [["1"], ["x\ufffd"]]
    assert [warning.line for warning in table.warnings] == [2]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_over_pieces_of_the_file(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, line_end: str
) -> None:
    monkeypatch.setattr(encoding, "PIECE_BYTES", 5)
    content = codecs.BOM_UTF8 + line_end.join(["a,b", *["é,1"] * 50, "x,\udcff", *["é,1"] * 50, "\udcfe,2"]).encode(
        "utf-8", "surrogateescape"
    )
    table, rows = ingest(content, bad_bytes="replace")
    assert [warning.line for warning in table.warnings] == [52, 103]
    assert (rows[50], rows[-1]) == (["x", "\ufffd"], ["\ufffd", "2"])


def test_all_are_counted_and_the_first_ones_are_listed(ingest: Ingest) -> None:
    table, rows = ingest(b"a,b\n" + b"\xff\xff,1\n" * 1000, bad_bytes="replace")
    assert rows[-1] == ["\ufffd\ufffd", "1"]
    assert (table.warnings[0].line, table.warnings[99].line) == (2, 51)
    assert [warning.detail for warning in table.warnings[100:]] == ["2,000 lines in all; the first 100 are listed."]
