"""The total time ends a call, however busy the server pretends to be."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import Post

SLOW = ["hang", "hang_in_body", "drip_header", "drip_body", "drip_endless", {"do": "ok", "latency_ms": 60_000}]


@pytest.mark.parametrize("behaviour", SLOW, ids=str)
def test_a_slow_answer_is_given_up_at_the_deadline(server: RunServer, post: Post, behaviour: Any) -> None:
    server.always(behaviour)
    reply = post(timeout_s=0.4)
    assert (reply.error_code, reply.reason, reply.transient) == ("timeout", "deadline", True)
    assert "0.4 s" in reply.message
    assert 400 <= reply.elapsed_ms < 5000
    server.wait(left=1)


def test_an_error_whose_explanation_drips_is_still_that_error(server: RunServer, post: Post) -> None:
    server.always({"do": "drip_body", "status": 422})
    reply = post(timeout_s=0.4)
    assert (reply.error_code, reply.http_status) == ("rejected", 422)


def test_an_answer_within_the_time_is_taken(server: RunServer, post: Post) -> None:
    server.always({"do": "ok", "latency_ms": 200})
    assert post(timeout_s=20).error_code is None


def test_a_short_call_ends_while_a_long_one_waits_on(server: RunServer, post: Post) -> None:
    server.hold("patient")
    with ThreadPoolExecutor(2) as pool:
        patient = pool.submit(post, body={"user_message": "patient"}, timeout_s=60)
        server.wait(held=1)
        server.script(rules=[{"match": "hasty", "attempts": ["hang"]}])
        assert post(body={"user_message": "hasty"}, timeout_s=0.3).error_code == "timeout"
        server.release()
        assert patient.result(30).error_code is None
