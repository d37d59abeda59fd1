"""A run that went well becomes a reply with its payload and its record."""

import pytest

from tests.support.run_server import RunServer, expected_payload
from tests.unit.run_client.conftest import Post

SCHEMA = {"type": "object", "properties": {"tone": {"enum": ["good", "bad"]}, "score": {"type": "integer"}}}


def test_a_good_answer_becomes_a_payload_with_its_record(server: RunServer, post: Post) -> None:
    body = {"user_message": "hello", "agent_key": "sorter", "debug": True, "respond_payload_schema": SCHEMA}
    reply = post(body=body)
    assert (reply.error_code, reply.message, reply.http_status, reply.transient) == (None, "", 200, False)
    assert reply.payload == expected_payload(body) == reply.final["response_payload"]
    assert set(reply.payload) == {"tone", "score"}
    assert reply.trace_id
    assert reply.execution_log[0]["agent_key"] == "sorter"
    assert reply.debug[0]["prompt"] == "hello"
    assert (reply.model, reply.graph_version_id, reply.run_duration_ms, reply.tokens) == ("scripted", "1:1", 0, 15)


def test_the_payload_may_stand_under_response(server: RunServer, post: Post) -> None:
    server.script(answer_key="response")
    assert post().payload == expected_payload({"user_message": "row 0"})


@pytest.mark.parametrize("behaviour", ["bom", "gzipped"])
def test_a_byte_order_mark_and_compression_do_no_harm(server: RunServer, post: Post, behaviour: str) -> None:
    server.always(behaviour)
    assert post().payload == expected_payload({"user_message": "row 0"})


def test_an_answer_below_the_limit_is_taken(server: RunServer, post: Post) -> None:
    server.always({"do": "big", "size": 4_000_000})
    assert post().error_code is None
