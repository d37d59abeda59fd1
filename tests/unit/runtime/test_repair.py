"""An answer that cannot be used is asked for once more, with what was wrong with it, where the run says so."""

from dataclasses import replace
from typing import Any

import pytest

from experiments.response_schema import validator
from experiments.runtime.chat import ChatEndpoint
from experiments.runtime.chat_client import ChatClient
from experiments.runtime.dialects import Output
from experiments.runtime.engine import AgentSpec, NetworkSpec, RunRequest, RunResult, run
from tests.support.llm_server import LlmServer, Reply

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"tone": {"type": "string", "enum": ["positive", "negative"]}},
    "required": ["tone"],
}
NETWORK = NetworkSpec("support", (AgentSpec("a", "Judge", "Judge the mail."),), schema=SCHEMA)
REQUEST = RunRequest("Hello", default_model="m1", repair=True, check=validator(SCHEMA))
RIGHT = Reply(text='{"tone": "positive"}')
WRONG = Reply(text='{"tone": "good"}')
PROSE = Reply(text="It is positive.")
SENTENCE = '"tone" is "good", not one of positive, negative'


def replied(
    llm_server: LlmServer,
    *replies: Reply,
    request: RunRequest = REQUEST,
    network: NetworkSpec = NETWORK,
    output: Output = "prompt",
) -> RunResult:
    llm_server.script(*replies)
    # By words alone: otherwise a first answer without an object is asked for by a function before.
    return run(network, request, ChatClient(ChatEndpoint(llm_server.base_url, output=output)).complete)


def test_an_answer_that_breaks_the_schema_is_asked_for_once_more(llm_server: LlmServer) -> None:
    final = replied(llm_server, WRONG, RIGHT)["final"]
    assert (final["status"], final["response_payload"]) == ("ok", {"tone": "positive"})
    assert final["repaired"] == {"problem": SENTENCE, "unread": ""}


def test_an_answer_that_is_no_json_is_asked_for_once_more(llm_server: LlmServer) -> None:
    final = replied(llm_server, PROSE, RIGHT)["final"]
    assert final["response_payload"] == {"tone": "positive"}
    assert final["repaired"]["problem"].startswith("The model's answer is not a JSON object: ")
    assert final["repaired"]["unread"] == "It is positive."


def test_it_is_asked_in_the_same_conversation_with_what_was_wrong(llm_server: LlmServer) -> None:
    replied(llm_server, WRONG, RIGHT, output="strict")
    first, second = (call["body"]["messages"] for call in llm_server.calls())
    assert second[: len(first)] == first
    assert second[len(first)] == {"role": "assistant", "content": '{"tone": "good"}'}
    assert second[-1]["role"] == "user"
    assert SENTENCE in second[-1]["content"]
    assert len(second) == len(first) + 2


def test_it_is_a_step_of_the_trace_and_counted(llm_server: LlmServer) -> None:
    reply = replied(llm_server, WRONG, RIGHT)
    first, second = reply["execution_log"]
    assert (first["status"], first["error"], first["decision"], first["repairs"]) == ("error", SENTENCE, None, None)
    assert (second["status"], second["error"], second["decision"], second["repairs"]) == (
        "ok",
        None,
        "RESPOND",
        SENTENCE,
    )
    assert [(step["step"], step["llm_calls"]) for step in (first, second)] == [(1, 1), (2, 1)]
    assert [step["llm_usage"]["total_tokens"] for step in (first, second)] == [18, 18]
    assert reply["llm_usage_totals"]["total_tokens"] == 36


def test_it_is_asked_once_and_no_more(llm_server: LlmServer) -> None:
    final = replied(llm_server, WRONG, WRONG, RIGHT)["final"]
    assert (final["status"], final["response_payload"]) == ("ok", {"tone": "good"})  # the caller refuses it
    assert len(llm_server.calls()) == 2


def test_two_answers_that_are_no_json_are_an_error(llm_server: LlmServer) -> None:
    final = replied(llm_server, PROSE, Reply(text="Really."))["final"]
    assert (final["status"], final["unread"]) == ("error", "Really.")
    assert final["repaired"]["unread"] == "It is positive."


def test_nothing_is_asked_again_without_the_switch(llm_server: LlmServer) -> None:
    for reply in (WRONG, PROSE):
        final = replied(llm_server, reply, RIGHT, request=replace(REQUEST, repair=False))["final"]
        assert "repaired" not in final
        assert len(llm_server.calls()) == 1


def test_a_right_answer_is_not_asked_for_again(llm_server: LlmServer) -> None:
    assert "repaired" not in replied(llm_server, RIGHT)["final"]
    assert len(llm_server.calls()) == 1


def test_without_a_schema_any_object_will_do(llm_server: LlmServer) -> None:
    network, request = replace(NETWORK, schema=None), replace(REQUEST, check=None)
    assert replied(llm_server, WRONG, network=network, request=request)["final"]["response_payload"] == {"tone": "good"}
    assert len(llm_server.calls()) == 1


def test_where_the_endpoint_refuses_to_be_asked_again_the_first_answer_counts(llm_server: LlmServer) -> None:
    too_long = Reply(status=400, raw='{"error": {"message": "context is full"}}')
    final = replied(llm_server, WRONG, too_long)["final"]
    assert (final["status"], final["response_payload"]) == ("ok", {"tone": "good"})
    final = replied(llm_server, PROSE, too_long)["final"]
    assert (final["status"], final["unread"]) == ("error", "It is positive.")


def test_a_refusal_of_the_second_answer_is_said(llm_server: LlmServer) -> None:
    final = replied(llm_server, PROSE, Reply(message={"content": None, "refusal": "No."}))["final"]
    assert (final["error"], final["error_code"]) == ("The model refused to answer: No.", "refused")


def test_after_the_time_of_the_network_nothing_more_is_asked(llm_server: LlmServer) -> None:
    final = replied(llm_server, WRONG, RIGHT, network=replace(NETWORK, timeout_s=1e-9))["final"]
    assert final["response_payload"] == {"tone": "good"}


AGENTS = (AgentSpec("a", is_default=True, routes=("b",)), AgentSpec("b"))


def decides(action: str) -> Reply:
    return Reply(text=f'{{"action_reasoning": "so", "action": "{action}", "target_agent": "b"}}')


@pytest.mark.parametrize("first", [decides("GO_HOME"), PROSE])
def test_a_decision_is_asked_for_once_more_as_well(llm_server: LlmServer, first: Reply) -> None:
    network = replace(NETWORK, agents=AGENTS, max_steps=2)
    reply = replied(llm_server, first, decides("ROUTE_TO_AGENT"), WRONG, RIGHT, network=network)
    assert reply["final"]["response_payload"] == {"tone": "positive"}
    assert [step["agent_key"] for step in reply["execution_log"]] == ["a", "a", "b", "b"]


def test_an_answer_behind_a_decision_is_asked_for_without_deciding_again(llm_server: LlmServer) -> None:
    reply = replied(llm_server, decides("RESPOND"), WRONG, RIGHT, network=replace(NETWORK, agents=AGENTS))
    assert reply["final"]["response_payload"] == {"tone": "positive"}
    assert [step["llm_calls"] for step in reply["execution_log"]] == [2, 1]


def test_a_step_that_is_asked_once_more_is_no_further_step(llm_server: LlmServer) -> None:
    network = replace(NETWORK, agents=AGENTS, max_steps=1)
    reply = replied(llm_server, PROSE, decides("ROUTE_TO_AGENT"), network=network)
    assert reply["final"]["error"] == "No agent answered within 1 steps (max_steps): a → b."


def test_thoughts_are_in_the_trace_with_debug_only(llm_server: LlmServer) -> None:
    reply = Reply(message={"content": '{"tone": "positive"}', "reasoning_content": "Hm."})
    (step,) = replied(llm_server, reply, request=replace(REQUEST, debug=True))["execution_log"]
    assert step["thoughts"] == "Hm."
    (step,) = replied(llm_server, reply)["execution_log"]
    assert "thoughts" not in step
