"""One site serves several providers at once: each network's runs go to its own endpoint, with its own credentials."""

from collections.abc import Iterator
from typing import Any

import pytest

from experiments.models import EndpointDialect, Network
from experiments.runtime.chat_client import chat_client
from tests.integration.api.run_support import run
from tests.support.api import Api
from tests.support.llm_server import LlmServer, Refusal, Reply

SITE_KEY, OWN_KEY = "site-key-0123456789", "own-key-0123456789"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}


@pytest.fixture(scope="module")
def _other_process() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture
def other(_other_process: LlmServer) -> LlmServer:
    """Another provider than the site's."""
    _other_process.script(Reply(text='{"from": "other"}'))
    return _other_process


@pytest.fixture(autouse=True)
def _own_and_other(llm: LlmServer, settings: Any) -> None:
    llm.script(Reply(text='{"from": "site"}'))
    settings.OPENAI_API_KEY, settings.OPENAI_HEADERS = SITE_KEY, {"X-Site": "yes"}
    settings.OPENAI_TEMPERATURE, settings.OPENAI_MAX_TOKENS = 0.25, 111


def answer(api: Api, network: str, **values: Any) -> Any:
    return run(api, {"network": network, "user_message": "hi", **values})["final"]["response_payload"]


def test_each_network_has_its_own_and_the_others_the_site_s(api: Api, llm: LlmServer, other: LlmServer) -> None:
    own = {"base_url": other.base_url, "model": "theirs", "api_key": OWN_KEY, "headers": {"X-Own": "yes"}}
    api.network(None, "own", endpoint={**own, "temperature": 1, "max_output_tokens": 222})
    api.network(None, "plain")
    assert [answer(api, name) for name in ("own", "plain", "own")] == [
        {"from": "other"}, {"from": "site"}, {"from": "other"}
    ]  # fmt: skip
    theirs, ours = other.calls()[0], llm.calls()[0]
    assert (theirs["body"]["model"], ours["body"]["model"]) == ("theirs", "scripted")
    assert theirs["headers"]["authorization"] == f"Bearer {OWN_KEY}"
    assert ours["headers"]["authorization"] == f"Bearer {SITE_KEY}"
    assert [call["headers"].get("x-site") for call in (theirs, ours)] == [None, "yes"]
    assert [call["headers"].get("x-own") for call in (theirs, ours)] == ["yes", None]
    assert [call["body"]["temperature"] for call in (theirs, ours)] == [1, 0.25]
    assert [call["body"]["max_tokens"] for call in (theirs, ours)] == [222, 111]


def test_the_site_s_credentials_never_go_to_another_address(api: Api, other: LlmServer) -> None:
    api.network(None, "own", endpoint={"base_url": other.base_url, "model": "theirs"})
    answer(api, "own")
    headers = other.calls()[0]["headers"]
    assert "authorization" not in headers
    assert "x-site" not in headers


def test_without_an_address_the_site_s_endpoint_is_asked_for_another_model(api: Api, llm: LlmServer) -> None:
    api.network(None, "own", endpoint={"model": "larger", "temperature": 0})
    answer(api, "own")
    (call,) = llm.calls()
    assert (call["body"]["model"], call["body"]["temperature"], call["body"]["max_tokens"]) == ("larger", 0, 111)
    assert call["headers"]["authorization"] == f"Bearer {SITE_KEY}"


def test_an_agent_s_own_model_wins(api: Api, other: LlmServer) -> None:
    agents = [{"key": "a", "is_default": True, "model": "agent's"}]
    api.network(None, "own", agents=agents, endpoint={"base_url": other.base_url, "model": "theirs"})
    answer(api, "own")
    assert other.calls()[0]["body"]["model"] == "agent's"


def test_a_host_that_is_not_allowed_any_more_is_not_called(api: Api, other: LlmServer, settings: Any) -> None:
    api.network(None, "own", endpoint={"base_url": other.base_url, "model": "theirs"})
    settings.RUN_HOSTS_LOOPBACK = False
    reply = run(api, {"network": "own", "user_message": "hi"}, 400)
    assert "OPENAI_HOSTS" in reply["detail"]
    assert other.calls() == []


def test_credentials_that_no_key_opens_are_told(api: Api, other: LlmServer) -> None:
    api.network(None, "own", endpoint={"base_url": other.base_url, "model": "theirs", "api_key": OWN_KEY})
    Network.objects.update(sealed_endpoint="gAAAA-of-another-key")
    reply = run(api, {"network": "own", "user_message": "hi"}, 502)
    assert "FIELD_KEYS" in reply["detail"]
    assert other.calls() == []


def test_what_one_process_learned_of_an_endpoint_holds_for_the_next(api: Api, other: LlmServer) -> None:
    api.network(None, "own", endpoint={"base_url": other.base_url, "model": "theirs"})
    other.script(Reply(text='{"a": "x"}'), refuses=[Refusal("response_format", "response_format is unknown")])
    for calls in (4, 5):
        chat_client.cache_clear()  # as a new process begins
        assert answer(api, "own", respond_payload_schema=SCHEMA) == {"a": "x"}
        assert len(other.calls()) == calls
    assert EndpointDialect.objects.get().dialect["output"] == "tools"


def test_other_settings_of_an_endpoint_are_another_endpoint(api: Api, other: LlmServer) -> None:
    api.network(None, "own", endpoint={"base_url": other.base_url, "model": "theirs"})
    other.script(Reply(text='{"a": "x"}'), refuses=[Refusal("response_format", "response_format is unknown")])
    answer(api, "own", respond_payload_schema=SCHEMA)
    network = api.get("/networks")["results"][0]
    api.patch(f"/networks/{network['id']}", {"endpoint": {"api_key": OWN_KEY}})
    other.script(Reply(text='{"a": "x"}'))
    answer(api, "own", respond_payload_schema=SCHEMA)
    assert other.calls()[0]["body"]["response_format"]["json_schema"]["strict"] is True
