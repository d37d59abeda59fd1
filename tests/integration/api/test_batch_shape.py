"""A batch has these keys and no others, wherever it is answered."""

import uuid
from typing import Any

import pytest

from tests.integration.api.support import BATCH_KEYS, PROGRESS_KEYS, UTC_TIME, Draft, finish, set_status
from tests.support.api import Api


def test_a_new_batch_has_the_defaults(api: Api) -> None:
    network = api.post("/networks", {"name": "net"})
    batch = api.post("/csv_batches", {"name": "mails", "network": "net"})
    assert set(batch) == BATCH_KEYS
    assert str(uuid.UUID(batch["id"])) == batch["id"]
    assert UTC_TIME.fullmatch(batch["created_at"])
    expected: dict[str, Any] = {
        "kind": "csv_batch",
        "name": "mails",
        "network": {"id": network["id"], "name": "net"},
        "agent_key": None,
        "status": "draft",
        "columns": [],
        "prompt_template": "",
        "response_fields": [],
        "schema_json": None,
        "schema_mode": "update",
        "debug": False,
        "concurrency": 1,
        "max_attempts": 4,
        "pause_reason": None,
        "upload": None,
        "created_by": "ann",
        "started_at": None,
        "completed_at": None,
    }
    assert {key: batch[key] for key in expected} == expected
    assert set(batch["progress"]) == PROGRESS_KEYS
    assert batch["progress"]["total"] == 0
    assert batch["progress"]["eta_seconds"] is None


def test_detail_list_change_and_start_answer_the_same_shape(draft: Draft) -> None:
    detail = draft.state()
    assert set(detail) == BATCH_KEYS
    listed = draft.api.get("/csv_batches")["results"]
    assert [set(batch) for batch in listed] == [BATCH_KEYS]
    assert set(draft.api.patch(draft.path, {"name": "other"})) == BATCH_KEYS
    assert set(draft.api.run(draft.id)) == BATCH_KEYS


def test_columns_are_answered_with_all_four_keys_in_file_order(draft: Draft) -> None:
    assert draft.state()["columns"] == [
        {"name": "id", "header": "id", "mode": "ignore", "key": "id"},
        {"name": "text", "header": "text", "mode": "ignore", "key": "text"},
    ]


def test_a_running_batch_says_when_it_started(draft: Draft) -> None:
    batch = draft.api.run(draft.id)
    assert batch["status"] == "running"
    assert UTC_TIME.fullmatch(batch["started_at"])
    assert batch["progress"] | {"total": 2, "queued": 2, "succeeded": 0} == batch["progress"]


@pytest.mark.parametrize("status", ["running", "completed", "cancelled"])
def test_only_a_paused_batch_has_a_reason(draft: Draft, status: str) -> None:
    draft.api.run(draft.id)
    reason: dict[str, Any] = draft.api.post(f"{draft.path}/pause", want=202)["pause_reason"]
    assert reason == {"code": "user", "detail": "Paused by ann.", "until": None}
    if status == "completed":
        finish(draft.id, {0: {}, 1: {}})
    else:
        set_status(draft.id, status)
    assert draft.state()["pause_reason"] is None


def test_the_schema_is_built_from_the_response_fields(api: Api) -> None:
    api.network(None)
    fields = [
        {"name": "b", "description": "second letter", "type": "string", "required": True, "choices": ["x", "y"]},
        {"name": "a", "description": "", "type": "number", "required": False, "nullable": True},
    ]
    batch = api.post("/csv_batches", {"name": "x", "network": "net", "response_fields": fields})
    assert batch["response_fields"] == [{"nullable": False, **field} for field in fields]
    assert batch["schema_json"] == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "b": {"type": "string", "enum": ["x", "y"], "description": "second letter"},
            "a": {"type": ["number", "null"]},
        },
        "required": ["b"],
    }
    assert list(batch["schema_json"]["properties"]) == ["b", "a"]
