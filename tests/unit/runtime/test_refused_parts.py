"""Parts of a request that an endpoint refuses are left out or written another way; the rest stays."""

from dataclasses import replace
from typing import Any

import pytest

from experiments.runtime.chat import Chat, ChatEndpoint, ModelError
from experiments.runtime.chat_client import ChatClient
from experiments.runtime.model_output import read_answer
from tests.support.llm_server import LlmServer, Refusal, Reply

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"score": {"type": "integer", "minimum": 1}, "note": {"type": "string"}},
    "required": ["score"],
}
CHAT = Chat(({"role": "system", "content": "Judge."}, {"role": "user", "content": "hi"}), model="m1", schema=SCHEMA)


def sent(llm_server: LlmServer, *refuses: Refusal, chat: Chat = CHAT, text: str = "{}") -> dict[str, Any]:
    """The request that was answered in the end."""
    llm_server.script(Reply(text=text), refuses=refuses)
    ChatClient(ChatEndpoint(llm_server.base_url)).complete(chat)
    body: dict[str, Any] = llm_server.calls()[-1]["body"]
    return body


@pytest.mark.parametrize(
    "said",
    [
        "System role not supported",
        "Developer instruction is not enabled for models/gemma-3-27b-it",
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_without_a_system_role_its_text_comes_before_the_message(llm_server: LlmServer, said: str, status: int) -> None:
    body = sent(llm_server, Refusal("messages.0.role", said, "system", status))
    assert body["messages"] == [{"role": "user", "content": "Judge.\n\nhi"}]
    assert body["response_format"]["json_schema"]["strict"] is True


OLD = Refusal("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
NEW = Refusal("max_completion_tokens", "max_completion_tokens: Extra inputs are not permitted")


def test_the_limit_of_tokens_is_written_the_other_way(llm_server: LlmServer) -> None:
    body = sent(llm_server, OLD, chat=replace(CHAT, max_tokens=77))
    assert (body.get("max_tokens"), body["max_completion_tokens"]) == (None, 77)


def test_a_limit_of_tokens_that_is_unknown_both_ways_is_left_out(llm_server: LlmServer) -> None:
    assert not {"max_tokens", "max_completion_tokens"} & sent(llm_server, OLD, NEW).keys()


TOO_MUCH = "max_tokens is too large: {}. This model supports at most 1024 completion tokens."


def test_a_limit_that_is_too_high_is_left_out_where_nobody_set_it(llm_server: LlmServer) -> None:
    refuses = [replace(OLD, message=TOO_MUCH), replace(NEW, message=TOO_MUCH)]
    assert not {"max_tokens", "max_completion_tokens"} & sent(llm_server, *refuses).keys()


def test_a_limit_that_is_too_high_is_told_to_whoever_set_it(llm_server: LlmServer) -> None:
    with pytest.raises(ModelError, match="at most 1024 completion tokens"):
        sent(llm_server, replace(OLD, message=TOO_MUCH), chat=replace(CHAT, max_tokens=5000))
    assert len(llm_server.calls()) == 1


def test_a_temperature_that_is_refused_is_left_out(llm_server: LlmServer) -> None:
    said = "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) is supported."
    body = sent(llm_server, Refusal("temperature", said))
    assert "temperature" not in body
    assert body["max_tokens"] == 2048


def test_several_are_left_out_one_after_the_other(llm_server: LlmServer) -> None:
    body = sent(llm_server, OLD, Refusal("temperature", "temperature is not supported"))
    assert (body["max_completion_tokens"], "temperature" in body) == (2048, False)


def test_bounds_that_a_strict_endpoint_does_not_know_are_said_in_the_description(llm_server: LlmServer) -> None:
    said = "response_format: For 'integer' type, property 'minimum' is not supported"
    schema = sent(llm_server, Refusal("*.minimum", said))["response_format"]["json_schema"]
    assert schema["strict"] is True
    assert schema["schema"]["properties"] == {
        "score": {"type": "integer", "description": "At least 1."},
        "note": {"type": ["string", "null"]},
    }


def test_the_null_of_what_is_optional_is_no_answer(llm_server: LlmServer) -> None:
    llm_server.script(Reply(text='{"score": 1, "note": null}'))
    completion = ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert read_answer(completion, CHAT) == {"score": 1}


def test_a_null_that_nobody_asked_for_stays(llm_server: LlmServer) -> None:
    llm_server.script(Reply(text='{"score": 1, "note": null}'))
    completion = ChatClient(ChatEndpoint(llm_server.base_url, output="json_schema")).complete(CHAT)
    assert read_answer(completion, CHAT) == {"score": 1, "note": None}
