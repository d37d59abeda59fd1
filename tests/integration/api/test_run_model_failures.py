"""What the endpoint of a model says goes through our own `/run`, without misleading who called it."""

import json
from typing import Any

import pytest

from tests.integration.api.support import errors
from tests.support.api import Api
from tests.support.llm_server import LlmServer, Reply

BODY = {"network": "own", "user_message": "x"}


@pytest.fixture
def own(api: Api, llm: LlmServer) -> str:
    return api.network(None, "own")


def answer(api: Api, llm: LlmServer, reply: Reply) -> Any:
    llm.script(reply)
    return api.client.post("/run", BODY, format="json")


def said(status: int, headers: dict[str, str] | None = None, **error: Any) -> Reply:
    return Reply(status=status, raw=json.dumps({"error": {"message": "Words.", **error}}), headers=headers or {})


def test_a_429_is_a_429_with_its_wait_and_its_words(api: Api, own: str, llm: LlmServer) -> None:
    response = answer(api, llm, said(429, {"Retry-After": "7"}, code="rate_limit_exceeded"))
    assert response.status_code == 429
    assert (response["Retry-After"], response["retry-after-ms"]) == ("7", "7000")
    body = response.json()
    assert "429 rate_limit_exceeded: Words." in body["detail"]
    assert body["cause"] == {"status": 429, "code": "rate_limit_exceeded", "retry_after_s": 7.0}
    assert errors(body, kind="client_error") == [("model_error", None)]


def test_a_wait_in_milliseconds_stays_exact(api: Api, own: str, llm: LlmServer) -> None:
    response = answer(api, llm, said(429, {"retry-after-ms": "1200"}))
    assert (response["Retry-After"], response["retry-after-ms"]) == ("2", "1200")


def test_one_without_a_wait_has_none(api: Api, own: str, llm: LlmServer) -> None:
    response = answer(api, llm, said(429, code="insufficient_quota"))
    assert response.status_code == 429
    assert "Retry-After" not in response
    assert response.json()["cause"] == {"status": 429, "code": "insufficient_quota"}


def test_so_is_one_inside_a_200(api: Api, own: str, llm: LlmServer) -> None:
    response = answer(api, llm, said(200, code=429))
    assert (response.status_code, response.json()["cause"]) == (429, {"status": 429})


def test_a_402_is_a_402(api: Api, own: str, llm: LlmServer) -> None:
    response = answer(api, llm, said(402, code="insufficient_credits"))
    assert response.status_code == 402
    assert "402 insufficient_credits: Words." in response.json()["detail"]


def test_an_endpoint_that_says_how_long_it_is_away_is_a_503(api: Api, own: str, llm: LlmServer) -> None:
    response = answer(api, llm, said(503, {"Retry-After": "30"}))
    assert (response.status_code, response["Retry-After"]) == (503, "30")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_no_refusal_of_the_caller(api: Api, own: str, llm: LlmServer, status: int) -> None:
    response = answer(api, llm, said(status))
    assert response.status_code == 502
    assert "WWW-Authenticate" not in response
    body = response.json()
    assert body["cause"] == {"status": status, "part": "key"}
    assert "OPENAI_API_KEY" in body["detail"]


def test_a_model_that_is_not_there_is_no_404(api: Api, own: str, llm: LlmServer) -> None:
    response = answer(api, llm, said(404, code="model_not_found"))
    assert response.status_code == 502
    assert response.json()["cause"] == {"status": 404, "code": "model_not_found", "part": "model"}


@pytest.mark.parametrize("reply", [said(500), said(503), Reply(hang_up=True), Reply(raw="[]")])
def test_anything_else_is_a_502_without_a_part(api: Api, own: str, llm: LlmServer, reply: Reply) -> None:
    response = answer(api, llm, reply)
    assert response.status_code == 502
    assert "part" not in response.json().get("cause", {})
