"""How a file is read is found out, or told: with the file, or later for the file that is kept."""

from pathlib import Path
from typing import Any

import pytest

from csv_batches.models import CsvBatch
from tests.integration.api.support import Draft, errors
from tests.support.api import Api


@pytest.fixture
def empty(api: Api) -> Draft:
    return Draft(api, api.draft(api.network(None)))


def again(draft: Draft, want: int = 201, **options: str) -> Any:
    return draft.api.call("post", f"{draft.path}/upload", want, options, format="multipart")


def payloads(draft: Draft) -> list[dict[str, str]]:
    return [row["row_payload"] for row in draft.api.rows(draft.id)]


def test_encoding(empty: Draft) -> None:
    answer = empty.api.upload(empty.id, "a\nGröße\n".encode("cp1252"), encoding="cp1252")
    assert answer["encoding"] == "cp1252"
    assert payloads(empty) == [{"a": "Größe"}]


def test_delimiter(empty: Draft) -> None:
    answer = empty.api.upload(empty.id, b"a;b,c\n1;2,3\n", delimiter=";")
    assert (answer["delimiter"], answer["columns"]) == (";", ["a", "b,c"])
    assert empty.api.upload(empty.id, b"a\tb\n1\t2\n", delimiter="tab")["columns"] == ["a", "b"]


@pytest.mark.parametrize(("header", "rows"), [("1", 1), ("0", 2), ("true", 1), ("false", 2)])
def test_header(empty: Draft, header: str, rows: int) -> None:
    answer = empty.api.upload(empty.id, b"a,b\n1,2\n", header=header)
    assert answer["rows"] == rows
    assert answer["columns"] == (["a", "b"] if rows == 1 else ["column 1", "column 2"])


@pytest.mark.parametrize(
    ("content", "options", "columns", "first"),
    [
        (b"Export of May\n\na;b\n1;2\n", {"header": "3"}, ["a", "b"], ["1", "2"]),
        (b"a,a\nx,y\n1,2\n", {"header": "1", "header_rows": "2"}, ["a x", "a y"], ["1", "2"]),
        (b'a\tb\n1\tsay "hi"\n', {"quote": "none", "delimiter": "tab"}, ["a", "b"], ["1", 'say "hi"']),
        (b"a,b\n1,'x,y'\n", {"quote": "'"}, ["a", "b"], ["1", "x,y"]),
        (b'a,b\n1,"say \\"hi\\""\n', {"escape": "\\"}, ["a", "b"], ["1", 'say "hi"']),
        (b"# by x\na,b\n1,2\n# end\n", {"comment": "#"}, ["a", "b"], ["1", "2"]),
        (b'a, "b"\n1, "x, y"\n', {"trim": "1"}, ["a", "b"], ["1", "x, y"]),
        (b"b,c\n1,x,y\n2,z,w\n", {"row_names": "1"}, ["column 1", "b", "c"], ["1", "x", "y"]),
        (b"text\nHello, you\n", {"delimiter": "none"}, ["text"], ["Hello, you"]),
    ],
)
def test_what_only_a_person_knows(
    empty: Draft, content: bytes, options: dict[str, str], columns: list[str], first: list[str]
) -> None:
    answer = empty.api.upload(empty.id, content, **options)
    assert answer["columns"] == columns
    assert list(payloads(empty)[0].values()) == first
    in_force = {
        name: str(int(value)) if isinstance(value, bool) else str(value) for name, value in answer["options"].items()
    }
    assert options.items() <= in_force.items()


def test_an_offer_is_taken_as_it_is(empty: Draft) -> None:
    content = b"Export of May\n\nid;subject;score\n1;Late;7\n2;Refund;9\n"
    refused = empty.api.upload(empty.id, content, want=400, ragged="pad")
    offer = refused["offers"][0]
    assert (set(offer), offer["options"]["header"], offer["options"]["ragged"]) == ({"options", "label"}, 3, "pad")
    answer = empty.api.upload(empty.id, content, **{name: str(value) for name, value in offer["options"].items()})
    assert (answer["columns"], answer["rows"]) == (["id", "subject", "score"], 2)


def test_short_rows(empty: Draft) -> None:
    content = b"a,b\n1\n2,3\n"
    refused = empty.api.upload(empty.id, content, want=400)
    assert refused["line"] == 2
    answer = empty.api.upload(empty.id, content, ragged="pad")
    assert payloads(empty) == [{"a": "1", "b": ""}, {"a": "2", "b": "3"}]
    assert [warning["line"] for warning in answer["warnings"]] == [2]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("encoding", "klingon"),
        ("encoding", "zlib"),
        ("encoding", "a\0b"),
        ("delimiter", "ab"),
        ("delimiter", '"'),
        ("header", "x"),
        ("header", "-1"),
        ("header_rows", "0"),
        ("quote", "ab"),
        ("escape", "ab"),
        ("comment", " "),
        ("trim", "2"),
        ("row_names", "x"),
        ("bad_bytes", "keep"),
        ("ragged", "cut"),
        ("file", "not a file"),
    ],
)
def test_an_option_that_cannot_be(draft: Draft, option: str, value: str) -> None:
    before = draft.state()
    assert [where for _, where in errors(again(draft, 400, **{option: value}))] == [option]
    assert draft.state() == before


def test_the_kept_file_is_read_again(empty: Draft) -> None:
    first = empty.api.upload(empty.id, b"a;b\n1;2\n", delimiter=",", header="0")
    assert (first["rows"], first["columns"]) == (2, ["column 1"])
    assert again(empty)["columns"] == ["a", "b"]
    assert payloads(empty) == [{"a": "1", "b": "2"}]
    assert again(empty, header="0")["rows"] == 2


def test_also_by_a_plain_form(empty: Draft) -> None:
    empty.api.upload(empty.id, b"a,b\n1,2\n")
    form = "application/x-www-form-urlencoded"
    response = empty.api.client.post(f"/api{empty.path}/upload", "header=0", content_type=form)
    assert (response.status_code, response.json()["rows"]) == (201, 2)


def test_a_refusal_of_the_kept_file_changes_nothing(empty: Draft) -> None:
    empty.api.upload(empty.id, b"a,b\n1,\n", delimiter=",")
    before = (empty.state(), payloads(empty))
    again(empty, 400, encoding="utf-16")
    assert (empty.state(), payloads(empty)) == before


def test_without_a_kept_file(empty: Draft) -> None:
    assert errors(again(empty, 400)) == [("required", "file")]


def test_when_the_file_is_not_kept_any_more(draft: Draft) -> None:
    Path(CsvBatch.objects.get(pk=draft.id).source.path).unlink()
    assert errors(again(draft, 400)) == [("required", "file")]
    assert len(payloads(draft)) == 2
