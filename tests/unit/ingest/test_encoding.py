import codecs

import pytest

from experiments.core.errors import InvalidInput
from experiments.ingest import encoding
from tests.unit.ingest.conftest import Ingest, Refusal

TEXT = "name,note\nZoë,naïve ☃\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-32"), "utf-32"),
    ],
)
def test_utf8_and_marked_encodings_are_read_without_asking(ingest: Ingest, content: bytes, name: str) -> None:
    table, rows = ingest(content)
    assert table.encoding == name
    assert [column.header for column in table.columns] == ["name", "note"]
    assert rows == [["Zoë", "naïve ☃"]]


def test_composed_and_decomposed_letters_stay_different(ingest: Ingest) -> None:
    _, rows = ingest("a,b\n\u00e9,e\u0301\n")
    assert rows == [["\u00e9", "e\u0301"]]


def test_a_mark_inside_the_text_is_kept(ingest: Ingest) -> None:
    assert ingest("a,b\n\ufeffx,y\n")[1] == [["\ufeffx", "y"]]


def test_other_encodings_are_asked_for_with_a_guess_and_the_lines_that_depend_on_it(refusal: Refusal) -> None:
    refused = refusal("name,town\nx,y\nJosé,Orléans\n".encode("cp1252"))
    assert refused.code == "encoding"
    assert refused.extra["guess"] == "cp1252"
    assert "It looks like Windows-1252." in refused.detail
    assert refused.extra["preview"] == [{"line": 3, "text": "José,Orléans"}]
    assert (refused.extra["line"], refused.extra["offset"]) == (3, 17)


def test_other_encodings_that_fit_are_shown_beside_the_guess(refusal: Refusal) -> None:
    refused = refusal("a\nKraków i Łódź, ulica Świętokrzyska\n".encode("cp1250"))
    shown = {shown["encoding"]: shown["preview"][0]["text"] for shown in refused.extra["alternatives"]}
    shown[refused.extra["guess"]] = refused.extra["preview"][0]["text"]
    assert shown["cp1250"] == "Kraków i Łódź, ulica Świętokrzyska"


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_asked_for(refusal: Refusal, name: str) -> None:
    refused = refusal(TEXT.encode(name))
    assert (refused.code, refused.extra["guess"]) == ("encoding", name)


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_read_when_it_is_chosen(ingest: Ingest, name: str) -> None:
    assert ingest(TEXT.encode(name), encoding="utf-16")[1] == [["Zoë", "naïve ☃"]]


@pytest.mark.parametrize(
    ("chosen", "name", "text"),
    [
        ("windows-1252", "cp1252", "é€"),
        ("Shift_JIS", "shift_jis", "日本語"),
        ("gb18030", "gb18030", "中文"),
        ("UTF8", "utf-8", "é"),
    ],
)
def test_a_chosen_encoding_is_used(ingest: Ingest, chosen: str, name: str, text: str) -> None:
    table, rows = ingest(f"a,b\n{text},1\n".encode(name), encoding=chosen)
    assert table.encoding == name
    assert rows == [[text, "1"]]


@pytest.mark.parametrize("chosen", ["klingon", "base64", "rot13", "idna", "unicode_escape", "utf-7", "a\0b", "../x"])
def test_an_encoding_nobody_knows_is_refused(ingest: Ingest, chosen: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        ingest(TEXT, encoding=chosen)
    assert (refused.value.attr, refused.value.code) == ("encoding", "unknown_encoding")


@pytest.mark.parametrize("how", ["chosen", "marked"])
def test_a_bad_byte_of_a_declared_encoding_has_a_line_and_an_offset(refusal: Refusal, how: str) -> None:
    content = b"a,b\r\n1,2\r\n3,\xff\r\n"
    refused = refusal(content, encoding="utf-8") if how == "chosen" else refusal(codecs.BOM_UTF8 + content)
    assert refused.code == "bad_byte"
    assert refused.extra == {"line": 3, "column": None, "offset": 12 + (3 if how == "marked" else 0)}


def test_a_bad_byte_in_a_file_that_is_utf8_elsewhere_is_damage(refusal: Refusal) -> None:
    refused = refusal("a,b\né,ü\nß,".encode() + b"\xff\n")
    assert refused.code == "bad_byte"
    assert (refused.extra["line"], refused.extra["offset"]) == (3, 13)


def test_a_character_that_the_end_of_the_file_cuts_is_a_bad_byte(refusal: Refusal) -> None:
    refused = refusal("a,b\né,ü".encode()[:-1])
    assert (refused.code, refused.extra["line"], refused.extra["offset"]) == ("bad_byte", 2, 7)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_bad_byte_far_into_the_file_has_the_right_place(
    refusal: Refusal, monkeypatch: pytest.MonkeyPatch, line_end: str
) -> None:
    monkeypatch.setattr(encoding, "PIECE_BYTES", 5)
    before = line_end.join(["a,b", *["é,1"] * 100, ""]).encode()
    refused = refusal(before + b"\xe9,2")
    assert (refused.code, refused.extra["line"], refused.extra["offset"]) == ("bad_byte", 102, len(before))
