"""Our own `POST /run`: the reply, and the run that is kept of it."""

from typing import Any

import pytest

from experiments.models import Run
from tests.integration.api.run_support import run
from tests.integration.api.support import RUN_KEYS
from tests.support.api import Api
from tests.support.llm_server import LlmServer, Reply

REPLY_KEYS = {
    *("trace_id", "graph_version_id", "model", "run_duration_ms", "execution_log", "llm_usage_totals", "final"),
    *("debug", "cost"),
}
SCHEMA = {"type": "object", "properties": {"topic": {"type": "string"}}, "required": ["topic"]}


@pytest.fixture
def network(api: Api, llm: LlmServer) -> str:
    return api.network(None, "own", version=5)


def test_a_full_reply(api: Api, network: str, llm: LlmServer) -> None:
    llm.script(Reply(text='{"topic": "billing"}'))
    reply = run(api, {"network": network, "user_message": "Where is my money?"})
    assert set(reply) == REPLY_KEYS
    assert reply["final"] == {"status": "ok", "response_payload": {"topic": "billing"}, "error": None}
    assert reply["llm_usage_totals"] == {"prompt_tokens": 11, "response_tokens": 7, "total_tokens": 18}
    assert reply["debug"] is None
    (step,) = reply["execution_log"]
    assert (step["type"], step["agent_key"], step["decision"]) == ("agent", "a", "RESPOND")
    assert step["decision_full"]["action"] == "RESPOND"
    assert isinstance(reply["run_duration_ms"], int)


def test_prompts_and_raw_text_only_with_debug(api: Api, network: str, llm: LlmServer) -> None:
    llm.script(Reply(text='{"topic": "billing"}'))
    body = {"network": network, "user_message": "MARK"}
    plain = run(api, body)
    assert "MARK" not in str(plain)
    debug = run(api, {**body, "debug": True})
    (said,) = debug["debug"]
    assert set(said) == {"agent", "prompt", "raw"}
    assert "MARK" in said["prompt"]
    assert said["raw"] == '{"topic": "billing"}'


def test_the_model_is_told_message_params_and_schema(api: Api, network: str, llm: LlmServer) -> None:
    llm.script(Reply(text='{"topic": "x"}'))
    run(
        api,
        {
            "network": network,
            "agent_key": None,
            "user_message": "the message",
            "system_params": {"mail": {"body": "the body"}},
            "respond_payload_schema": SCHEMA,
            "respond_payload_guidance": "the guidance",
            "respond_payload_example": {"topic": "x"},
            "max_steps": 3,
            "version": 5,
            "experiment_id": "elsewhere",
            "experiment_item_index": 3,
            "unknown": "is ignored",
        },
    )
    asked = str(llm.calls()[0]["body"])
    for part in ("the message", "the body", "the guidance", "topic"):
        assert part in asked


def test_the_run_is_kept_for_whoever_asked(api: Api, bob: Api, network: str, llm: LlmServer) -> None:
    llm.script(Reply(text='{"topic": "billing"}'))
    body: dict[str, Any] = {"network": network, "user_message": "x", "respond_payload_schema": SCHEMA}
    trace_id = run(bob, body)["trace_id"]
    kept = bob.get(f"/runs/{trace_id}")
    assert set(kept) == RUN_KEYS
    assert (kept["network"], kept["status"], kept["queue"], kept["item_id"]) == (network, "ok", None, None)
    assert kept["final"]["response_payload"] == {"topic": "billing"}
    assert kept["request"]["user_message"] == "x"
    assert "respond_payload_schema" not in kept["request"]
    Api.as_user("eve").get(f"/runs/{trace_id}", 404)


def test_an_answer_that_is_no_json_is_a_run_that_failed(api: Api, network: str, llm: LlmServer) -> None:
    llm.script(Reply(text="I would rather not."))
    reply = run(api, {"network": network, "user_message": "x", "respond_payload_schema": SCHEMA})
    assert reply["final"]["status"] == "error"
    assert reply["final"]["response_payload"] is None
    assert isinstance(reply["final"]["error"], str)
    assert Run.objects.get().status == "error"


def test_an_agent_by_its_key(api: Api, llm: LlmServer) -> None:
    llm.script(Reply(text="{}"))
    agents = [{"key": "a", "is_default": True}, {"key": "b", "prompt": "You are b."}]
    network = api.network(None, "two", agents=agents)
    assert run(api, {"network": network, "user_message": "x", "agent_key": "b"})["execution_log"][0]["agent_key"] == "b"
    assert run(api, {"network": network, "user_message": "x"})["execution_log"][0]["agent_key"] == "a"
