"""Unreadable rows can be left out of a file: their number and a list of them stay with the batch."""

import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest

from csv_batches.models import CsvBatch
from csv_batches.services import uploaded_files
from tests.integration.api.support import Draft, set_status
from tests.support.api import Api

BROKEN = b'id,text\n1,good\n2,bad,too long\n3,"also, good"\n4\n'
HEADER = ["line", "reason", "text"]


@pytest.fixture
def empty(api: Api) -> Draft:
    return Draft(api, api.draft(api.network(None)))


def listed(draft: Draft) -> list[list[str]]:
    return list(csv.reader(io.StringIO(draft.api.get(f"{draft.path}/rejects").decode())))


def kept(draft: Draft) -> Path:
    return Path(CsvBatch.objects.get(pk=draft.id).rejects.path)


def test_they_are_counted_and_listed_with_line_reason_and_text(empty: Draft) -> None:
    answer = empty.api.upload(empty.id, BROKEN, ragged="skip")
    assert (answer["rows"], answer["rejects"], answer["options"]["ragged"]) == (2, 2, "skip")
    header, *rejects = listed(empty)
    assert header == HEADER
    assert [(line, text) for line, _, text in rejects] == [("3", "2,bad,too long"), ("5", "4")]
    assert all(reason for _, reason, _ in rejects)
    assert [row["row_index"] for row in empty.api.rows(empty.id)] == [0, 1]
    assert empty.state()["upload"]["rejects"] == 2


def test_it_is_a_download_and_stays_after_the_start(empty: Draft) -> None:
    empty.api.upload(empty.id, BROKEN, ragged="skip")
    set_status(empty.id, "running")
    response = empty.api.client.get(f"/api{empty.path}/rejects")
    assert response["Content-Disposition"] == 'attachment; filename="x.rejects.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.getvalue().startswith(b"line,reason,text\n")


def test_without_any_it_is_the_header_alone(empty: Draft) -> None:
    assert listed(empty) == [HEADER]
    assert empty.api.upload(empty.id, b"a,b\n1,2\n", ragged="skip")["rejects"] == 0
    assert listed(empty) == [HEADER]


def test_another_file_takes_the_place_of_theirs(empty: Draft, django_capture_on_commit_callbacks: Any) -> None:
    empty.api.upload(empty.id, BROKEN, ragged="skip")
    before = kept(empty)
    with django_capture_on_commit_callbacks(execute=True):
        empty.api.upload(empty.id, b"a,b\n1,2\n")
    assert (listed(empty), before.exists()) == ([HEADER], False)


def test_a_refused_file_leaves_them_as_they_were(empty: Draft) -> None:
    empty.api.upload(empty.id, BROKEN, ragged="skip")
    before, files = listed(empty), set(os.listdir(kept(empty).parent))
    empty.api.upload(empty.id, BROKEN, want=400)
    assert (listed(empty), set(os.listdir(kept(empty).parent))) == (before, files)


def test_a_duplicate_has_them_too_until_both_are_gone(empty: Draft, django_capture_on_commit_callbacks: Any) -> None:
    empty.api.upload(empty.id, BROKEN, ragged="skip")
    copy = Draft(empty.api, empty.api.post(f"{empty.path}/duplicate")["id"])
    file, before = kept(empty), listed(empty)
    with django_capture_on_commit_callbacks(execute=True):
        empty.api.call("delete", empty.path, 204)
    assert (listed(copy), copy.state()["upload"]["rejects"]) == (before, 2)
    with django_capture_on_commit_callbacks(execute=True):
        copy.api.call("delete", copy.path, 204)
    assert not file.exists()


def test_they_are_no_file_that_belongs_to_nothing(empty: Draft) -> None:
    empty.api.upload(empty.id, BROKEN, ragged="skip")
    os.utime(kept(empty), (0, 0))
    uploaded_files.delete_unknown()
    assert len(listed(empty)) == 3


def test_they_are_forgotten_with_the_source(empty: Draft, django_capture_on_commit_callbacks: Any) -> None:
    empty.api.upload(empty.id, BROKEN, ragged="skip")
    file = kept(empty)
    with django_capture_on_commit_callbacks(execute=True):
        uploaded_files.forget_source(empty.id)
    assert (listed(empty), file.exists()) == ([HEADER], False)


def test_nobody_else_sees_them(empty: Draft) -> None:
    empty.api.upload(empty.id, BROKEN, ragged="skip")
    Api.as_user("eve").get(f"{empty.path}/rejects", 404)
