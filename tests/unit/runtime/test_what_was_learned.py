"""What an endpoint refused once is not sent again: not by this process, not by another, until some hours later."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from experiments.runtime import dialect_memory
from experiments.runtime.chat import Chat, ChatEndpoint
from experiments.runtime.chat_client import ChatClient
from experiments.runtime.dialects import Dialect
from tests.support.llm_server import LlmServer, Refusal, Reply

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
OTHER: dict[str, Any] = {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}
CHAT = Chat(({"role": "user", "content": "hi"},), model="m1", schema=SCHEMA)
NO_FORMAT = Refusal("response_format", "unknown field response_format")


@dataclass
class Shared:
    """What several processes know."""

    known: dict[tuple[str, str], Dialect] = field(default_factory=dict)
    recalled: int = 0

    def recall(self, endpoint: ChatEndpoint, model: str, schema: str) -> Dialect | None:
        self.recalled += 1
        return self.known.get((model, schema))

    def keep(self, endpoint: ChatEndpoint, model: str, schema: str, dialect: Dialect) -> None:
        self.known[model, schema] = dialect


def count(llm_server: LlmServer, client: ChatClient, chat: Chat = CHAT, *, refuses: Refusal = NO_FORMAT) -> int:
    """The requests that one answer took."""
    llm_server.script(Reply(), refuses=[refuses])
    client.complete(chat)
    return len(llm_server.calls())


def test_a_process_learns_once_for_each_model(llm_server: LlmServer) -> None:
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    assert [count(llm_server, client), count(llm_server, client)] == [4, 1]
    assert count(llm_server, client, replace(CHAT, schema=OTHER)) == 1
    assert count(llm_server, client, replace(CHAT, model="m2")) == 4


def test_a_refusal_of_one_schema_says_nothing_of_another(llm_server: LlmServer) -> None:
    bad = Refusal("*.a", "Invalid schema for response_format 'answer'")
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    assert count(llm_server, client, refuses=bad) == 3
    assert count(llm_server, client, refuses=bad) == 1
    count(llm_server, client, replace(CHAT, schema=OTHER), refuses=bad)
    assert llm_server.calls()[0]["body"]["response_format"]["json_schema"]["strict"] is True


def test_other_processes_know_it_too(llm_server: LlmServer) -> None:
    shared = Shared()
    endpoint = ChatEndpoint(llm_server.base_url)
    assert count(llm_server, ChatClient(endpoint, shared)) == 4
    assert count(llm_server, ChatClient(endpoint, shared)) == 1


def test_a_process_that_began_before_looks_again_after_its_first_refusal(llm_server: LlmServer) -> None:
    shared = Shared()
    early = ChatClient(ChatEndpoint(llm_server.base_url), shared)
    llm_server.script(Reply())
    early.complete(CHAT)
    count(llm_server, ChatClient(ChatEndpoint(llm_server.base_url), shared))
    assert count(llm_server, early) == 2


def test_what_is_known_is_not_looked_up_for_each_call(llm_server: LlmServer) -> None:
    shared = Shared()
    client = ChatClient(ChatEndpoint(llm_server.base_url), shared)
    client.complete(CHAT)
    before = shared.recalled
    client.complete(CHAT)
    assert shared.recalled == before
    assert shared.known == {}  # nothing was refused


def test_after_some_hours_it_is_tried_again(llm_server: LlmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    client = ChatClient(ChatEndpoint(llm_server.base_url))
    count(llm_server, client)
    monkeypatch.setattr(dialect_memory, "DIALECT_AGE_S", -1.0)
    assert count(llm_server, client) == 4


def test_what_another_version_stored_is_not_believed() -> None:
    stored = Dialect(output="tools", system=False).as_json()
    assert Dialect.of_json(stored) == Dialect(output="tools", system=False)
    assert Dialect.of_json({**stored, "more": 1}) is None
    assert Dialect.of_json({**stored, "output": "telepathy"}) is None
