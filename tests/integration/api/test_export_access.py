"""An export is there when the batch is finished, and before that on request."""

import pytest

from tests.integration.api.support import Draft, errors, finish, set_status
from tests.support.api import Api, from_csv


@pytest.mark.parametrize("status", ["draft", "running", "paused"])
def test_before_the_end_only_on_request(draft: Draft, status: str) -> None:
    if status != "draft":
        draft.api.run(draft.id)
        set_status(draft.id, status)
    body = draft.api.get(f"{draft.path}/export", 409)
    assert errors(body, kind="client_error") == [("not_finished", None)]
    assert draft.api.get(f"{draft.path}/export", 409, partial=0) == body
    assert len(from_csv(draft.api.export(draft.id, partial=1))) == 3


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_at_the_end(draft: Draft, status: str) -> None:
    draft.api.run(draft.id)
    finish(draft.id, {0: {}, 1: {}})
    set_status(draft.id, status)
    assert len(from_csv(draft.api.export(draft.id))) == 3


def test_a_draft_without_columns_or_rows(api: Api) -> None:
    batch = api.draft(api.network(None))
    head = "run_trace_id,status,elapsed_ms,attempts,error_code,error_message,row_index,corrected"
    head += ",input_tokens,output_tokens,cost,version"
    assert from_csv(api.export(batch, partial=1)) == [head.split(",")]
    assert api.export(batch, partial=1, format="jsonl") == b""


def test_the_answer_is_a_file_to_keep(draft: Draft) -> None:
    draft.api.patch(draft.path, {"name": 'a/b "c"\r\nX: y ü'})
    for name, kind in (("csv", "text/csv; charset=utf-8"), ("jsonl", "application/jsonl")):
        response = draft.api.client.get(f"/api{draft.path}/export", query_params={"partial": 1, "format": name})
        assert response["Content-Type"] == kind
        assert response["Content-Disposition"].startswith("attachment; filename")
        assert response["Content-Disposition"].rstrip('"').endswith(f".{name}")
        assert response["Cache-Control"] == "no-store"
        assert "/" not in response["Content-Disposition"]
        assert b"".join(response.streaming_content)


@pytest.mark.parametrize("accept", ["text/csv", "application/jsonl", "text/html", "application/json", "*/*"])
def test_what_the_client_says_it_accepts_makes_no_difference(draft: Draft, accept: str) -> None:
    draft.api.call("get", f"{draft.path}/export?partial=1&format=csv", 200, headers={"accept": accept})
    refused = draft.api.client.get(f"/api{draft.path}/export", headers={"accept": accept})
    assert refused.status_code == 409
    assert errors(refused.json(), kind="client_error") == [("not_finished", None)]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("format", "pdf"),
        ("format", "json"),
        ("metadata", "2"),
        ("partial", "perhaps"),
        ("excel", "x"),
        ("status", "done"),
    ],
)
def test_an_option_that_cannot_be(draft: Draft, option: str, value: str) -> None:
    body = draft.api.get(f"{draft.path}/export", 400, **{"partial": "1", option: value})
    assert [where for _, where in errors(body)] == [option]


def test_nothing_else_has_a_format(draft: Draft) -> None:
    assert errors(draft.api.get(draft.path, 400, format="csv")) == [("unknown", "format")]
