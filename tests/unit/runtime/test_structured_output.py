"""How the schema goes out to an endpoint that is not strict: as the caller wrote it, with bounds for its strings."""

from dataclasses import replace
from typing import Any

from experiments.runtime.chat import Chat, ChatEndpoint
from experiments.runtime.chat_client import ChatClient
from tests.support.llm_server import LlmServer, Refusal, Reply

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


def endpoint(llm_server: LlmServer, **values: Any) -> ChatEndpoint:
    return ChatEndpoint(llm_server.base_url, output="json_schema", **values)


def sent_schema(call: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = call["body"]["response_format"]["json_schema"]["schema"]
    return schema


def test_the_schema_goes_out_as_a_response_format(llm_server: LlmServer) -> None:
    ChatClient(endpoint(llm_server)).complete(CHAT)
    (call,) = llm_server.calls()
    assert call["body"]["response_format"]["type"] == "json_schema"
    assert list(sent_schema(call)["properties"]) == list(SCHEMA["properties"])
    assert sent_schema(call)["required"] == ["tone"]
    assert "$schema" not in sent_schema(call)


def test_strings_without_a_bound_get_one_and_nothing_else_does(llm_server: LlmServer) -> None:
    ChatClient(endpoint(llm_server, string_limit=50)).complete(CHAT)
    properties = sent_schema(llm_server.calls()[0])["properties"]
    assert properties["summary"] == {"type": ["string", "null"], "description": "short", "maxLength": 50}
    assert properties["type"] == {"type": "string", "maxLength": 50}
    assert properties["tags"]["items"] == {"type": "string", "maxLength": 50}
    assert [properties[name] for name in ("tone", "code", "score")] == [
        SCHEMA["properties"][name] for name in ("tone", "code", "score")
    ]


def test_the_schema_of_the_caller_stays_as_it_was(llm_server: LlmServer) -> None:
    ChatClient(endpoint(llm_server, string_limit=50)).complete(CHAT)
    assert SCHEMA["properties"]["summary"] == {"type": ["string", "null"], "description": "short"}


def test_a_refused_bound_of_ours_is_left_out_and_the_schema_kept(llm_server: LlmServer) -> None:
    schema = {**SCHEMA, "properties": {"summary": {"type": "string"}, "score": {"type": "integer", "minimum": 1}}}
    llm_server.script(Reply(), refuses=[Refusal("*.maxLength", "response_format: maxLength is not permitted")])
    ChatClient(endpoint(llm_server)).complete(replace(CHAT, schema=schema))
    assert sent_schema(llm_server.calls()[1])["properties"] == schema["properties"]
