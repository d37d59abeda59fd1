"""A start that would replace the network's schema is shown first, and goes on only for what was seen."""

from typing import Any

import pytest

from tests.integration.api.support import Draft, errors
from tests.support.api import SCORE, TOPIC, Api

OTHER = {"type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"]}
KEYS = {"respond_payload_schema", "respond_payload_guidance", "respond_payload_example"}


def network_of(draft: Draft) -> str:
    return f"/networks/{draft.state()['network']['id']}"


def data_of(draft: Draft) -> dict[str, Any]:
    data: dict[str, Any] = draft.api.get(network_of(draft))["additional_data"]
    return data


def set_data(draft: Draft, data: dict[str, Any]) -> None:
    draft.api.patch(network_of(draft), {"additional_data": data})


def start(draft: Draft, want: int, **order: Any) -> Any:
    return draft.api.post(f"{draft.path}/run", order, want)


@pytest.fixture
def changed(draft: Draft) -> Draft:
    set_data(draft, {"respond_payload_schema": OTHER, "note": "mine"})
    return draft


def test_a_network_without_a_schema_takes_it_without_a_question(draft: Draft) -> None:
    set_data(draft, {"note": "mine"})
    start(draft, 202)
    data = data_of(draft)
    assert set(data) == KEYS | {"note"}
    assert data["respond_payload_schema"] == draft.state()["schema_json"]


def test_the_same_schema_needs_no_question(draft: Draft) -> None:
    start(draft, 202)
    second = Draft(draft.api, draft.api.ready("net", [["1", "x"]]))
    start(second, 202)


def test_another_schema_is_shown(changed: Draft) -> None:
    body = start(changed, 409)
    assert errors(body, kind="client_error") == [("schema_change", None)]
    assert set(body) == {"type", "errors", "existing", "proposed", "seen"}
    assert body["existing"]["respond_payload_schema"] == OTHER
    assert body["proposed"]["respond_payload_schema"] == changed.state()["schema_json"]
    assert set(body["existing"]) == set(body["proposed"]) == KEYS
    assert changed.state()["status"] == "draft"
    assert data_of(changed)["respond_payload_schema"] == OTHER


def test_what_was_seen_is_replaced_and_nothing_else(changed: Draft) -> None:
    seen = start(changed, 409)["seen"]
    start(changed, 202, confirm_schema_change=True, seen=seen)
    data = data_of(changed)
    assert data["note"] == "mine"
    assert data["respond_payload_schema"] == changed.state()["schema_json"]


def test_a_confirmation_alone_is_for_whatever_is_there(changed: Draft) -> None:
    start(changed, 202, confirm_schema_change=True)


def test_having_seen_it_is_not_yet_a_confirmation(changed: Draft) -> None:
    start(changed, 409, seen=start(changed, 409)["seen"])


def test_what_changed_in_the_meantime_is_shown_again(changed: Draft) -> None:
    seen = start(changed, 409)["seen"]
    newer = {**OTHER, "required": []}
    set_data(changed, {"respond_payload_schema": newer})
    body = start(changed, 409, confirm_schema_change=True, seen=seen)
    assert body["existing"]["respond_payload_schema"] == newer
    assert body["seen"] != seen
    start(changed, 202, confirm_schema_change=True, seen=body["seen"])


def test_what_is_missing_is_said_before(changed: Draft) -> None:
    changed.api.patch(changed.path, {"prompt_template": ""})
    assert errors(start(changed, 400, confirm_schema_change=True)) == [("required", "prompt_template")]
    assert data_of(changed)["respond_payload_schema"] == OTHER


@pytest.mark.parametrize("allowed", [True, False])
def test_users_change_it_where_the_network_allows(api: Api, bob: Api, allowed: bool) -> None:
    api.network(None, users_may_update_schema=allowed)
    bobs = Draft(bob, bob.ready("net", [["1", "x"]], response_fields=[TOPIC]))
    if allowed:
        start(bobs, 202, confirm_schema_change=True)
        return
    assert errors(start(bobs, 400, confirm_schema_change=True)) == [("not_allowed", "schema_mode")]
    assert data_of(bobs) == {}


def test_users_start_where_nothing_would_change(api: Api, bob: Api) -> None:
    api.network(None, users_may_update_schema=False)
    start(Draft(api, api.ready("net", [["1", "x"]], response_fields=[TOPIC])), 202)
    start(Draft(bob, bob.ready("net", [["1", "x"]], response_fields=[TOPIC])), 202)
    other = Draft(bob, bob.ready("net", [["1", "x"]], response_fields=[SCORE]))
    start(other, 400, confirm_schema_change=True)


def test_staff_changes_it_anyway(api: Api) -> None:
    api.network(None, users_may_update_schema=False)
    start(Draft(api, api.ready("net", [["1", "x"]])), 202)
