"""The hard limits of a batch as the API takes, gives and keeps them."""

from typing import Any

import pytest

from experiments.models import Queue
from tests.integration.api.support import Draft, errors, set_status
from tests.support.api import Api

NAMES = ("max_failures", "max_calls", "max_tokens", "max_minutes")
SET = {"max_failures": 10, "max_calls": 500, "max_tokens": 10**12, "max_minutes": 90}
NONE = dict.fromkeys(NAMES)


def limits_of(state: dict[str, Any]) -> dict[str, int | None]:
    return {name: state[name] for name in NAMES}


def test_there_are_none_unless_they_are_set(api: Api) -> None:
    network = api.network(None)
    assert limits_of(api.post("/csv_batches", {"name": "x", "network": network})) == NONE
    assert limits_of(api.post("/csv_batches", {"name": "x", "network": network, **SET})) == SET


@pytest.mark.parametrize("status", ["draft", "running", "paused", "completed", "cancelled"])
def test_they_change_in_every_status_and_null_takes_them_away(draft: Draft, status: str) -> None:
    if status == "completed":
        Queue.objects.filter(pk=draft.id).update(queued=0, succeeded=2)
    set_status(draft.id, status)
    assert limits_of(draft.api.patch(draft.path, SET)) == SET
    after = limits_of(draft.api.patch(draft.path, {"max_calls": None}))
    assert after == {**SET, "max_calls": None}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, -1, "many", 1.5, 10**16])
def test_what_is_no_limit_is_refused_by_name(draft: Draft, name: str, value: Any) -> None:
    [(_, attr)] = errors(draft.api.patch(draft.path, {name: value}, 400))
    assert attr == name
    assert limits_of(draft.state()) == NONE


def test_a_duplicate_has_them_and_has_used_nothing(draft: Draft) -> None:
    draft.api.patch(draft.path, SET)
    Queue.objects.filter(pk=draft.id).update(calls=7, tokens=9, ran_before_s=60)
    copy = draft.api.post(f"{draft.path}/duplicate")
    assert limits_of(copy) == SET
    used = copy["progress"]
    assert (used["calls"], used["tokens"], used["running_seconds"]) == (0, 0, 0)


def test_what_is_used_stands_in_the_progress(draft: Draft) -> None:
    Queue.objects.filter(pk=draft.id).update(calls=7, ran_before_s=61.4)
    used = draft.state()["progress"]
    assert (used["calls"], used["running_seconds"]) == (7, 61)
