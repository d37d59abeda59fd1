"""Structured output steps down to what an endpoint understands: strict, JSON Schema, JSON object, a function, words."""

import json
from dataclasses import replace
from typing import Any

import pytest

from experiments.runtime.chat import Chat, ChatEndpoint, ModelError
from experiments.runtime.chat_client import ChatClient
from experiments.runtime.dialects import OUTPUTS, Output
from experiments.runtime.model_output import read_answer
from tests.support.llm_server import LlmServer, Refusal, Reply

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"tone": {"type": "string", "enum": ["positive", "negative"]}},
    "required": ["tone"],
}
CHAT = Chat(({"role": "system", "content": "Judge."}, {"role": "user", "content": "hi"}), model="m1", schema=SCHEMA)
ANSWER = Reply(text='{"tone": "negative"}', as_call=True)

STRICT = Refusal("response_format.json_schema.strict", "Extra inputs are not permitted: strict")
FORMAT = Refusal("response_format", "Unrecognized request argument supplied: response_format")
TOOLS = Refusal("tools", "m1 does not support tools")


def steps(llm_server: LlmServer) -> list[Output]:
    """The way of structured output of each request so far."""
    return [step_of(call["body"]) for call in llm_server.calls()]


def step_of(body: dict[str, Any]) -> Output:
    if "tools" in body:
        return "tools"
    match body.get("response_format"):
        case {"type": "json_schema", "json_schema": {"strict": True}}:
            return "strict"
        case {"type": "json_schema"}:
            return "json_schema"
        case {"type": "json_object"}:
            return "json_object"
    return "prompt"


def answered(llm_server: LlmServer, *refuses: Refusal, chat: Chat = CHAT) -> list[Output]:
    llm_server.script(ANSWER, refuses=refuses)
    completion = ChatClient(ChatEndpoint(llm_server.base_url)).complete(chat)
    assert read_answer(completion, chat) == {"tone": "negative"}
    return steps(llm_server)


NO_SCHEMA = Refusal("response_format.json_schema", "This response_format type is unavailable now")
UNKNOWN: list[tuple[list[Refusal], Output]] = [
    ([], "strict"),
    ([STRICT], "json_schema"),
    ([NO_SCHEMA], "json_object"),
    ([FORMAT], "tools"),
    ([FORMAT, TOOLS], "prompt"),
]


@pytest.mark.parametrize(("refuses", "last"), UNKNOWN, ids=[last for _, last in UNKNOWN])
def test_each_step_is_taken_where_those_above_are_refused(
    llm_server: LlmServer, refuses: list[Refusal], last: Output
) -> None:
    assert answered(llm_server, *refuses) == list(OUTPUTS[: OUTPUTS.index(last) + 1])


@pytest.mark.parametrize("status", [400, 415, 422, 500, 404, 501])
def test_a_named_part_counts_with_each_status_that_endpoints_use(llm_server: LlmServer, status: int) -> None:
    assert answered(llm_server, replace(FORMAT, status=status), replace(TOOLS, status=status))[-1] == "prompt"


@pytest.mark.parametrize(
    "said",
    [
        "litellm.UnsupportedParamsError: nlp_cloud does not support parameters: ['response_format'], for model=m1.",
        "Invalid schema for response_format 'answer': In context=(), 'oneOf' is not permitted.",
        "failed to parse grammar",
        "json mode is not supported for this model",
        "Structured output is not enabled",
    ],
)
def test_endpoints_say_it_in_their_own_words(llm_server: LlmServer, said: str) -> None:
    assert answered(llm_server, replace(FORMAT, message=said, status=500))[-1] == "tools"


@pytest.mark.parametrize("status", [400, 415, 422])
def test_a_refusal_without_a_reason_steps_down_until_an_answer_comes(llm_server: LlmServer, status: int) -> None:
    assert answered(llm_server, replace(FORMAT, message="Bad Request", status=status))[-1] == "tools"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "This model's maximum context length is 4096 tokens, with response_format 5000 were asked for."),
        (400, "the request exceeds the available context size"),
        (400, "The response was filtered due to the content management policy"),
        (400, "You exceeded your current quota"),
        (400, "The model `m1` does not exist"),
        (401, "response_format needs a key"),
        (403, "tools are not for you"),
        (429, "Too many requests with response_format"),
        (500, "The server had an error"),
        (503, "response_format is overloaded"),
    ],
)
def test_a_refusal_for_another_reason_is_not_asked_again(llm_server: LlmServer, status: int, said: str) -> None:
    llm_server.script(Reply(status=status, raw=json.dumps({"error": {"message": said}})))
    with pytest.raises(ModelError, match=f"{status}: "):
        ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert len(llm_server.calls()) == 1


def test_the_name_of_the_model_is_no_part_of_a_request(llm_server: LlmServer) -> None:
    llm_server.script(Reply(status=500, raw='{"error": {"message": "json_schema-tools-7b is overloaded"}}'))
    with pytest.raises(ModelError):
        ChatClient(ChatEndpoint(llm_server.base_url)).complete(replace(CHAT, model="json_schema-tools-7b"))
    assert len(llm_server.calls()) == 1


def test_where_no_words_help_the_first_refusal_is_told_and_the_steps_are_not_tried_again(llm_server: LlmServer) -> None:
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    llm_server.script(Reply(status=400, raw="first"), Reply(status=400, raw="later"))
    with pytest.raises(ModelError, match="first"):
        client.complete(CHAT)
    assert steps(llm_server) == list(OUTPUTS)
    llm_server.script(Reply(status=400, raw="again"))
    with pytest.raises(ModelError, match="again"):
        client.complete(CHAT)
    assert len(llm_server.calls()) == 1


def test_a_model_that_has_answered_is_not_asked_in_other_words_without_a_reason(llm_server: LlmServer) -> None:
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    client.complete(CHAT)
    llm_server.script(Reply(status=400, raw="no"))
    with pytest.raises(ModelError):
        client.complete(CHAT)
    assert len(llm_server.calls()) == 1


def test_refusals_without_end_come_to_an_end(llm_server: LlmServer) -> None:
    said = "response_format, tools, tool_choice, system role, temperature, max_tokens and maxLength are unknown"
    llm_server.script(Reply(status=400, raw=said))
    with pytest.raises(ModelError, match="are unknown"):
        ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)


def test_a_chat_without_a_schema_has_no_steps(llm_server: LlmServer) -> None:
    llm_server.script(Reply(text="Hello."), refuses=[FORMAT, TOOLS])
    ChatClient(ChatEndpoint(llm_server.base_url)).complete(replace(CHAT, schema=None))
    assert steps(llm_server) == ["prompt"]
    assert llm_server.calls()[0]["body"]["messages"][-1]["content"] == "hi"


def test_the_function_has_the_schema_and_must_be_called(llm_server: LlmServer) -> None:
    answered(llm_server, FORMAT)
    body = llm_server.calls()[-1]["body"]
    (tool,) = body["tools"]
    assert tool["function"]["parameters"] == SCHEMA
    assert body["tool_choice"] == {"type": "function", "function": {"name": tool["function"]["name"]}}
    assert body["parallel_tool_calls"] is False


def test_a_choice_of_the_function_that_is_refused_is_left_out_and_the_function_stays(llm_server: LlmServer) -> None:
    refuses = [
        FORMAT,
        Refusal("parallel_tool_calls", "parallel_tool_calls is unknown"),
        Refusal("tool_choice", "This model does not support this tool_choice"),
    ]
    assert answered(llm_server, *refuses)[-1] == "tools"
    assert not {"tool_choice", "parallel_tool_calls"} & llm_server.calls()[-1]["body"].keys()


def test_a_model_that_answers_instead_of_calling_is_read_all_the_same(llm_server: LlmServer) -> None:
    llm_server.script(Reply(text='{"tone": "negative"}'), refuses=[FORMAT])
    completion = ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert read_answer(completion, CHAT) == {"tone": "negative"}


def test_the_prompt_has_a_simple_schema_as_a_form_behind_the_message(llm_server: LlmServer) -> None:
    schema: dict[str, Any] = {
        **SCHEMA,
        "properties": {**SCHEMA["properties"], "note": {"type": "string", "description": "In one word."}},
    }
    answered(llm_server, FORMAT, TOOLS, chat=replace(CHAT, schema=schema))
    system, user = llm_server.calls()[-1]["body"]["messages"]
    assert system["content"] == "Judge."
    assert user["content"].startswith("hi\n\n")
    assert user["content"].endswith('\n{"tone": "positive" or "negative", "note": text or null}')
    assert "- note: In one word." in user["content"]


def test_the_prompt_has_the_guidance_once_and_behind_the_message(llm_server: LlmServer) -> None:
    messages = (
        {"role": "system", "content": "Judge.\n\nSay the tone.\n\nBe quick."},
        {"role": "user", "content": "hi"},
    )
    chat = Chat(messages, model="m1", schema=SCHEMA, guidance="Say the tone.")
    answered(llm_server, FORMAT, TOOLS, chat=chat)
    first, *_, last = [call["body"]["messages"] for call in llm_server.calls()]
    assert first == list(messages)
    assert last[0]["content"] == "Judge.\n\nBe quick."
    assert last[1]["content"].startswith("hi\n\nSay the tone.\n\nAnswer with one JSON object")


@pytest.mark.parametrize(
    "part", [{"type": "integer", "minimum": 1}, {"type": "array", "items": {"type": "string"}}, {"$ref": "#/$defs/x"}]
)
def test_the_prompt_has_any_other_schema_as_it_is(llm_server: LlmServer, part: dict[str, Any]) -> None:
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], "score": part}, "$defs": {"x": {"type": "integer"}}}
    answered(llm_server, FORMAT, TOOLS, chat=replace(CHAT, schema=schema))
    content = llm_server.calls()[-1]["body"]["messages"][-1]["content"]
    assert json.loads(content.partition("nothing else:\n")[2]) == schema
