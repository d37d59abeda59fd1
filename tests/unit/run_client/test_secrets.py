"""The network's token never leaves in a reply."""

import pytest

from experiments.run_client import RunTarget
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import TOKEN, Post

SECRET = TOKEN.removeprefix("Bearer ")


def test_a_token_that_an_error_repeats_is_hidden(server: RunServer, post: Post) -> None:
    server.always({"do": "status", "status": 422, "json": {"detail": f"unknown token {TOKEN}, that is {SECRET}"}})
    assert post().message.endswith(": unknown token ***, that is ***")


def test_a_token_in_the_log_of_a_run_is_hidden(server: RunServer, post: Post) -> None:
    server.always({"do": "ok", "extra": {"execution_log": [{"headers": {"authorization": TOKEN}}]}})
    reply = post()
    assert reply.execution_log == [{"headers": {"authorization": "***"}}]
    assert SECRET not in repr(reply)


def test_a_short_token_does_not_change_answers(server: RunServer, post: Post) -> None:
    server.always({"do": "ok", "payload": {"topic": "demo"}})
    assert post(authorization="Bearer demo").payload == {"topic": "demo"}


@pytest.mark.parametrize("token", ["Bearer a\nb-secret", "Bearer sécret", "Bearer secret "])
def test_a_token_that_cannot_be_sent_is_unauthorized_and_not_quoted(server: RunServer, post: Post, token: str) -> None:
    reply = post(authorization=token)
    assert (reply.error_code, reply.reason, reply.http_status) == ("unauthorized", "credentials", None)
    assert "cret" not in reply.message
    assert server.ledger() == []


def test_the_description_of_a_target_leaves_the_token_out() -> None:
    assert SECRET not in repr(RunTarget(url="http://x/run", authorization=TOKEN, timeout_s=1))
