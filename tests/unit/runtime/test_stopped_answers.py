"""Why a model stopped without an answer, in words and as a code: it refused, a filter stopped it, a limit did."""

import json
from dataclasses import replace
from typing import Any

import pytest

from experiments.runtime.chat import ChatEndpoint
from experiments.runtime.chat_client import ChatClient
from experiments.runtime.engine import AgentSpec, Final, NetworkSpec, RunRequest, run
from tests.support.llm_server import LlmServer, Reply, stream_of

SCHEMA = {"type": "object", "properties": {"tone": {"type": "string"}}, "required": ["tone"]}
NETWORK = NetworkSpec("support", (AgentSpec("a", prompt="Judge."),), schema=SCHEMA)
REQUEST = RunRequest("Hello", default_model="m1", repair=True)
CUT = '{"tone": "pos'


def final_of(llm_server: LlmServer, *replies: Reply, network: NetworkSpec = NETWORK) -> Final:
    llm_server.script(*replies)
    return run(network, REQUEST, ChatClient(ChatEndpoint(llm_server.base_url)).complete)["final"]


def completion(usage: dict[str, Any], finish_reason: str = "length", **message: Any) -> Reply:
    choice = {"message": {"content": CUT, **message}, "finish_reason": finish_reason}
    return Reply(raw=json.dumps({"model": "m1", "choices": [choice], "usage": usage}))


REFUSED = {
    "beside the content": Reply(message={"content": None, "refusal": "I can't help with that."}),
    "as a part": Reply(message={"content": [{"type": "refusal", "refusal": "I can't help with that."}]}),
    "in a stream": stream_of({"refusal": "I can't help with that."}),
}


@pytest.mark.parametrize("reply", REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_said_in_the_model_s_words(llm_server: LlmServer, reply: Reply) -> None:
    final = final_of(llm_server, reply)
    assert (final["error"], final["error_code"]) == ("The model refused to answer: I can't help with that.", "refused")
    assert final["unread"] == "I can't help with that."


def test_a_refusal_may_have_no_words(llm_server: LlmServer) -> None:
    final = final_of(llm_server, completion({}, "refusal", content=""))
    assert (final["error"], final["error_code"]) == ("The model refused to answer, without a reason.", "refused")


@pytest.mark.parametrize("reason", ["content_filter", "SAFETY", "PROHIBITED_CONTENT", "RECITATION", "BLOCKLIST"])
def test_a_content_filter_is_named(llm_server: LlmServer, reason: str) -> None:
    final = final_of(llm_server, completion({}, reason))
    assert final["error"] == "A content filter of the model's provider stopped its answer."
    assert (final["error_code"], final["unread"]) == ("filtered", CUT)


AZURE = {
    "code": "content_filter",
    "innererror": {"code": "ResponsibleAIPolicyViolation"},
    "message": "It was filtered.",
}
FILTERS = {
    "azure": AZURE,
    "azure inside": {"code": "BadRequest", "innererror": AZURE["innererror"], "message": "It was filtered."},
    "openai": {"code": "content_policy_violation", "message": "It was filtered."},
    "litellm": {"type": "ContentPolicyViolationError", "message": "It was filtered, says response_format."},
}


@pytest.mark.parametrize("error", FILTERS.values(), ids=FILTERS)
def test_a_message_that_a_filter_stops_is_no_refused_request(llm_server: LlmServer, error: dict[str, Any]) -> None:
    final = final_of(llm_server, Reply(status=400, raw=json.dumps({"error": error})))
    assert final["error_code"] == "filtered"
    assert "It was filtered" in (final["error"] or "")
    assert len(llm_server.calls()) == 1


@pytest.mark.parametrize("raw", ['{"error": {"message": "too long"}}', '{"error": "content_filter"}', "[]", "x"])
def test_any_other_refused_request_has_no_code(llm_server: LlmServer, raw: str) -> None:
    assert "error_code" not in final_of(llm_server, Reply(status=400, raw=raw))


def test_the_limit_that_was_asked_for_is_said_with_its_setting(llm_server: LlmServer) -> None:
    final = final_of(llm_server, completion({"prompt_tokens": 9, "completion_tokens": 2048}))
    assert final["error"] == (
        "The model's answer was cut off at its limit of 2,048 tokens. "
        "Raise max_output_tokens of the network's endpoint."
    )
    assert (final["error_code"], final["unread"]) == ("length", CUT)


@pytest.mark.parametrize("reason", ["length", "MAX_TOKENS", "max_tokens"])
def test_it_is_that_limit_where_nobody_counted(llm_server: LlmServer, reason: str) -> None:
    final = final_of(llm_server, completion({}, reason))
    assert "its limit of 2,048 tokens" in (final["error"] or "")


def test_a_model_that_stopped_before_had_a_limit_of_its_own(llm_server: LlmServer) -> None:
    final = final_of(llm_server, completion({"completion_tokens": 300}, "model_length"))
    assert final["error"] == (
        "The model's answer was cut off at the model's own limit after 300 tokens. max_output_tokens is 2,048 and was "
        "not reached. Shorten the message, or choose a model with more room."
    )
    assert final["error_code"] == "length"


def test_an_endpoint_that_takes_no_limit_has_its_own(llm_server: LlmServer) -> None:
    refusal = Reply(status=400, raw='{"error": {"message": "max_tokens is not supported"}}')
    other = Reply(status=400, raw='{"error": {"message": "max_completion_tokens is not supported"}}')
    final = final_of(llm_server, refusal, other, completion({"completion_tokens": 9000}))
    assert (final["error"] or "").startswith(
        "The model's answer was cut off at the model's own limit after 9,000 tokens. S"
    )


def test_tokens_that_went_into_thoughts_are_said_so(llm_server: LlmServer) -> None:
    reply = completion({"completion_tokens": 2048}, content="", reasoning_content="Hm, hm.")
    assert "It spent all of them on its thoughts." in (final_of(llm_server, reply)["error"] or "")


def test_a_whole_answer_is_one_though_the_model_was_cut_behind_it(llm_server: LlmServer) -> None:
    final = final_of(llm_server, completion({}, content='{"tone": "positive"}\n\nI hope th'))
    assert (final["status"], final["response_payload"]) == ("ok", {"tone": "positive"})


def test_none_of_them_is_asked_for_once_more(llm_server: LlmServer) -> None:
    for reply in (REFUSED["as a part"], completion({}, "content_filter"), completion({}, "length")):
        final_of(llm_server, reply)
        assert len(llm_server.calls()) == 1


@pytest.mark.parametrize("text", ["I cannot say.", '{"tone": "a"} or {"tone": "b"}'])
def test_the_beginning_of_any_other_answer_that_cannot_be_read_is_kept(llm_server: LlmServer, text: str) -> None:
    final = final_of(llm_server, Reply(text=text + "x" * 5_000))
    assert final["unread"] == (text + "x" * 5_000)[:2_000]
    assert "error_code" not in final


def test_an_answer_that_was_read_leaves_nothing_of_the_kind(llm_server: LlmServer) -> None:
    final = final_of(llm_server, Reply(text='{"tone": "positive"}'))
    assert final == {"status": "ok", "response_payload": {"tone": "positive"}, "error": None}


def test_a_decision_is_stopped_in_the_same_ways(llm_server: LlmServer) -> None:
    agents = (AgentSpec("a", is_default=True, routes=("b",)), AgentSpec("b"))
    final = final_of(llm_server, completion({}, "content_filter"), network=replace(NETWORK, agents=agents))
    assert final["error_code"] == "filtered"
    assert 'stopped its decision as agent "a"' in (final["error"] or "")


def test_free_text_is_the_answer_without_its_thoughts(llm_server: LlmServer) -> None:
    network = replace(NETWORK, schema=None)
    for text, answer in (("<think>Hm.</think>\nFine.", "Fine."), ('Like {"a": 1}?', 'Like {"a": 1}?')):
        assert final_of(llm_server, Reply(text=text), network=network)["response_payload"] == {"response": answer}
