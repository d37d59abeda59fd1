"""Rows are added to a batch that was started: they wait, and only they run."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.integration.api.support import Draft, assert_counters_are_right, errors, finish, set_status
from tests.support.api import Api

ANSWER = {"topic": "x", "score": 1}


@pytest.fixture
def done(draft: Draft) -> Draft:
    draft.api.run(draft.id)
    finish(draft.id, {0: ANSWER, 1: ANSWER})
    return draft


def added(draft: Draft, content: bytes, want: int = 201) -> Any:
    body = {"file": SimpleUploadedFile("more.csv", content, "text/csv")}
    return draft.api.call("post", f"{draft.path}/append", want, body, format="multipart")


def waiting(draft: Draft) -> list[str]:
    rows = draft.api.get(f"{draft.path}/rows", status="queued")["results"]
    return [row["row_payload"]["text"] for row in rows]


def test_the_rows_of_a_file_wait_and_only_they_run(done: Draft) -> None:
    assert added(done, b"text,id\nthird,3\n") == {"inserted": 1, "total": 3}
    assert (done.state()["status"], waiting(done)) == ("completed", ["third"])
    assert done.api.run(done.id)["status"] == "running"
    progress = done.state()["progress"]
    assert (progress["queued"], progress["succeeded"]) == (1, 2)
    history = done.api.get(f"{done.path}/history")["results"]
    assert (history[1]["action"], history[1]["detail"]) == ("append", {"rows": 1})


def test_rows_come_through_the_api_too_and_resume_runs_them(done: Draft) -> None:
    row = {"row_payload": {"id": "3", "text": "third"}}
    assert done.api.post(f"{done.path}/append", {"rows": [row, row]}) == {"inserted": 2, "total": 4}
    assert [one["row_index"] for one in done.api.get(f"{done.path}/rows")["results"]] == [0, 1, 2, 3]
    done.api.post(f"{done.path}/resume", {}, 202)
    assert done.state()["status"] == "running"


@pytest.mark.parametrize("status", ["paused", "cancelled"])
def test_a_stopped_batch_stays_stopped(draft: Draft, status: str) -> None:
    draft.api.run(draft.id)
    set_status(draft.id, status)
    added(draft, b"id,text\n3,third\n")
    assert (draft.state()["status"], waiting(draft)) == (status, ["first", "second", "third"])


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"id,words\n3,third\n", ("invalid_columns", "file")),
        (b"id,text,more\n3,third,x\n", ("invalid_columns", "file")),
    ],
)
def test_other_columns_are_refused(done: Draft, content: bytes, error: tuple[str, str]) -> None:
    assert errors(added(done, content, 400)) == [error]
    assert done.state()["progress"]["total"] == 2


@pytest.mark.parametrize("body", [{}, {"rows": []}, {"rows": [{"row_payload": {"id": 3}}]}])
def test_what_is_no_row_is_refused(done: Draft, body: dict[str, Any]) -> None:
    done.api.post(f"{done.path}/append", body, 400)
    assert done.state()["progress"]["total"] == 2


def test_neither_a_draft_nor_what_runs_takes_them(draft: Draft) -> None:
    for _ in range(2):
        body = draft.api.post(f"{draft.path}/append", {"rows": [{"row_payload": {"id": "3"}}]}, 409)
        assert errors(body, kind="client_error") == [("wrong_status", None)]
        if draft.state()["status"] == "draft":
            draft.api.run(draft.id)


def test_without_new_rows_a_completed_batch_was_started_already(done: Draft, api: Api) -> None:
    assert errors(api.run(done.id, 409), kind="client_error") == [("already_started", None)]


def newer(draft: Draft, content: bytes, key: str = "id", want: int = 201) -> Any:
    body = {"file": SimpleUploadedFile("newer.csv", content, "text/csv"), "key": key}
    return draft.api.call("post", f"{draft.path}/append", want, body, format="multipart")


def test_of_a_newer_file_only_rows_that_changed_run_again(done: Draft) -> None:
    answer = newer(done, b"id,text\n1,first\n2,changed\n3,third\n")
    assert answer == {"inserted": 1, "total": 3, "changed": 1}
    assert waiting(done) == ["changed", "third"]
    state = done.state()
    assert (state["status"], state["progress"]["succeeded"]) == ("running", 1)
    assert_counters_are_right(done.id)


def test_where_nothing_changed_nothing_runs(done: Draft) -> None:
    assert newer(done, b"id,text\n2,second\n") == {"inserted": 0, "total": 2, "changed": 0}
    assert done.state()["status"] == "completed"


@pytest.mark.parametrize(
    ("content", "key", "code"),
    [
        (b"id,text\n1,a\n1,b\n", "id", "duplicate_key"),
        (b"id,text\n1,a\n", "number", "unknown_column"),
    ],
)
def test_a_key_that_tells_no_rows_apart_changes_nothing(done: Draft, content: bytes, key: str, code: str) -> None:
    assert errors(newer(done, content, key, 400)) == [(code, "key")]
    assert done.state()["progress"]["succeeded"] == 2
