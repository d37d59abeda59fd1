"""A body beyond 32 MB is a 413 and never a 500."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.integration.api.support import Draft, errors, send

MEGABYTE = 1024 * 1024


def test_40_mb_of_json(draft: Draft) -> None:
    body = b'{"rows": "' + b"x" * (40 * MEGABYTE) + b'"}'
    answer = send(draft.api, "POST", f"{draft.path}/rows", body, 413)
    assert errors(answer, kind="client_error") == [("too_large", None)]


def test_the_limit_itself_is_taken(draft: Draft, settings: Any) -> None:
    body = b'{"name": "small"}'
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = len(body)
    send(draft.api, "PATCH", draft.path, body, 200)
    send(draft.api, "PATCH", draft.path, body + b" ", 413)


def test_a_form_field_as_large(draft: Draft) -> None:
    data = {"encoding": "x" * (33 * MEGABYTE)}
    answer = draft.api.call("post", f"{draft.path}/upload", 413, data, format="multipart")
    assert errors(answer, kind="client_error") == [("too_large", None)]


def test_a_file_beyond_the_limit_of_uploads(draft: Draft, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    data = {"file": SimpleUploadedFile("x.csv", b"a,b\n" * 5, "text/csv")}
    answer = draft.api.call("post", f"{draft.path}/upload", 413, data, format="multipart")
    assert errors(answer, kind="client_error") == [("too_large", "file")]
    assert "10" in answer["errors"][0]["detail"]
    assert draft.state()["progress"]["total"] == 2
