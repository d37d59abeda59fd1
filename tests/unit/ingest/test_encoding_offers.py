"""A refusal for the encoding comes with what would read the file, tried before it is offered."""

from typing import Any

import pytest

from tests.unit.ingest.conftest import Ingest, Refusal

NAMES = pytest.mark.parametrize("filename", ["x.csv", "x.jsonl", "x.json"])
EASTERN = {
    "cp932": "荷物はどこですか。二週間待っています。",
    "gb18030": "我的包裹在哪里。我已经等了两个星期。",
    "cp949": "제 소포는 어디에 있습니까. 이 주 동안 기다렸습니다.",
}


def content_of(filename: str, *cells: bytes) -> bytes:
    rows = [b'{"a":"' + cell + b'"}' for cell in cells]
    if filename == "x.json":
        return b"[" + b",\n".join(rows) + b"]"
    return b"\n".join(rows if filename == "x.jsonl" else [b"id,a", *(b"1," + cell for cell in cells)]) + b"\n"


def offered(refused: Any) -> list[dict[str, Any]]:
    return [dict(offer.options) for offer in refused.offers]


@NAMES
def test_the_guess_is_offered_and_reads_the_file(ingest: Ingest, refusal: Refusal, filename: str) -> None:
    content = content_of(filename, b"x", "José Müller, Orléans".replace(",", "").encode("cp1252"))
    refused = refusal(content, filename=filename)
    assert refused.code == "encoding"
    first = refused.offers[0]
    assert (dict(first.options), first.label) == ({"encoding": "cp1252"}, "Read it as Windows-1252")
    assert ingest(content, filename=filename, **first.options)[1][-1][-1] == "José Müller Orléans"


@pytest.mark.parametrize(("name", "body"), EASTERN.items())
def test_windows_1252_is_not_offered_where_it_reads_another_script(refusal: Refusal, name: str, body: str) -> None:
    offers = offered(refusal(content_of("x.csv", *[body.encode(name)] * 20)))
    assert offers[0] == {"encoding": name}
    assert {"encoding": "cp1252"} not in offers


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_offered(ingest: Ingest, refusal: Refusal, name: str) -> None:
    content = "编号,内容\n1,我的包裹在哪里\n".encode(name)
    [offer] = refusal(content).offers
    assert ingest(content, **offer.options)[1] == [["1", "我的包裹在哪里"]]


@NAMES
def test_single_bad_bytes_may_be_replaced(ingest: Ingest, refusal: Refusal, filename: str) -> None:
    content = content_of(filename, *["Größe, ñ".replace(",", "").encode()] * 50, b"x\xff")
    refused = refusal(content, filename=filename)
    assert (refused.code, offered(refused)) == ("bad_byte", [{"bad_bytes": "replace"}])
    assert ingest(content, filename=filename, bad_bytes="replace")[1][-1][-1] == "x\ufffd"


def test_many_bad_bytes_are_not_offered_to_be_replaced(refusal: Refusal) -> None:
    refused = refusal(content_of("x.csv", *["é".encode()] * 50, *["José".encode("cp1252")] * 50))
    assert (refused.code, offered(refused)) == ("mixed_encodings", [])


def test_nothing_is_offered_that_does_not_read_the_file(refusal: Refusal) -> None:
    content = content_of("x.csv", "José".encode("cp1252")) + b'1,"a\n'
    assert offered(refusal(content)) == []
