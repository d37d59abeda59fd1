"""`POST /run` on a network of several agents: what the model is asked, what the reply and the kept run say."""

import json
from typing import Any

import pytest

from experiments.models import Run
from tests.integration.api.run_support import run
from tests.support.api import Api
from tests.support.llm_server import LlmServer, Reply

AGENTS: list[dict[str, Any]] = [
    {
        "key": "triage",
        "display_name": "Triage",
        "prompt": "Find out who knows.",
        "is_default": True,
        "allow_respond": False,
        "routes": ["billing", "greeter"],
    },
    {"key": "billing", "display_name": "Billing", "prompt": "About money.", "routes": ["triage"]},
    {"key": "greeter", "prompt": "Say hello."},
]
SCHEMA = {"type": "object", "properties": {"topic": {"type": "string"}}, "required": ["topic"]}
BODY: dict[str, Any] = {"network": "team", "user_message": "Where is my money?", "respond_payload_schema": SCHEMA}
ANSWER = Reply(text='{"topic": "refund"}')


def decides(action: str, target: str, why: str = "because") -> Reply:
    return Reply(text=json.dumps({"action_reasoning": why, "action": action, "target_agent": target}))


@pytest.fixture
def team(api: Api, llm: LlmServer) -> str:
    return api.network(None, "team", agents=AGENTS, max_steps=4)


def test_from_agent_to_agent_to_the_answer(api: Api, team: str, llm: LlmServer) -> None:
    llm.script(decides("ROUTE_TO_AGENT", "billing", "It is about money."), decides("RESPOND", "triage"), ANSWER)
    reply = run(api, BODY)
    assert reply["final"] == {"status": "ok", "response_payload": {"topic": "refund"}, "error": None}
    assert [(step["agent_key"], step["decision"]) for step in reply["execution_log"]] == [
        ("triage", "ROUTE_TO_AGENT"),
        ("billing", "RESPOND"),
    ]
    assert reply["llm_usage_totals"] == {"prompt_tokens": 33, "response_tokens": 21, "total_tokens": 54}
    kept = Run.objects.get()
    assert kept.execution_log == reply["execution_log"]
    assert kept.usage["total_tokens"] == 54


def test_the_model_is_held_to_what_each_agent_may_do(api: Api, team: str, llm: LlmServer) -> None:
    llm.script(decides("ROUTE_TO_AGENT", "billing", "It is about money."), decides("RESPOND", "triage"), ANSWER)
    run(api, BODY)
    asked = [call["body"]["response_format"]["json_schema"]["schema"]["properties"] for call in llm.calls()]
    assert asked[0]["action"]["enum"] == ["ROUTE_TO_AGENT"]
    assert asked[0]["target_agent"]["enum"] == ["billing", "greeter"]
    assert asked[1]["action"]["enum"] == ["RESPOND", "ROUTE_TO_AGENT"]
    assert list(asked[2]) == ["topic"]
    told = llm.calls()[2]["body"]["messages"]
    assert "- Triage: It is about money." in told[0]["content"]
    assert told[-1] == {"role": "user", "content": "Where is my money?"}


def test_an_agent_without_routes_is_asked_for_its_answer_at_once(api: Api, team: str, llm: LlmServer) -> None:
    llm.script(ANSWER)
    run(api, {**BODY, "agent_key": "greeter"})
    (call,) = llm.calls()
    assert [message["content"] for message in call["body"]["messages"]] == ["Say hello.", "Where is my money?"]


@pytest.mark.parametrize(("asked", "steps"), [(None, 4), (2, 2), (6, 6)])
def test_circles_end_by_max_steps(api: Api, team: str, llm: LlmServer, asked: int | None, steps: int) -> None:
    turns = [decides("ROUTE_TO_AGENT", ("billing", "triage")[turn % 2]) for turn in range(steps)]
    llm.script(*turns)
    reply = run(api, {**BODY, "max_steps": asked})
    assert reply["final"]["status"] == "error"
    assert f"No agent answered within {steps} steps (max_steps): triage → billing" in reply["final"]["error"]
    assert len(reply["execution_log"]) == steps
    assert Run.objects.get().status == "error"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(text="billing, I think"), "is not a JSON object"),
        (Reply(text='{"action": 1'), "is not a JSON object"),
        (Reply(text='{"action_reasoning": "' + "x" * 50, finish_reason="length"), "was cut off"),
        (decides("RESPOND", "billing"), "may only ROUTE_TO_AGENT"),
        (decides("ROUTE_TO_AGENT", "nobody"), "none of its routes (billing, greeter)"),
        (Reply(status=400, raw='{"error": {"message": "exceeds the context size"}}'), "exceeds the context size"),
    ],
)
def test_a_model_that_breaks_the_format_is_an_error_in_words(
    api: Api, team: str, llm: LlmServer, reply: Reply, said: str
) -> None:
    llm.script(reply)
    answer = run(api, BODY)
    assert answer["final"]["status"] == "error"
    assert said in answer["final"]["error"]
    assert answer["execution_log"][0]["decision"] is None


def test_a_model_that_fails_after_a_hand_over_is_a_502(api: Api, team: str, llm: LlmServer) -> None:
    llm.script(decides("ROUTE_TO_AGENT", "greeter"), Reply(status=500, raw="{}"))
    reply = run(api, BODY, 502)
    assert "answered 500" in reply["detail"]
    # What was used before it failed is paid for.
    assert reply["llm_usage_totals"] == {"prompt_tokens": 11, "response_tokens": 7, "total_tokens": 18}
    assert not Run.objects.exists()


def test_an_agent_with_nowhere_to_go_is_an_error_in_words(api: Api, llm: LlmServer) -> None:
    api.network(None, "team", agents=[{"key": "dumb", "is_default": True, "allow_respond": False}])
    reply = run(api, BODY)
    assert reply["final"]["error"] == 'The agent "dumb" may not answer, and has no agent to hand over to.'
    assert llm.calls() == []
