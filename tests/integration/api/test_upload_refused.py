"""A file that cannot be taken is refused with its place beside the errors, and leaves the draft as it was."""

import pytest

from tests.integration.api.support import Draft, errors

REFUSED = {
    "long row": (b"a,b\n1,2\n3,4,5\n", 3),
    "short row": (b"a,b\n1,2\n3\n", 3),
    "open quote": (b'a,b\n1,"2\n3,4\n', 2),
    "text after a quote": (b'a,b\n"1"x,2\n', 2),
    "NUL": (b"a,b\n1,\0\n", 2),
    "nothing": (b"", None),
    "blank lines": (b"\n\n", None),
    "a header only": (b"a,b\n", None),
    "a zip": (b"PK\x03\x04" + bytes(60), None),
    "a pdf": (b"%PDF-1.7\n1 0 obj\n", None),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_of_it_is_stored(draft: Draft, name: str) -> None:
    content, line = REFUSED[name]
    before = (draft.state(), draft.api.rows(draft.id))
    body = draft.api.upload(draft.id, content, want=400)
    assert [where for _, where in errors(body)] == ["file"]
    # Null where it is about all of the file, or all of the line.
    assert body["line"] == line
    assert body["column"] is None or line is not None
    assert (draft.state(), draft.api.rows(draft.id)) == before


@pytest.mark.parametrize("name", ["open quote", "text after a quote", "NUL"])
def test_the_column_stands_beside_the_line(draft: Draft, name: str) -> None:
    body = draft.api.upload(draft.id, REFUSED[name][0], want=400)
    assert set(body) >= {"type", "errors", "line", "column"}
    assert isinstance(body["column"], int)


def test_after_many_good_rows(draft: Draft) -> None:
    before = draft.state()
    body = draft.api.upload(draft.id, b"a,b\n" + b"1,2\n" * 30_000 + b"1\n", want=400)
    assert body["line"] == 30_002
    assert draft.state() == before
    assert len(draft.api.rows(draft.id)) == 2


def test_an_uncertain_encoding_is_asked_for_with_a_guess(draft: Draft) -> None:
    before = draft.state()
    body = draft.api.upload(draft.id, "id,text\n1,Grüße aus Köln für Jürgen\n".encode("cp1252"), want=400)
    assert errors(body) == [("encoding", "file")]
    assert body["guess"] == "cp1252"
    assert body["line"] == 2
    assert draft.state() == before
    assert (
        draft.api.upload(draft.id, "id,text\n1,Grüße\n".encode("cp1252"), encoding=body["guess"])["encoding"]
        == "cp1252"
    )


def test_too_many_columns(draft: Draft, settings: pytest.FixtureRequest) -> None:
    settings.UPLOAD_MAX_COLUMNS = 3  # type: ignore[attr-defined]
    body = draft.api.upload(draft.id, b"a,b,c,d\n1,2,3,4\n", want=413)
    assert errors(body, kind="client_error") == [("too_many_columns", "file")]
    draft.api.upload(draft.id, b"a,b,c\n1,2,3\n")


def test_json_lines_that_are_none(draft: Draft) -> None:
    for content in (b'{"a": 1}\n{"a": \n', b'{"a": 1}\n[1]\n', b'{"a": "\\ud800"}\n', b'{"a": "\\u0000"}\n'):
        body = draft.api.upload(draft.id, content, name="x.jsonl", want=400)
        assert [where for _, where in errors(body)] == ["file"]
        assert body["line"] in (1, 2)
