"""How an endpoint is held to a schema, and what is done where it cannot be."""

import json
from typing import Any

import pytest

from experiments.runtime.llm import Chat, ChatClient, ChatEndpoint, ModelRefused
from tests.support.llm_server import LlmServer, Reply

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "tone": {"type": "string", "enum": ["positive", "negative"]},
        "summary": {"type": ["string", "null"], "description": "short"},
        "code": {"type": "string", "maxLength": 3},
        "type": {"type": "string"},
        "score": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["tone"],
}
CHAT = Chat(({"role": "system", "content": "Judge."}, {"role": "user", "content": "hi"}), model="m1", schema=SCHEMA)


def refusal(message: str, status: int = 400) -> Reply:
    return Reply(status=status, raw=json.dumps({"error": {"message": message}}))


def sent_schema(call: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = call["body"]["response_format"]["json_schema"]["schema"]
    return schema


def test_the_schema_goes_out_as_a_response_format(llm_server: LlmServer) -> None:
    ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    (call,) = llm_server.calls()
    assert call["body"]["response_format"]["type"] == "json_schema"
    assert list(sent_schema(call)["properties"]) == list(SCHEMA["properties"])
    assert sent_schema(call)["required"] == ["tone"]
    assert "$schema" not in sent_schema(call)


def test_strings_without_a_bound_get_one_and_nothing_else_does(llm_server: LlmServer) -> None:
    ChatClient(ChatEndpoint(llm_server.base_url, string_limit=50)).complete(CHAT)
    properties = sent_schema(llm_server.calls()[0])["properties"]
    assert properties["summary"] == {"type": ["string", "null"], "description": "short", "maxLength": 50}
    assert properties["type"] == {"type": "string", "maxLength": 50}
    assert properties["tags"]["items"] == {"type": "string", "maxLength": 50}
    assert [properties[name] for name in ("tone", "code", "score")] == [
        SCHEMA["properties"][name] for name in ("tone", "code", "score")
    ]


def test_the_schema_of_the_caller_stays_as_it_was(llm_server: LlmServer) -> None:
    ChatClient(ChatEndpoint(llm_server.base_url, string_limit=50)).complete(CHAT)
    assert SCHEMA["properties"]["summary"] == {"type": ["string", "null"], "description": "short"}


def test_an_endpoint_without_schemas_is_asked_for_an_object_with_the_schema_in_the_prompt(
    llm_server: LlmServer,
) -> None:
    llm_server.script(refusal("response_format json_schema is not supported"), Reply(text='{"tone": "negative"}'))
    assert ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT).text == '{"tone": "negative"}'
    body = llm_server.calls()[1]["body"]
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["content"].startswith("Judge.\n\n")
    assert '"enum": ["positive", "negative"]' in body["messages"][0]["content"]


def test_an_endpoint_without_any_response_format_is_only_asked(llm_server: LlmServer) -> None:
    llm_server.script(refusal("unknown field response_format"), refusal("unknown field response_format"), Reply())
    ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert "response_format" not in llm_server.calls()[2]["body"]


@pytest.mark.parametrize(
    ("complaint", "gone"),
    [
        ("Unsupported value: 'temperature' must be 1", "temperature"),
        ("Use 'max_completion_tokens' instead of 'max_tokens'", "max_tokens"),
    ],
)
def test_a_parameter_that_is_refused_is_left_out(llm_server: LlmServer, complaint: str, gone: str) -> None:
    llm_server.script(refusal(complaint), Reply())
    ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    first, second = llm_server.calls()
    assert gone in first["body"]
    assert gone not in second["body"]
    assert second["body"]["response_format"]["type"] == "json_schema"


def test_a_refused_bound_is_left_out_and_the_schema_kept(llm_server: LlmServer) -> None:
    llm_server.script(refusal("response_format: keyword maxLength is not permitted"), Reply())
    ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert "maxLength" not in sent_schema(llm_server.calls()[1])["properties"]["summary"]


def test_what_was_refused_once_is_not_sent_again_to_the_same_model(llm_server: LlmServer) -> None:
    llm_server.script(refusal("response_format is not supported"), Reply())
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    client.complete(CHAT)
    client.complete(CHAT)
    assert [call["body"]["response_format"]["type"] for call in llm_server.calls()] == [
        "json_schema",
        "json_object",
        "json_object",
    ]


def test_a_refusal_for_any_other_reason_is_not_sent_again(llm_server: LlmServer) -> None:
    llm_server.script(refusal("the request exceeds the context size"))
    with pytest.raises(ModelRefused, match="exceeds the context size"):
        ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert len(llm_server.calls()) == 1


def test_refusals_without_end_come_to_an_end(llm_server: LlmServer) -> None:
    llm_server.script(refusal("response_format, temperature, max_tokens and maxLength are unknown"))
    with pytest.raises(ModelRefused):
        ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
