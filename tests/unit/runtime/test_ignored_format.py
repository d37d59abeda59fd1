"""An endpoint that takes a format and answers in prose all the same is asked by a function and by words, once."""

from typing import Any

from experiments.runtime.chat import Chat, ChatEndpoint
from experiments.runtime.chat_client import ChatClient
from tests.support.llm_server import LlmServer, Reply

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
CHAT = Chat(({"role": "user", "content": "hi"},), model="m1", schema=SCHEMA)
PROSE, OBJECT = Reply(text="It is a fine day."), Reply(text='{"a": "fine"}', as_call=True)


def formats(llm_server: LlmServer) -> list[str]:
    return ["tools" if "tools" in call["body"] else "schema" for call in llm_server.calls()]


def test_it_is_asked_again_by_a_function_and_both_answers_count(llm_server: LlmServer) -> None:
    llm_server.script(PROSE, OBJECT)
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    completion = client.complete(CHAT)
    assert completion.text == '{"a": "fine"}'
    assert completion.usage["total_tokens"] == 36
    client.complete(CHAT)
    assert formats(llm_server) == ["schema", "tools", "tools"]


def test_where_that_does_not_help_the_format_stays(llm_server: LlmServer) -> None:
    llm_server.script(PROSE)
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    assert [client.complete(CHAT).text for _ in range(2)] == ["It is a fine day."] * 2
    assert formats(llm_server) == ["schema", "tools", "schema"]


def test_prose_of_a_model_that_has_kept_to_the_format_is_its_answer(llm_server: LlmServer) -> None:
    llm_server.script(OBJECT, PROSE)
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    client.complete(CHAT)
    assert client.complete(CHAT).text == "It is a fine day."
    assert formats(llm_server) == ["schema", "schema"]


def test_an_object_within_prose_or_nothing_at_all_is_no_reason_to_ask_again(llm_server: LlmServer) -> None:
    for text in ('Here it is: ```json\n{"a": "fine"}\n```', ""):
        llm_server.script(Reply(text=text))
        assert ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT).text == text
        assert formats(llm_server) == ["schema"]
