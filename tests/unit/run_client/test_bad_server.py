"""Whatever a server does, the reply says what happened and whether another attempt makes sense."""

from typing import Any

import pytest

from tests.support.run_server import RunServer, expected_payload

from .conftest import Post

TRANSIENT = [
    ("reset", "connection", "dropped", None),
    ("no_answer", "connection", "dropped", None),
    ("not_http", "bad_response", "garbled", None),
    ("many_headers", "bad_response", "garbled", None),
    ("cut_body", "bad_response", "garbled", None),
    ("bad_chunk", "bad_response", "garbled", None),
    ("bad_gzip", "bad_response", "garbled", None),
    ("truncated_json", "bad_response", "garbled", 200),
    ("invalid_utf8", "bad_response", "garbled", 200),
    ("html200", "bad_response", "garbled", 200),
    ("empty200", "bad_response", "garbled", 200),
    ("no_content", "bad_response", "garbled", 204),
    ("redirect", "bad_response", "garbled", 307),
    ({"do": "body_text", "text": "  \n "}, "bad_response", "garbled", 200),
    ({"do": "body_text", "text": "upstream says no"}, "bad_response", "garbled", 200),
    *(({"do": "status", "status": code}, "server_error", None, code) for code in (408, 425, 500, 502, 503, 504, 529)),
]
FINAL = [
    ("nan", "bad_response", 200, "NaN"),
    ("infinity", "bad_response", 200, "Infinity"),
    ("huge_float", "bad_response", 200, "1e999"),
    ("huge_integer", "bad_response", 200, "999"),
    ("duplicate_keys", "bad_response", 200, "'a' twice"),
    ("lone_surrogate", "bad_response", 200, "surrogate"),
    ("nul", "bad_response", 200, "NUL"),
    ("deep", "bad_response", 200, "deep"),
    ({"do": "deep", "depth": 300}, "bad_response", 200, "deep"),
    ({"do": "body_text", "text": "[]"}, "bad_response", 200, "not an object"),
    ({"do": "body_text", "text": '"ok"'}, "bad_response", 200, "not an object"),
    ({"do": "body_text", "text": "{}"}, "bad_response", 200, "final"),
    ({"do": "status", "status": 201, "json": {"final": {"response_payload": {}}}}, "bad_response", 201, "201"),
    ({"do": "ok", "payload": ["a"]}, "bad_response", 200, "a list"),
    ({"do": "ok", "payload": None}, "bad_response", 200, "missing"),
    ("big", "too_large", 200, "5,242,880"),
    ("endless", "too_large", 200, "5,242,880"),
    ("gzip_bomb", "too_large", 200, "5,242,880"),
    *(({"do": "status", "status": code}, "rejected", code, str(code)) for code in (400, 404, 405, 413, 422)),
]


def _name(value: Any) -> str | None:
    if isinstance(value, dict):
        return "-".join(str(part)[:20] for part in value.values())
    return None


@pytest.mark.parametrize(("behaviour", "error_code", "reason", "status"), TRANSIENT, ids=_name)
def test_what_may_pass_is_transient(
    server: RunServer, post: Post, behaviour: Any, error_code: str, reason: str, status: int | None
) -> None:
    server.always(behaviour)
    reply = post()
    assert (reply.error_code, reply.reason, reply.http_status) == (error_code, reason, status)
    assert reply.transient
    assert reply.payload is None
    assert reply.message


@pytest.mark.parametrize(("behaviour", "error_code", "status", "word"), FINAL, ids=_name)
def test_what_would_come_again_is_not_transient(
    server: RunServer, post: Post, behaviour: Any, error_code: str, status: int, word: str
) -> None:
    server.always(behaviour)
    reply = post()
    assert (reply.error_code, reply.http_status, reply.transient) == (error_code, status, False)
    assert reply.payload is None
    assert word in reply.message


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_unauthorized(server: RunServer, post: Post, status: int) -> None:
    server.always({"do": "status", "status": status, "json": {"detail": "Invalid token."}})
    reply = post()
    assert (reply.error_code, reply.http_status) == ("unauthorized", status)
    assert "Invalid token." in reply.message


def test_too_many_requests_come_with_the_time_to_wait(server: RunServer, post: Post) -> None:
    server.always({"do": "status", "status": 429, "headers": {"Retry-After": "2"}})
    reply = post()
    assert (reply.error_code, reply.http_status, reply.transient, reply.retry_after_s) == ("rate_limited", 429, True, 2)


@pytest.mark.parametrize("transient", [True, False])
def test_a_400_is_transient_only_where_the_network_says_so(server: RunServer, post: Post, transient: bool) -> None:
    server.always({"do": "status", "status": 400})
    reply = post(transient_400=transient)
    assert (reply.error_code, reply.transient) == ("rejected", transient)


def test_a_call_after_each_kind_of_failure_goes_well(server: RunServer, post: Post) -> None:
    failures = ["reset", "no_answer", "cut_body", "bad_chunk", "endless", "not_http", {"do": "status", "status": 500}]
    server.script(rules=[{"match": "", "attempts": failures}])
    assert [post().error_code is None for _ in failures] == [False] * len(failures)
    assert post().payload == expected_payload({"user_message": "row 0"})


def test_a_connection_that_the_server_drops_under_the_next_call_is_reported_and_the_call_not_repeated(
    server: RunServer, post: Post
) -> None:
    server.script(rules=[{"match": "", "attempts": ["stale"]}])
    assert post().error_code is None
    second = post()
    assert (second.error_code, second.reason, second.transient) == ("connection", "dropped", True)
    assert len(server.ledger()) == 1
    assert post().error_code is None
