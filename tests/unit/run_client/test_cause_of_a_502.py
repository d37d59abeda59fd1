"""A 502 whose `cause.part` says what is wrong between a runtime and its model, and one that does not."""

from decimal import Decimal
from typing import Any

import pytest

from experiments.core.cost import Tokens
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import Post


def answered(server: RunServer, post: Post, cause: Any, status: int = 502) -> Any:
    body = {"detail": "The model at there refused its key.", "cause": cause}
    server.always({"do": "status", "status": status, "json": body})
    return post()


@pytest.mark.parametrize(
    ("part", "error_code", "reason"),
    [("key", "unauthorized", "key"), ("model", "server_error", "model"), ("address", "server_error", "endpoint")],
)
def test_each_part_has_its_meaning_and_the_words_stand_alone(
    server: RunServer, post: Post, part: str, error_code: str, reason: str
) -> None:
    reply = answered(server, post, {"part": part, "status": 401})
    assert (reply.error_code, reply.reason, reply.transient) == (error_code, reason, True)
    assert (reply.message, reply.http_status) == ("The model at there refused its key.", 502)


@pytest.mark.parametrize("cause", [None, {}, [], "key", {"part": "other"}, {"part": ["key"]}, {"part": 7}])
def test_any_other_cause_is_a_passing_trouble(server: RunServer, post: Post, cause: Any) -> None:
    reply = answered(server, post, cause)
    assert (reply.error_code, reply.reason, reply.transient) == ("server_error", None, True)
    assert reply.message == "HTTP 502 Bad Gateway: The model at there refused its key."


@pytest.mark.parametrize(("status", "error_code"), [(400, "rejected"), (401, "unauthorized"), (503, "server_error")])
def test_another_status_means_what_it_always_does(server: RunServer, post: Post, status: int, error_code: str) -> None:
    reply = answered(server, post, {"part": "model"}, status)
    assert (reply.error_code, reply.reason) == (error_code, None)


def test_what_was_used_before_is_paid_for(server: RunServer, post: Post) -> None:
    used = {"llm_usage_totals": {"prompt_tokens": 10, "response_tokens": 5}, "cost": 0.25}
    server.always({"do": "status", "status": 502, "json": {"detail": "No model.", "cause": {"part": "model"}, **used}})
    reply = post()
    assert (reply.tokens_used, reply.cost) == (Tokens(10, 5), Decimal("0.25"))
