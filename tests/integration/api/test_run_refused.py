"""What `/run` cannot do is an answer in JSON with a `detail`, and never a 500."""

import socket
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from experiments.models import Network, Run
from tests.integration.api.run_support import checked, run
from tests.integration.api.support import errors
from tests.support.api import Api
from tests.support.llm_server import LlmServer, Reply

BODY: dict[str, Any] = {"network": "own", "user_message": "x"}
NOBODY = "http://127.0.0.1:1/v1"
BAD = [
    ({"network": None}, "network"),
    ({"network": ""}, "network"),
    ({"network": 5.5, "user_message": None}, "user_message"),
    ({"user_message": ["x"]}, "user_message"),
    ({"user_message": "a\0b"}, "user_message"),
    ({"system_params": []}, "system_params"),
    ({"system_params": {"network": "x"}}, "system_params"),
    ({"system_params": {"a": {"b": "\0"}}}, "system_params"),
    ({"system_params": {"\0": 1}}, "system_params"),
    ({"debug": "perhaps"}, "debug"),
    ({"max_steps": 0}, "max_steps"),
    ({"version": "five"}, "version"),
    ({"experiment_item_index": -1}, "experiment_item_index"),
    ({"respond_payload_schema": {"type": "array"}}, "respond_payload_schema"),
    ({"respond_payload_schema": "object"}, "respond_payload_schema"),
    ({"respond_payload_example": []}, "respond_payload_example"),
    ({"respond_payload_guidance": {}}, "respond_payload_guidance"),
]


@pytest.fixture
def own(api: Api) -> str:
    return api.network(None, "own")


@pytest.mark.parametrize(("values", "attr"), BAD)
def test_a_bad_body_is_a_422(api: Api, own: str, values: dict[str, Any], attr: str) -> None:
    reply = run(api, {**BODY, **values}, 422)
    assert attr in [where for _, where in errors(reply)]
    assert attr in reply["detail"]


def test_missing_fields(api: Api) -> None:
    assert errors(run(api, {}, 422)) == [("required", "network"), ("required", "user_message")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff", "application/json"),
        (b'{"network": "own", "user_message": "\\ud800"}', "application/json"),
        (b'{"network": "own", "user_message": "x", "system_params": {"a": 1e999}}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"network=own", "application/x-www-form-urlencoded"),
        (b"network=own", ""),
    ],
)
def test_what_is_no_json_object_is_a_422(api: Api, own: str, body: Any, content_type: str) -> None:
    checked(api.client.generic("POST", "/run", body, content_type=content_type), 422)


def test_40_mb_are_a_413(api: Api, own: str) -> None:
    body: Any = b'{"user_message": "' + b"x" * 40_000_000 + b'"}'
    checked(api.client.generic("POST", "/run", body, content_type="application/json"), 413)


def test_an_unknown_network_or_agent_is_a_404(api: Api, own: str, settings: Any) -> None:
    settings.OPENAI_BASE_URL = NOBODY  # and is found out before the model is asked
    assert errors(run(api, {**BODY, "network": "other"}, 404), kind="client_error") == [("unknown_network", "network")]
    assert errors(run(api, {**BODY, "agent_key": "z"}, 404), kind="client_error") == [("unknown_agent", "agent_key")]


def test_a_network_without_an_agent_that_answers_is_a_404(api: Api, settings: Any) -> None:
    settings.OPENAI_BASE_URL = NOBODY
    api.network(None, "own", agents=[{"key": "a"}, {"key": "b"}])
    assert errors(run(api, BODY, 404), kind="client_error") == [("unknown_agent", "agent_key")]
    api.network(None, "empty", agents=[])
    run(api, {**BODY, "network": "empty"}, 404)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_another_method_is_a_405(api: Api, method: str) -> None:
    checked(getattr(api.client, method)("/run"), 405)


def test_no_model_at_the_address_is_a_502(api: Api, own: str, settings: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        reply = run(api, BODY, 502)
    assert errors(reply, kind="server_error") == [("model_error", None)]
    assert "could not be reached" in reply["detail"]
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [
        Reply(raw="{}", status=500),
        Reply(raw="{}", status=401),
        Reply(raw="<html>"),
        Reply(raw="[]"),
        Reply(raw='{"choices": []}'),
        Reply(hang_up=True),
    ],
)
def test_a_model_that_fails_is_a_502(api: Api, own: str, llm: LlmServer, answer: Reply) -> None:
    llm.script(answer)
    assert errors(run(api, BODY, 502), kind="server_error")


@pytest.mark.parametrize(
    "data",
    [
        {"respond_payload_guidance": 5},
        {"respond_payload_schema": "text"},
        {"respond_payload_schema": []},
        {"respond_payload_example": 7},
    ],
)
def test_odd_data_of_a_network_is_no_500(api: Api, own: str, llm: LlmServer, data: dict[str, Any]) -> None:
    """As the admin or a migration may have left it there."""
    Network.objects.update(additional_data=data)
    run(api, BODY)


def test_a_failure_that_nobody_foresaw_is_a_503(api: Api, own: str, settings: Any) -> None:
    settings.OPENAI_BASE_URL = 5
    reply = run(api, BODY, 503)
    assert errors(reply, kind="server_error") == [("error", None)]


@pytest.mark.django_db
def test_nobody_is_a_401() -> None:
    checked(Client().post("/run", BODY, content_type="application/json"), 401)
    checked(Client().get("/run"), 401)


def test_the_embedded_model_is_not_started_for_nothing(api: Api, own: str, settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path / "var"
    run(api, {**BODY, "agent_key": "z"}, 404)
    assert not settings.VAR_DIR.exists()
