"""The forms in which endpoints send what a model said: all of them are read as one."""

import json
from typing import Any

import pytest

from experiments.runtime.chat import Chat, ChatEndpoint, Completion, ModelError
from experiments.runtime.chat_client import ChatClient
from tests.support.llm_server import LlmServer, Reply, stream_of

CHAT = Chat(({"role": "user", "content": "hi"},), model="m1")
JSON = '{"tone": "positive"}'


def completion_of(llm_server: LlmServer, reply: Reply, api_key: str | None = None) -> Completion:
    llm_server.script(reply)
    return ChatClient(ChatEndpoint(llm_server.base_url, api_key=api_key)).complete(CHAT)


def called(*arguments: Any) -> dict[str, Any]:
    calls = [{"id": "1", "type": "function", "function": {"name": "answer", "arguments": one}} for one in arguments]
    return {"content": None, "tool_calls": calls}


ANSWERS = {
    "a text": {"content": JSON},
    "a list of parts": {
        "content": [{"type": "text", "text": '{"tone": '}, {"type": "output_text", "text": '"positive"}'}]
    },
    "a list of texts": {"content": ['{"tone": ', '"positive"}']},
    "a part whose text has a value": {"content": [{"type": "text", "text": {"value": JSON}}]},
    "a thought among the parts": {"content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": JSON}]},
    "the arguments of a tool call": called(JSON),
    "arguments that are an object": called({"tone": "positive"}),
    "a tool call beside prose": {**called(JSON), "content": "I call a tool now."},
    "a function call": {"content": None, "function_call": {"name": "answer", "arguments": JSON}},
    "a tool call without content": {"tool_calls": called(JSON)["tool_calls"]},
    "thoughts beside it": {"content": JSON, "reasoning_content": "Hm."},
}


@pytest.mark.parametrize("message", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_read(llm_server: LlmServer, message: dict[str, Any]) -> None:
    assert json.loads(completion_of(llm_server, Reply(message=message)).text) == {"tone": "positive"}


THOUGHTS = {
    "reasoning_content": {"content": JSON, "reasoning_content": "Hm."},
    "reasoning": {"content": JSON, "reasoning": "Hm."},
    "both": {"content": JSON, "reasoning": "Hm.", "reasoning_content": "Hm."},
    "parts": {"content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": JSON}]},
    "parts in parts": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, JSON]},
}


@pytest.mark.parametrize("message", THOUGHTS.values(), ids=THOUGHTS)
def test_thoughts_are_kept_apart(llm_server: LlmServer, message: dict[str, Any]) -> None:
    completion = completion_of(llm_server, Reply(message=message))
    assert (completion.thoughts, completion.text) == ("Hm.", JSON)


def test_thoughts_alone_are_no_answer(llm_server: LlmServer) -> None:
    completion = completion_of(llm_server, Reply(message={"content": None, "reasoning_content": JSON}))
    assert (completion.text, completion.thoughts) == ("", JSON)


@pytest.mark.parametrize("message", [{}, {"role": "assistant"}, {"content": 7}, {"content": {"text": JSON}}])
def test_a_message_that_says_nothing_is_no_completion(llm_server: LlmServer, message: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="not a chat completion"):
        completion_of(llm_server, Reply(message=message))


def test_what_is_no_completion_is_kept(llm_server: LlmServer) -> None:
    with pytest.raises(ModelError) as caught:
        completion_of(
            llm_server, Reply(raw="<p>my key is sk-0123456789abcdef</p>" + "x" * 5_000), "sk-0123456789abcdef"
        )
    kept = caught.value.extra["unread"]
    assert kept.startswith("<p>my key is …</p>xxx")
    assert len(kept) == 2_000


def test_a_key_that_a_model_repeats_is_hidden(llm_server: LlmServer) -> None:
    key = "sk-0123456789abcdef"
    reply = Reply(message={"content": f"it is {key}", "reasoning": f"{key}?"})
    completion = completion_of(llm_server, reply, key)
    assert (completion.text, completion.thoughts) == ("it is …", "…?")


def test_a_short_key_may_be_a_word_of_an_answer(llm_server: LlmServer) -> None:
    assert completion_of(llm_server, Reply(text='{"x": "key"}'), "key").text == '{"x": "key"}'


# -- streams


def test_a_stream_that_nobody_asked_for_is_put_together(llm_server: LlmServer) -> None:
    completion = completion_of(llm_server, stream_of(*({"content": sign} for sign in JSON)))
    assert completion.text == JSON
    assert completion.usage == {"prompt_tokens": 11, "response_tokens": 7, "total_tokens": 18}
    assert completion.model == "m1"


def test_a_stream_is_known_by_its_body_where_its_type_is_not_said(llm_server: LlmServer) -> None:
    reply = stream_of({"content": JSON}, content_type="text/plain")
    assert completion_of(llm_server, reply).text == JSON


def test_thoughts_and_tool_calls_come_in_pieces_too(llm_server: LlmServer) -> None:
    first = {"tool_calls": [{"index": 0, "id": "1", "function": {"name": "answer", "arguments": '{"tone": '}}]}
    second = {"tool_calls": [{"index": 0, "function": {"arguments": '"positive"}'}}]}
    thoughts = [{"reasoning_content": "H"}, {"reasoning_content": "m."}]
    completion = completion_of(llm_server, stream_of({"role": "assistant"}, *thoughts, first, second))
    assert (completion.text, completion.thoughts) == (JSON, "Hm.")


def test_a_refusal_and_a_limit_come_in_pieces_too(llm_server: LlmServer) -> None:
    assert completion_of(llm_server, stream_of({"refusal": "I "}, {"refusal": "won't."})).refusal == "I won't."
    assert completion_of(llm_server, stream_of({"content": "{"}, finish_reason="length")).cut


def test_lines_may_end_as_in_any_system_and_comments_are_passed_over(llm_server: LlmServer) -> None:
    whole = stream_of({"content": '{"tone": '}, {"content": '"posi\u2028tive"}'})
    assert whole.raw
    raw = ": keep alive\r\n\r\nevent: message\r\n" + whole.raw.replace("\n", "\r\n")
    assert completion_of(llm_server, Reply(raw=raw, headers=whole.headers)).text == '{"tone": "posi\u2028tive"}'


def test_a_stream_that_breaks_off_is_no_answer(llm_server: LlmServer) -> None:
    with pytest.raises(ModelError, match="a stream that broke off"):
        completion_of(llm_server, stream_of({"content": JSON}, finish_reason=None, done=False))


def test_an_error_in_a_stream_is_said_in_its_words(llm_server: LlmServer) -> None:
    whole = stream_of({"content": '{"tone"'}, finish_reason=None, done=False)
    raw = f"{whole.raw}data: " + json.dumps({"error": {"message": "overloaded", "code": 503}}) + "\n\n"
    with pytest.raises(ModelError, match=r"answered 503: overloaded$"):
        completion_of(llm_server, Reply(raw=raw, headers=whole.headers))


def test_an_endpoint_that_only_streams_is_asked_for_a_stream_from_then_on(llm_server: LlmServer) -> None:
    refusal = Reply(status=400, raw='{"error": {"message": "This model only supports stream mode."}}')
    llm_server.script(refusal, stream_of({"content": JSON}))
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    assert [client.complete(CHAT).text, client.complete(CHAT).text] == [JSON, JSON]
    bodies = [call["body"] for call in llm_server.calls()]
    assert [body["stream"] for body in bodies] == [False, True, True]
    assert [body.get("stream_options") for body in bodies] == [None, {"include_usage": True}, {"include_usage": True}]


def test_a_stream_without_a_count_of_tokens_is_asked_for_where_that_is_refused(llm_server: LlmServer) -> None:
    refusal = Reply(status=400, raw='{"error": {"message": "stream must be true"}}')
    second = Reply(status=400, raw='{"error": {"message": "unknown field stream_options"}}')
    llm_server.script(refusal, second, stream_of({"content": JSON}, usage=False))
    completion = ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert (completion.text, completion.usage["total_tokens"]) == (JSON, 0)
    assert "stream_options" not in llm_server.calls()[-1]["body"]
