import codecs

import pytest

from experiments.core.errors import InvalidInput
from experiments.ingest import encoding
from tests.unit.ingest.conftest import Ingest, Refusal

TEXT = "name,note\nZoë,naïve ☃\n"
EASTERN = {
    "cp932": "荷物はどこですか。二週間待っています。",
    "euc_jp": "パスワードが使えません。代金の返却をお願いします。",
    "gb18030": "我的包裹在哪里。我已经等了两个星期。",
    "big5": "我的包裹在哪裡。我已經等了兩個星期。",
    "cp949": "제 소포는 어디에 있습니까. 이 주 동안 기다렸습니다.",
}


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


@pytest.mark.parametrize("sign", "©®°£€éñüß½§–’™«¿")
def test_one_western_sign_in_ascii_text_is_taken_for_windows_1252(refusal: Refusal, sign: str) -> None:
    for text in (
        f"id,sign\n1,x\n2,{sign}\n",
        f"subject,body\nRefund,It was {sign}20 and I paid twice\n",
        f"q\nab{sign}c\n",
    ):
        assert refusal(text.encode("cp1252")).extra["guess"] == "cp1252"


@pytest.mark.parametrize(("name", "body"), EASTERN.items())
def test_a_long_eastern_file_has_the_guess_that_a_short_one_has(refusal: Refusal, name: str, body: str) -> None:
    row = f"7,Ticket 7,{body}\n".encode(name)
    for offset in range(2):  # the window would end within a character in one of them
        refused = refusal(b"id,subject,body\n" + b"x" * offset + row * (70_000 // len(row)))
        assert refused.code == "encoding"
        choices = [refused.extra["guess"], *(one["encoding"] for one in refused.extra["alternatives"])]
        assert choices[0] == name
        assert "cp1252" in choices


def test_a_long_eastern_line_without_a_line_end_has_a_guess_too(refusal: Refusal) -> None:
    for offset in range(2):
        content = b"q\n" + b"x" * offset + "荷物はどこですか、,".encode("cp932") * 5000
        assert refusal(content).extra["guess"] == "cp932"


def test_other_encodings_that_fit_are_shown_beside_the_guess(refusal: Refusal) -> None:
    refused = refusal("a\nKraków i Łódź, ulica Świętokrzyska\n".encode("cp1250"))
    shown = {shown["encoding"]: shown["preview"][0]["text"] for shown in refused.extra["alternatives"]}
    shown[refused.extra["guess"]] = refused.extra["preview"][0]["text"]
    assert shown["cp1250"] == "Kraków i Łódź, ulica Świętokrzyska"


SCRIPTS = {
    "Western": TEXT,
    "Chinese": "编号,内容\n1,我的包裹在哪里\n一,一个测试\n",
    "Japanese": "番号,本文\r\n1,荷物はどこですか\r\n",
    "Korean in one column": "번호\n제 소포는 어디에 있습니까\n",
    "Arabic": "رقم,نص\n1,أين طردي\n",
    "Hindi": "क्रमांक,पाठ\n1,मेरा पार्सल कहाँ है\n",
    "Punjabi": "ਨੰਬਰ\nਕਿੱਥੇ ਹੈ\n",
    "Russian": "номер,текст\n1,где моя посылка\n",
    "emoji": "😀,😁\n1,🎉🎉🎉\n",
}


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_asked_for_in_every_script(refusal: Refusal, name: str, text: str) -> None:
    for content in (text, text * 2000):
        refused = refusal(content.encode(name))
        assert (refused.code, refused.extra["guess"]) == ("encoding", name)


def test_other_text_with_a_stray_zero_byte_is_not_taken_for_utf16(refusal: Refusal) -> None:
    for content in (b"a,b\n1,\0\n", "编号,内容\n1,\0我的\n".encode()):
        assert refusal(content).code == "nul"


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
    given = {"encoding": "utf-8"} if how == "chosen" else {}
    assert [one["options"] for one in refused.extra.pop("offers")] == [{**given, "bad_bytes": "replace"}]
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


# -- two encodings in one file

UTF8, LATIN = "Zoë,naïve\n".encode(), "José,Orléans\n".encode("cp1252")


@pytest.mark.parametrize(
    ("content", "where", "line"),
    [
        (b"a,b\n" + UTF8 * 3 + LATIN * 2, "UTF-8 up to line 4, another one from line 5 on", 5),
        (b"a,b\n" + LATIN * 3 + UTF8 * 2, "one that isn’t UTF-8 up to line 4, UTF-8 from line 5 on", 2),
        (b"a,b\n" + (UTF8 + LATIN) * 2, "lines 3, 5 aren’t UTF-8, others are", 3),
        (codecs.BOM_UTF8 + b"a,b\n" + UTF8 + b"1,2\n" + LATIN * 2, "UTF-8 up to line 3, another one from line 4 on", 4),
    ],
)
def test_two_encodings_in_one_file_are_said_with_the_line(
    refusal: Refusal, content: bytes, where: str, line: int
) -> None:
    refused = refusal(content)
    assert (refused.code, refused.extra["line"]) == ("mixed_encodings", line)
    assert f"The file has two encodings: {where}." in refused.detail
    assert "looks like Windows-1252" in refused.detail


@pytest.mark.parametrize("content", [b"a,b\n" + UTF8 * 3 + LATIN, b"a,b\n" + (UTF8 * 20 + LATIN) * 3])
def test_a_few_bad_lines_among_many_are_damage(refusal: Refusal, content: bytes) -> None:
    assert refusal(content).code == "bad_byte"


def test_eastern_text_that_is_utf8_in_a_few_lines_by_chance_has_one_encoding(refusal: Refusal) -> None:
    chance, row = "q,模\n".encode("gb18030"), "我的,包裹在哪里\n".encode("gb18030")
    assert chance.decode() == "q,ģ\n"
    refused = refusal(b"a,b\n" + chance + row * 20)
    assert (refused.code, refused.extra["guess"]) == ("encoding", "gb18030")


@pytest.mark.parametrize("added", ["12,Ticket 12,it does not work at all\r\n", "7,abcdef\r\n8,abcde\r\n"])
@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_lines_of_single_bytes_behind_utf16_are_said_with_the_line(refusal: Refusal, name: str, added: str) -> None:
    mark = codecs.BOM_UTF16_LE if name == "utf-16-le" else codecs.BOM_UTF16_BE
    refused = refusal(mark + "id,text\n1,上海\n2,東京\n".encode(name) + added.encode())
    assert (refused.code, refused.extra["line"]) == ("mixed_encodings", 4)


def test_utf16_of_one_script_alone_has_one_encoding(ingest: Ingest) -> None:
    for text in ("ありがとうございました" * 20, "上海市" * 50, "中文字" * 50, "ਕਿੱਥੇ ਹੈ" * 20, "തിരുവനന്തപുരം" * 20):
        assert ingest(f"id,text\n1,{text}\n".encode("utf-16"))[1] == [["1", text]]
