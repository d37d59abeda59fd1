"""What the endpoint of a model says when it gives no answer, and what that means for the caller of `/run`."""

import json
import socket
from typing import Any

import pytest

from experiments.runtime.chat import Chat, ChatEndpoint, ModelError, ModelRefused
from experiments.runtime.chat_client import ChatClient
from tests.support.llm_server import LlmServer, Reply

CHAT = Chat(({"role": "user", "content": "hi"},), model="m1")


def failure(llm_server: LlmServer, reply: Reply, api_key: str | None = "sk-very-secret") -> ModelError:
    llm_server.script(reply)
    with pytest.raises(ModelError) as caught:
        ChatClient(ChatEndpoint(llm_server.base_url, api_key=api_key)).complete(CHAT)
    return caught.value


def said(http: int = 200, /, **error: Any) -> Reply:
    return Reply(status=http, raw=json.dumps({"error": error}))


def in_choice(**error: Any) -> Reply:
    return Reply(raw=json.dumps({"choices": [{"error": error, "finish_reason": "error", "message": {"content": ""}}]}))


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_named_with_its_setting(llm_server: LlmServer, status: int) -> None:
    error = failure(llm_server, said(status, message="Incorrect API key.", code="invalid_api_key"))
    assert (error.status, error.endpoint_status, error.endpoint_code) == (502, status, "invalid_api_key")
    assert error.model_part == "key"
    host = llm_server.base_url.split("/")[2]
    for part in (host, "OPENAI_API_KEY", "the network's endpoint", f"{status} invalid_api_key: Incorrect API key."):
        assert part in error.detail


def test_an_empty_body_says_nothing(llm_server: LlmServer) -> None:
    assert failure(llm_server, Reply(status=500, raw="")).detail.endswith("answered 500: (nothing)")


def test_that_none_is_set_is_said(llm_server: LlmServer) -> None:
    error = failure(llm_server, said(401, message="No key."), api_key=None)
    assert "wants a key and got none (OPENAI_API_KEY" in error.detail


@pytest.mark.parametrize(
    "reply",
    [
        said(404, message="The model `m1` does not exist or you do not have access to it.", code="model_not_found"),
        said(404, message="no such thing"),
        Reply(status=404, raw="404 page not found"),
        said(400, message="m1 is not a valid model ID", code=400),
        said(400, message="Invalid model name passed in model=m1."),
        said(200, message="gone", code="model_not_found"),
    ],
)
def test_a_model_that_is_not_there_is_named_with_its_host(llm_server: LlmServer, reply: Reply) -> None:
    error = failure(llm_server, reply)
    assert (error.status, error.model_part) == (502, "model")
    assert not isinstance(error, ModelRefused)
    for part in (llm_server.base_url.split("/")[2], "“m1”", "OPENAI_MODEL"):
        assert part in error.detail


@pytest.mark.parametrize(
    "reply",
    [
        said(400, message="The message is too long for the model."),
        said(400, message="Unsupported value: temperature does not support 0 with this model."),
        said(413, message="too long"),
        said(200, message="Bad message.", code=400),
        said(200, message="Bad message.", type="invalid_request_error"),
        said(403, message="Flagged.", code=403, metadata={"reasons": ["violence"], "flagged_input": "hi"}),
        in_choice(message="Flagged.", code=403, metadata={"flagged_input": "hi"}),
    ],
)
def test_what_only_this_request_is_refused_for_is_no_fault_of_key_or_model(llm_server: LlmServer, reply: Reply) -> None:
    error = failure(llm_server, reply)
    assert isinstance(error, ModelRefused)
    assert error.model_part is None


@pytest.mark.parametrize("put", [said, in_choice])
@pytest.mark.parametrize(
    ("error", "endpoint_status", "status"),
    [
        ({"code": 429}, 429, 429),
        ({"code": "429"}, 429, 429),
        ({"code": "rate_limit_exceeded"}, 429, 429),
        ({"type": "rate_limit_error"}, 429, 429),
        ({"code": 429, "status": "RESOURCE_EXHAUSTED"}, 429, 429),
        ({"code": "insufficient_quota"}, 429, 429),
        ({"code": 402}, 402, 402),
        ({"code": 401}, 401, 502),
        ({"type": "overloaded_error"}, 503, 502),
        ({"code": 502}, 502, 502),
        ({"code": "strange"}, 200, 502),
        ({"code": True}, 200, 502),
        ({"code": 7}, 200, 502),
        ({"code": "9" * 5000}, 200, 502),
    ],
)
def test_an_error_inside_a_200_counts_by_its_code(
    llm_server: LlmServer, put: Any, error: dict[str, Any], endpoint_status: int, status: int
) -> None:
    found = failure(llm_server, put(message="Upstream is away.", **error))
    assert (found.endpoint_status, found.status) == (endpoint_status, status)
    assert not isinstance(found, ModelRefused)
    assert "Upstream is away." in found.detail


@pytest.mark.parametrize(
    "raw", ['{"error": "away"}', '{"error": {"message": "away"}}', '{"error": {"reason": "away"}}']
)
def test_an_error_inside_a_200_without_a_code_is_told_in_its_words(llm_server: LlmServer, raw: str) -> None:
    found = failure(llm_server, Reply(raw=raw))
    assert found.status == 502
    assert "sent an error: " in found.detail
    assert "away" in found.detail


@pytest.mark.parametrize("error", ["null", "{}", '""'])
def test_an_empty_error_beside_an_answer_is_none(llm_server: LlmServer, error: str) -> None:
    choice = '{"message": {"content": "{}"}, "error": null}'
    raw = f'{{"choices": [{choice}], "error": {error}}}'
    llm_server.script(Reply(raw=raw))
    assert ChatClient(ChatEndpoint(llm_server.base_url)).complete(CHAT).text == "{}"


@pytest.mark.parametrize(
    ("status", "headers", "ours"),
    [
        (429, {"Retry-After": "7"}, 429),
        (429, {}, 429),
        (402, {}, 402),
        (503, {"Retry-After": "7"}, 503),
        (529, {"retry-after-ms": "700"}, 503),
        (503, {"Date": "Fri, 27 Nov 2026 00:00:00 GMT"}, 502),
        (500, {}, 502),
        (307, {"Retry-After": "7"}, 502),
    ],
)
def test_what_the_caller_can_wait_for_or_must_pay_is_passed_on(
    llm_server: LlmServer, status: int, headers: dict[str, str], ours: int
) -> None:
    error = failure(llm_server, Reply(status=status, raw="{}", headers=headers))
    assert (error.status, error.endpoint_status) == (ours, status)


def test_an_endpoint_that_is_not_there_is_told_from_one_that_hangs_up(llm_server: LlmServer) -> None:
    assert failure(llm_server, Reply(hang_up=True)).model_part is None
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        with pytest.raises(ModelError) as caught:
            ChatClient(ChatEndpoint(nobody)).complete(CHAT)
    assert caught.value.model_part == "address"
    with pytest.raises(ModelError) as caught:
        ChatClient(ChatEndpoint("http://nobody.invalid/v1")).complete(CHAT)
    assert caught.value.model_part == "address"
