"""How an endpoint is addressed: its path and query, its own headers, and credentials that stay unseen."""

from collections.abc import Callable

import pytest

from experiments.runtime.chat import Chat, ChatEndpoint, ModelError
from experiments.runtime.chat_client import ChatClient
from tests.support.llm_server import LlmServer, Reply

CHAT = Chat(({"role": "user", "content": "hi"},), model="m1")


@pytest.mark.parametrize(
    ("base", "path"),
    [
        ("/v1", "/v1/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("", "/chat/completions"),
        (
            "/openai/deployments/d?api-version=2024-10-21",
            "/openai/deployments/d/chat/completions?api-version=2024-10-21",
        ),
        ("/v1/?a=1&b=2%2F3", "/v1/chat/completions?a=1&b=2%2F3"),
    ],
)
def test_the_path_is_appended_and_the_query_kept_behind_it(llm_server: LlmServer, base: str, path: str) -> None:
    ChatClient(ChatEndpoint(llm_server.origin + base)).complete(CHAT)
    assert llm_server.calls()[0]["path"] == path


def test_its_own_headers_go_with_each_request(llm_server: LlmServer) -> None:
    client = ChatClient(ChatEndpoint(llm_server.base_url, headers=(("api-key", "k" * 32), ("X-Team", "blue"))))
    client.complete(CHAT)
    client.complete(CHAT)
    for call in llm_server.calls():
        assert (call["headers"]["api-key"], call["headers"]["x-team"]) == ("k" * 32, "blue")
        assert "authorization" not in call["headers"]
        assert call["headers"]["content-type"] == "application/json"


def _by_key(secret: str, base_url: str) -> ChatEndpoint:
    return ChatEndpoint(base_url, api_key=secret)


def _by_header(secret: str, base_url: str) -> ChatEndpoint:
    return ChatEndpoint(base_url, headers=(("api-key", secret),))


@pytest.mark.parametrize("of", [_by_key, _by_header])
def test_a_key_is_in_no_error_and_no_answer(llm_server: LlmServer, of: Callable[[str, str], ChatEndpoint]) -> None:
    key = "sk-0123456789abcdef"
    llm_server.script(Reply(status=401, raw=f"bad key {key}"))
    with pytest.raises(ModelError, match="bad key …") as caught:
        ChatClient(of(key, llm_server.base_url)).complete(CHAT)
    assert key not in caught.value.detail
    assert key not in repr(of(key, llm_server.base_url))
    llm_server.script(Reply(text=f"my key is {key}"))
    assert ChatClient(of(key, llm_server.base_url)).complete(CHAT).text == "my key is …"


@pytest.mark.parametrize("word", ["sk", "none", "EMPTY", "ollama", "sk-1234"])
@pytest.mark.parametrize("of", [_by_key, _by_header])
def test_a_word_in_the_place_of_a_key_changes_no_text(
    llm_server: LlmServer, word: str, of: Callable[[str, str], ChatEndpoint]
) -> None:
    sentence = f"{word} of the tasks"
    llm_server.script(Reply(text=sentence))
    assert ChatClient(of(word, llm_server.base_url)).complete(CHAT).text == sentence
    llm_server.script(Reply(status=500, raw=sentence))
    with pytest.raises(ModelError, match=sentence):
        ChatClient(of(word, llm_server.base_url)).complete(CHAT)
