"""What a caller is told when the model gives nothing."""

import socket
import time

import pytest

from experiments.core.errors import WorkbenchError
from experiments.runtime.chat import Chat, ChatEndpoint, ModelError, ModelRefused
from experiments.runtime.chat_client import ChatClient
from tests.support.llm_server import LlmServer, Reply

CHAT = Chat(({"role": "user", "content": "hi"},), model="m1")
KEY = "sk-very-secret"


def failure(llm_server: LlmServer, reply: Reply, timeout_s: float = 20.0) -> ModelError:
    llm_server.script(reply)
    with pytest.raises(ModelError) as caught:
        ChatClient(ChatEndpoint(llm_server.base_url, api_key=KEY, timeout_s=timeout_s)).complete(CHAT)
    return caught.value


def test_it_is_an_error_that_users_see_as_a_502(llm_server: LlmServer) -> None:
    error = failure(llm_server, Reply(status=500, raw="{}"))
    assert isinstance(error, WorkbenchError)
    assert (error.status, error.code) == (502, "model_error")


@pytest.mark.parametrize(
    "body",
    ['{"error": {"message": "overloaded"}}', '{"error": "overloaded"}', '{"detail": "overloaded"}', "overloaded"],
)
def test_the_words_of_the_endpoint_are_passed_on(llm_server: LlmServer, body: str) -> None:
    error = failure(llm_server, Reply(status=503, raw=body))
    assert error.detail.endswith("answered 503: overloaded")
    assert error.endpoint_status == 503
    assert not isinstance(error, ModelRefused)


def test_a_wait_that_is_asked_for_is_passed_on(llm_server: LlmServer) -> None:
    error = failure(llm_server, Reply(status=429, raw="{}", headers={"Retry-After": "7"}))
    assert (error.endpoint_status, error.waits["Retry-After"]) == (429, "7")


def test_the_key_is_never_in_the_message(llm_server: LlmServer) -> None:
    error = failure(llm_server, Reply(status=401, raw=f'{{"error": {{"message": "bad key {KEY}"}}}}'))
    assert KEY not in error.detail
    assert "bad key …" in error.detail
    assert KEY not in repr(ChatEndpoint("http://127.0.0.1/v1", api_key=KEY))


def test_credentials_in_the_address_are_never_in_the_message() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://me:{KEY}@127.0.0.1:{closed.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match="could not be reached") as caught:
            ChatClient(ChatEndpoint(address)).complete(CHAT)
    assert KEY not in caught.value.detail


@pytest.mark.parametrize(
    "raw", ["<html>hello</html>", "[]", "{}", '{"choices": []}', '{"choices": [{}]}', '{"choices": [{"message": 1}]}']
)
def test_an_answer_that_is_no_completion_is_said_to_be_none(llm_server: LlmServer, raw: str) -> None:
    assert "not a chat completion" in failure(llm_server, Reply(raw=raw)).detail


def test_a_connection_that_breaks_off_is_an_error(llm_server: LlmServer) -> None:
    assert "no connection, or it broke off" in failure(llm_server, Reply(hang_up=True)).detail


def test_an_answer_cut_in_the_middle_is_an_error(llm_server: LlmServer) -> None:
    error = failure(llm_server, Reply(raw='{"choices"', headers={"Content-Length": "999", "Connection": "close"}))
    assert "broke off in the middle" in error.detail


def test_silence_ends_with_the_time_out(llm_server: LlmServer) -> None:
    error = failure(llm_server, Reply(delay_s=30), timeout_s=0.3)
    assert error.detail.endswith("did not answer within 0.3 s.")


def test_a_body_that_drips_ends_with_the_time_out(llm_server: LlmServer) -> None:
    began = time.monotonic()
    error = failure(llm_server, Reply(text="x" * 600, pieces=600, pause_s=0.1), timeout_s=0.5)
    assert error.detail.endswith("did not answer within 0.5 s.")
    assert time.monotonic() - began < 30  # the drip alone takes a minute


def test_a_body_without_end_is_given_up(llm_server: LlmServer) -> None:
    assert "longer than 5,000,000 bytes" in failure(llm_server, Reply(text="x" * 6_000_000)).detail


def test_a_redirect_is_not_followed(llm_server: LlmServer) -> None:
    error = failure(llm_server, Reply(status=307, raw="", headers={"Location": "/v1/elsewhere"}))
    assert error.endpoint_status == 307
    assert len(llm_server.calls()) == 1
