"""The raw answer, for a person to look at."""

from experiments.run_client import RawResponse, RunReply, RunTarget, post_run_raw
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import TOKEN


def called(server: RunServer, token: str = TOKEN, **target: object) -> tuple[RunReply, RawResponse | None]:
    where = RunTarget(**{"url": server.url, "authorization": token, "timeout_s": 5, **target})  # type: ignore[arg-type]
    return post_run_raw(where, body={"user_message": "hello"}, idempotency_key="k")


def test_status_headers_and_body_are_there_beside_what_they_were_read_as(server: RunServer) -> None:
    server.always({"do": "status", "status": 503, "text": "busy\0", "headers": {"Retry-After": "7"}})
    reply, raw = called(server)
    assert raw is not None
    assert (reply.error_code, raw.status, raw.body, raw.body_bytes) == ("server_error", 503, "busy\ufffd", 5)
    assert ("Retry-After", "7") in raw.headers


def test_bytes_that_are_no_text_are_replaced_and_counted(server: RunServer) -> None:
    server.always({"do": "body_text", "text": "\udcff\udcfe"})
    _, raw = called(server)
    assert raw is not None
    assert (raw.body, raw.body_bytes) == ("\ufffd\ufffd", 2)


def test_an_answer_past_the_limit_is_there_as_far_as_it_was_read(server: RunServer) -> None:
    server.always("big")
    reply, raw = called(server, max_body_bytes=100_000)
    assert raw is not None
    assert (reply.error_code, raw.is_cut) == ("too_large", True)
    assert raw.body_bytes > 100_000


def test_the_token_is_in_no_part_of_it_however_short(server: RunServer) -> None:
    server.always({"do": "status", "status": 401, "text": "not s3cret", "headers": {"X-Seen": "Bearer s3cret"}})
    reply, raw = called(server, "Bearer s3cret")
    assert "s3cret" not in repr((reply, raw))
    assert raw is not None
    assert raw.body == "not ***"


def test_without_an_answer_there_is_no_raw_response(server: RunServer) -> None:
    server.always("reset")
    reply, raw = called(server)
    assert (reply.error_code, raw) == ("connection", None)
