"""Rows whose prompt columns are all blank are not called where the batch says so."""

import csv
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.integration.api.support import Draft, assert_counters_are_right, errors, finish
from tests.support.api import Api

ANSWER = {"topic": "x", "score": 1}
ROWS = [["1", "first"], ["2", ""], ["3", " \u00a0\t\n"], ["4", "last"]]


@pytest.fixture
def draft(api: Api) -> Draft:
    """Its template names the column `text`; the other column is ignored."""
    return Draft(api, api.ready(api.network(None), ROWS))


def statuses(draft: Draft) -> list[str]:
    return [row["status"] for row in draft.api.get(f"{draft.path}/rows")["results"]]


def started(draft: Draft, **changes: Any) -> dict[str, Any]:
    draft.api.patch(draft.path, {"skip_empty": True, **changes})
    draft.api.run(draft.id)
    assert_counters_are_right(draft.id)
    return draft.state()


def test_they_are_called_unless_the_batch_says_otherwise(draft: Draft) -> None:
    assert draft.state()["skip_empty"] is False
    draft.api.run(draft.id)
    assert statuses(draft) == ["queued"] * 4


def test_they_are_skipped_when_it_starts_and_counted_as_done(draft: Draft) -> None:
    state = started(draft)
    assert (state["status"], state["skip_empty"], statuses(draft)) == (
        "running",
        True,
        ["queued", "skipped", "skipped", "queued"],
    )
    progress = state["progress"]
    assert (progress["total"], progress["queued"], progress["skipped"]) == (4, 2, 2)
    found = draft.api.get(f"{draft.path}/rows", status="skipped")["results"]
    assert [row["row_index"] for row in found] == [1, 2]


def test_a_batch_of_nothing_else_is_completed_at_once(draft: Draft) -> None:
    empty = Draft(draft.api, draft.api.ready(draft.api.network(None, "other"), [["1", ""], ["2", " "]]))
    assert (started(empty)["status"], statuses(empty)) == ("completed", ["skipped"] * 2)


def test_a_system_param_that_the_template_writes_is_in_the_prompt(draft: Draft) -> None:
    columns = [{"name": "id", "mode": "system_param", "key": "number"}, {"name": "text", "mode": "ignore"}]
    started(draft, columns=columns, prompt_template="Row {{ system_params.number }}: {{ row.text }}")
    assert statuses(draft) == ["queued"] * 4


def test_a_system_param_alone_is_nothing_to_ask_about(draft: Draft) -> None:
    started(draft, columns=[{"name": "id", "mode": "system_param", "key": "number"}])
    assert statuses(draft) == ["queued", "skipped", "skipped", "queued"]


def test_they_are_exported_with_their_status_and_without_an_answer(draft: Draft) -> None:
    started(draft)
    finish(draft.id, {0: ANSWER, 3: ANSWER})
    lines = draft.api.export(draft.id, metadata=1).decode().split("\n")
    rows = list(csv.DictReader(lines))
    assert [row["status"] for row in rows] == ["succeeded", "skipped", "skipped", "succeeded"]
    assert [row["topic"] for row in rows] == ["x", "", "", "x"]


def test_nobody_retries_or_corrects_them(draft: Draft) -> None:
    started(draft)
    finish(draft.id, {0: ANSWER, 3: ANSWER})
    assert draft.api.post(f"{draft.path}/retry", {"row_indexes": [1], "force": True}, 202)["requeued"] == 0
    body = draft.api.post(f"{draft.path}/rows/correct", {"row_indexes": [1], "set": {"score": 2}}, 409)
    assert errors(body, kind="client_error") == [("wrong_status", None)]
    assert "skipped" in body["errors"][0]["detail"]


def test_rows_that_are_added_are_skipped_too(draft: Draft) -> None:
    started(draft)
    finish(draft.id, {0: ANSWER, 3: ANSWER})
    file = SimpleUploadedFile("more.csv", b"id,text\n5,fifth\n6,\n", "text/csv")
    draft.api.call("post", f"{draft.path}/append", 201, {"file": file}, format="multipart")
    assert statuses(draft)[4:] == ["queued", "skipped"]
    assert_counters_are_right(draft.id)


def test_a_newer_file_gives_a_skipped_row_a_text_and_takes_another_s(draft: Draft) -> None:
    started(draft)
    finish(draft.id, {0: ANSWER, 3: ANSWER})
    file = SimpleUploadedFile("newer.csv", b"id,text\n1,\n2,second\n", "text/csv")
    draft.api.call("post", f"{draft.path}/append", 201, {"file": file, "key": "id"}, format="multipart")
    assert statuses(draft) == ["skipped", "queued", "skipped", "succeeded"]
    assert_counters_are_right(draft.id)


@pytest.mark.parametrize("wrong", ["perhaps", None, 3])
def test_what_is_neither_yes_nor_no_is_refused(draft: Draft, wrong: Any) -> None:
    assert errors(draft.api.patch(draft.path, {"skip_empty": wrong}, 400))[0][1] == "skip_empty"
