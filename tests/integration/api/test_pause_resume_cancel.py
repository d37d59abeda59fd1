"""Pause, resume and cancel: allowed in some states, a 409 in the others."""

import pytest

from tests.integration.api.support import BATCH_KEYS, UTC_TIME, Draft, errors, finish, set_status

ALLOWED = {
    ("running", "pause"): "paused",
    ("running", "cancel"): "cancelled",
    ("paused", "resume"): "running",
    ("paused", "cancel"): "cancelled",
    ("cancelled", "resume"): "running",
}
STATES = ("draft", "running", "paused", "completed", "cancelled")


def bring_to(draft: Draft, status: str) -> None:
    if status == "draft":
        return
    draft.api.run(draft.id)
    if status == "completed":
        finish(draft.id, {0: {}, 1: {}})
    else:
        set_status(draft.id, status)


@pytest.mark.parametrize(("status", "action"), ALLOWED)
def test_allowed(draft: Draft, status: str, action: str) -> None:
    bring_to(draft, status)
    batch = draft.api.post(f"{draft.path}/{action}", want=202)
    assert set(batch) == BATCH_KEYS
    assert batch["status"] == ALLOWED[status, action]


@pytest.mark.parametrize(
    ("status", "action"),
    [(s, a) for s in STATES for a in ("pause", "resume", "cancel") if (s, a) not in ALLOWED],
)
def test_not_allowed(draft: Draft, status: str, action: str) -> None:
    bring_to(draft, status)
    body = draft.api.post(f"{draft.path}/{action}", want=409)
    assert errors(body, kind="client_error") == [("wrong_status", None)]
    assert draft.state()["status"] == status


def test_a_cancelled_batch_says_when_it_ended_and_a_resumed_one_has_not(draft: Draft) -> None:
    bring_to(draft, "running")
    assert UTC_TIME.fullmatch(draft.api.post(f"{draft.path}/cancel", want=202)["completed_at"])
    assert draft.api.post(f"{draft.path}/resume", want=202)["completed_at"] is None
