"""Workbooks that are locked, damaged, or made to do harm are refused, each with a sentence that says why."""

import struct
from collections.abc import Callable
from typing import Any

import pytest

from experiments.ingest import Limits
from tests.unit.ingest.conftest import Ingest, Refusal
from tests.unit.ingest.workbook.support import MAIN, archive, data, parts, relationships, row, xlsx

GOOD = parts(data(row("a"), row("1")))
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"
MB = 1024**2


def with_part(name: str, content: str | None) -> bytes:
    changed: dict[str, Any] = {**GOOD, name: content}
    return archive({name: part for name, part in changed.items() if part is not None})


def sheet(content: str) -> bytes:
    return with_part(SHEET, f'<worksheet xmlns="{MAIN}">{content}</worksheet>')


def declaring_less() -> bytes:
    """The directory says that the sheet is shorter than it is."""
    content = bytearray(xlsx(data(row("a"), *[row("1")] * 2000)))
    entry = content.rindex(SHEET.encode()) - 46
    (size,) = struct.unpack_from("<I", content, entry + 24)
    struct.pack_into("<I", content, entry + 24, size // 2)
    return bytes(content)


def locked_part() -> bytes:
    content = bytearray(archive(GOOD))
    content[content.rindex(SHEET.encode()) - 46 + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: OLD + b"\0" * 600, "old Excel workbook (.xls)"),
        (lambda: OLD + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (locked_part, "password"),
        (lambda: b"a,b\n1,2\n", "give it a name that ends in .csv"),
        (lambda: b"<html><table>", "isn’t a workbook"),
        (lambda: archive(GOOD)[:-30], "whole ZIP"),
        (lambda: archive(GOOD)[:400], "whole ZIP"),
        (declaring_less, "can’t be unpacked"),
        (lambda: archive({"x.txt": "x"}), "isn’t an XLSX workbook"),
        (lambda: with_part("xl/workbook.xml", None), "is missing"),
        (lambda: with_part("xl/worksheets/sheet1.xml", None), "is missing"),
        (lambda: with_part("_rels/.rels", relationships(("officeDocument", "xl/workbook.bin"))), "isn’t an XLSX"),
        (lambda: sheet("<sheetData><row>"), "sheet1.xml, line 1"),
        (lambda: sheet(data('<row><c t="s"><v>7</v></c></row>')), "shared text 7"),
        (lambda: sheet(data('<row><c t="s"><v>x</v></c></row>')), "shared text “x”"),
        (lambda: sheet(data(row("a", number=2), row("b", number=2))), "row 2 comes behind row 2"),
        (lambda: sheet(data('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')), "in no order"),
        (lambda: sheet(data('<row r="1"><c r="XFE1"><v>1</v></c></row>')), "a cell is named XFE1"),
        (lambda: sheet(data('<row r="1048577"><c><v>1</v></c></row>')), "row 1048577"),
        (lambda: with_part(SHEET, "<!DOCTYPE x><worksheet/>"), "document type"),
        (lambda: sheet("<a>" * 60_000), "levels deep"),
        (lambda: sheet("".join(f"<a{number}/>" for number in range(25_000))), "names of elements"),
        (lambda: sheet(f'<a b="{"x" * 5 * MB}"/>'), "a tag of more than"),
    ],
)
def test_each_is_refused_with_its_reason(refusal: Refusal, content: Callable[[], bytes], says: str) -> None:
    refused = refusal(content(), filename="x.xlsx")
    assert refused.code == "bad_workbook"
    assert says in refused.detail


def test_entities_are_refused_before_they_are_expanded(refusal: Refusal) -> None:
    names = [f"e{number}" for number in range(20)]
    bomb = "".join(f'<!ENTITY {name} "{f"&{last};" * 10}">' for last, name in zip(["x", *names], names, strict=False))
    part = f'<!DOCTYPE sst [<!ENTITY x "xxxxxxxxxx">{bomb}]><sst xmlns="{MAIN}"><si><t>&{names[-1]};</t></si></sst>'
    content = parts(data(row("a"), '<row><c t="s"><v>0</v></c></row>')) | {"xl/strings.xml": part}
    assert "document type" in refusal(archive(content), filename="x.xlsx").detail


def test_more_than_is_taken_is_refused_before_it_is_unpacked(refusal: Refusal) -> None:
    content = xlsx(data(row("a"), *[row("x" * 1000)] * 100))
    assert len(content) < 10_000
    refused = refusal(content, filename="x.xlsx", limits=Limits(max_bytes=50_000))
    assert refused.code == "file_too_large"
    assert SHEET in refused.detail


@pytest.mark.parametrize("strings", [None, f"<si><t>{'x' * 2000}</t></si>"])
def test_a_giant_text_is_refused(refusal: Refusal, strings: str | None) -> None:
    cell = '<row><c t="s"><v>0</v></c></row>' if strings else row("x" * 2000)
    content = xlsx(data(row("a"), cell), strings=strings)
    assert refusal(content, filename="x.xlsx", limits=Limits(max_cell_chars=1000)).code == "cell_too_large"


def test_too_many_rows_columns_and_characters_are_refused(refusal: Refusal) -> None:
    content = xlsx(data(row("a", "b"), *[row("12345", "12345")] * 5))
    assert refusal(content, filename="x.xlsx", limits=Limits(max_rows=4)).code == "too_many_rows"
    assert refusal(content, filename="x.xlsx", limits=Limits(max_columns=1)).code == "too_many_columns"
    assert refusal(content, filename="x.xlsx", limits=Limits(max_row_chars=9)).code == "row_too_large"


def test_parts_are_found_whatever_their_case_and_slashes(ingest: Ingest) -> None:
    content = archive({name.replace("/worksheets/", "\\WorkSheets\\"): part for name, part in GOOD.items()})
    assert ingest(content, filename="x.xlsx")[1] == [["1"]]


def test_what_follows_the_strict_standard_or_has_prefixes_is_read(ingest: Ingest) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    part = (
        f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c></x:row><x:row><x:c><x:v>2</x:v>'
    )
    content = with_part(SHEET, f"{part}</x:c></x:row></x:sheetData></x:worksheet>")
    assert ingest(content, filename="x.xlsx", header=1)[1] == [["2"]]
