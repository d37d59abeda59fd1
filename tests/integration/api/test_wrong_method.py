"""A method that an address does not have is a 405."""

import pytest

from tests.integration.api.support import Draft, errors

NOT_ALLOWED = [
    ("put", "/networks"),
    ("delete", "/networks"),
    ("put", "/networks/1"),
    ("post", "/networks/1"),
    ("put", "/csv_batches"),
    ("delete", "/csv_batches"),
    ("post", "/runs"),
    ("delete", "/runs/x"),
    ("post", "/schema"),
    ("post", "/docs"),
]
NOT_ALLOWED_OF_A_BATCH = [
    ("put", ""),
    ("post", ""),
    *(("get", f"/{action}") for action in ("upload", "preview", "run", "pause", "resume", "cancel", "retry")),
    ("delete", "/rows"),
    ("delete", "/rows/0"),
    ("post", "/export"),
]


@pytest.mark.parametrize(("method", "path"), NOT_ALLOWED)
def test_of_a_list_or_a_thing(draft: Draft, method: str, path: str) -> None:
    assert errors(draft.api.call(method, path, 405), kind="client_error") == [("method_not_allowed", None)]


@pytest.mark.parametrize(("method", "path"), NOT_ALLOWED_OF_A_BATCH)
def test_of_a_batch(draft: Draft, method: str, path: str) -> None:
    body = draft.api.call(method, draft.path + path, 405)
    assert errors(body, kind="client_error") == [("method_not_allowed", None)]


def test_options_and_head_are_answered(draft: Draft) -> None:
    for path in ("/networks", "/csv_batches", "/runs", draft.path, f"{draft.path}/rows", f"{draft.path}/run"):
        draft.api.call("options", path, 200)
    for path in ("/networks", "/csv_batches", "/runs", draft.path, f"{draft.path}/rows"):
        assert draft.api.client.head(f"/api{path}").status_code == 200
