"""What goes over the wire, and what does not."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from experiments.run_client import transport
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import TOKEN, Post


def test_body_key_and_token_arrive_as_given(server: RunServer, post: Post) -> None:
    body = {"network": "n", "user_message": "Grüße 🙂", "system_params": {"a": {"b": "\ud800"}}, "debug": False}
    post(body=body, key="9f-12-1")
    (call,) = server.ledger()
    assert call["body"] == body
    assert (call["idempotency_key"], call["authorization"]) == ("9f-12-1", TOKEN)
    assert call["headers"]["content-type"] == "application/json"


def test_a_network_without_a_token_sends_none(server: RunServer, post: Post) -> None:
    post(authorization=None)
    assert server.ledger()[0]["authorization"] is None


def test_a_name_in_the_address_does_not_replace_the_token(server: RunServer, post: Post) -> None:
    post(url=server.url.replace("http://", "http://user:pass@"))
    assert server.ledger()[0]["authorization"] == TOKEN


def test_a_redirect_is_not_followed(server: RunServer, post: Post) -> None:
    server.script(rules=[{"match": "", "attempts": [{"do": "redirect", "location": server.url}]}])
    assert post().http_status == 307
    assert len(server.ledger()) == 1


def test_proxies_of_the_environment_are_ignored(server: RunServer, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert post().error_code is None


def test_cookies_are_not_kept(server: RunServer, post: Post) -> None:
    server.always({"do": "ok", "headers": {"Set-Cookie": "session=1; Path=/"}})
    post()
    post()
    assert "cookie" not in server.ledger()[1]["headers"]


def test_calls_of_one_thread_share_a_connection(server: RunServer, post: Post) -> None:
    with ThreadPoolExecutor(1) as pool:
        before = server.stats()["connections"]
        replies = [pool.submit(post).result(30) for _ in range(5)]
        assert server.stats()["connections"] == before + 1
    assert {reply.error_code for reply in replies} == {None}


def test_a_connection_that_lay_idle_is_not_used_again(
    server: RunServer, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_IDLE_S", -1.0)
    with ThreadPoolExecutor(1) as pool:
        before = server.stats()["connections"]
        for _ in range(3):
            pool.submit(post).result(30)
        assert server.stats()["connections"] == before + 3


def test_many_threads_call_at_once(server: RunServer, post: Post) -> None:
    server.hold()
    with ThreadPoolExecutor(64) as pool:
        calls = [pool.submit(post, body={"user_message": f"row {number}"}) for number in range(64)]
        server.wait(held=64)
        server.release()
        assert {call.result(30).error_code for call in calls} == {None}
    assert server.stats()["max_in_flight"] == 64


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_request_that_is_no_json_is_rejected_before_it_is_sent(server: RunServer, post: Post, value: float) -> None:
    reply = post(body={"user_message": "x", "respond_payload_example": {"a": value}})
    assert (reply.error_code, reply.transient) == ("rejected", False)
    assert server.ledger() == []
