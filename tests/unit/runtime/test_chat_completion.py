"""One call of a chat completion endpoint: what goes out, what comes back."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from experiments.runtime.chat import Chat, ChatEndpoint
from experiments.runtime.chat_client import ChatClient
from tests.support.llm_server import LlmServer, Reply

CHAT = Chat(({"role": "system", "content": "Judge."}, {"role": "user", "content": "Grüße 🌟"}), model="m1")


def test_the_answer_comes_with_its_tokens_model_and_time(llm_server: LlmServer) -> None:
    llm_server.script(Reply(text='{"tone": "positive"}'))
    completion = ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert completion.text == '{"tone": "positive"}'
    assert completion.usage == {"prompt_tokens": 11, "response_tokens": 7, "total_tokens": 18}
    assert completion.model == "m1"
    assert completion.duration_ms >= 0
    assert not completion.cut


def test_the_messages_go_out_as_they_are_at_temperature_zero(llm_server: LlmServer) -> None:
    ChatClient(ChatEndpoint(llm_server.base_url + "/")).complete(CHAT)
    (call,) = llm_server.calls()
    assert call["path"] == "/v1/chat/completions"
    assert call["body"]["messages"] == list(CHAT.messages)
    assert call["body"]["temperature"] == 0
    assert "response_format" not in call["body"]


def test_the_key_is_sent_as_a_bearer_token_and_only_where_there_is_one(llm_server: LlmServer) -> None:
    ChatClient(ChatEndpoint(llm_server.base_url, api_key="sk-1")).complete(CHAT)
    ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    with_key, without = llm_server.calls()
    assert with_key["headers"]["authorization"] == "Bearer sk-1"
    assert "authorization" not in without["headers"]


def test_an_answer_that_stopped_at_its_limit_is_marked_as_cut(llm_server: LlmServer) -> None:
    llm_server.script(Reply(text='{"tone": "pos', finish_reason="length"))
    assert ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT).cut


def test_characters_that_no_store_takes_are_replaced(llm_server: LlmServer) -> None:
    body = {"choices": [{"message": {"content": "a\x00b\ud800c"}}]}
    llm_server.script(Reply(raw=json.dumps(body)))
    completion = ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert completion.text == "a\ufffdb\ufffdc"


def test_missing_token_counts_are_zero(llm_server: LlmServer) -> None:
    llm_server.script(Reply(raw='{"choices": [{"message": {"content": "yes"}}]}'))
    completion = ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT)
    assert completion.usage == {"prompt_tokens": 0, "response_tokens": 0, "total_tokens": 0}


def test_a_thread_keeps_its_connection_and_shares_it_with_no_other(llm_server: LlmServer) -> None:
    client, both_are_here = ChatClient(ChatEndpoint(llm_server.base_url)), threading.Barrier(2)

    def twice(_: int) -> None:
        both_are_here.wait(10)
        client.complete(CHAT)
        client.complete(CHAT)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(twice, range(2)))
    connections = [call["connection"] for call in llm_server.calls()]
    assert len(connections) == 4
    assert len(set(connections)) == 2


def test_a_provider_that_says_what_it_cost_is_believed(llm_server: LlmServer) -> None:
    answer = {"choices": [{"message": {"content": "yes"}}], "usage": {"prompt_tokens": 3, "cost": 0.000125}}
    llm_server.script(Reply(raw=json.dumps(answer), headers={"x-litellm-response-cost": "7"}))
    assert ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT).cost == Decimal("0.000125")


def test_a_gateway_says_it_in_a_header(llm_server: LlmServer) -> None:
    llm_server.script(Reply(headers={"x-litellm-response-cost": "2.85e-05"}))
    assert ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT).cost == Decimal("0.0000285")


@pytest.mark.parametrize("headers", [{}, {"x-litellm-response-cost": "None"}])
def test_where_nobody_says_it_is_not_known(llm_server: LlmServer, headers: dict[str, str]) -> None:
    llm_server.script(Reply(headers=headers))
    assert ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT).cost is None
