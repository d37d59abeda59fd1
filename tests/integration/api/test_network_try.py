"""Asking for one call of a network; a worker makes it."""

import pytest

from experiments.models import NetworkCall
from tests.integration.api.support import NOWHERE, errors, words
from tests.support.api import Api

CALL_KEYS = words(
    """
    id network agent_key user_message system_params debug state http_status headers body body_bytes elapsed_ms
    error_code understood trace_id created_at ended_at
    """
)


@pytest.fixture
def path(api: Api) -> str:
    return f"/networks/{api.post('/networks', {'name': 'net', 'agents': [{'key': 'a'}]})['id']}/try"


def test_everybody_asks_and_sees_their_own(api: Api, bob: Api, path: str) -> None:
    call = bob.post(path, {"user_message": " hello\n", "system_params": {"b": 1, "a": 2}, "agent_key": "a"}, 202)
    assert set(call) == CALL_KEYS
    assert (call["state"], call["user_message"], call["error_code"], call["trace_id"]) == (
        "waiting",
        " hello\n",
        None,
        None,
    )
    assert bob.get(f"{path}/{call['id']}") == call
    assert api.get(f"{path}/{call['id']}") == call
    Api.as_user("eve").get(f"{path}/{call['id']}", 404)


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "user_message"),
        ({"user_message": "a\0"}, "user_message"),
        ({"user_message": "x", "system_params": []}, "system_params"),
        ({"user_message": "x", "system_params": {"a": "\0"}}, "system_params"),
        ({"user_message": "x", "system_params": {"network": "y"}}, "system_params"),
        ({"user_message": "x", "agent_key": "nobody"}, "agent_key"),
    ],
)
def test_the_error_names_the_field(bob: Api, path: str, body: dict[str, object], attr: str) -> None:
    assert [where for _, where in errors(bob.post(path, body, 400))] == [attr]
    assert not NetworkCall.objects.exists()


def test_a_fourth_call_at_a_time_is_refused(bob: Api, path: str) -> None:
    for _ in range(3):
        bob.post(path, {"user_message": "x"}, 202)
    assert errors(bob.post(path, {"user_message": "x"}, 409), kind="client_error") == [("too_many", None)]


def test_what_is_not_there_is_a_404(api: Api, path: str) -> None:
    api.post("/networks/999/try", {"user_message": "x"}, 404)
    api.get(f"{path}/{NOWHERE}", 404)
    call = api.post(path, {"user_message": "x"}, 202)
    api.get(f"/networks/999/try/{call['id']}", 404)
