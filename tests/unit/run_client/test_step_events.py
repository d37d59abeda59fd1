"""Step events are kept in the order of their `seq`, whatever the order in which they came."""

from typing import Any

import pytest

from experiments.run_client.answer import read_recorded


def event(seq: Any, kind: str) -> dict[str, Any]:
    return {"seq": seq, "t": 0, "step": {"kind": kind}, "traceId": "t"}


@pytest.mark.parametrize(
    ("sent", "kinds"),
    [
        ([event(2, "c"), event(0, "a"), event(1, "b")], "abc"),
        ([event(10, "b"), event(9.5, "a")], "ab"),
        ([event(1, "a"), event(1, "b")], "ab"),
        ([event(5, "b"), event(None, "c"), event(1, "a")], "abc"),
        ([event("2", "a"), event("1", "b"), event(True, "c")], "abc"),
    ],
)
def test_by_number(sent: list[Any], kinds: str) -> None:
    reply = read_recorded({"final": {"response_payload": {}}, "step_events": sent})
    assert "".join(one["step"]["kind"] for one in reply.step_events) == kinds


def test_what_is_no_event_stays_where_it_was() -> None:
    reply = read_recorded({"final": {}, "step_events": ["text", event(3, "a"), None]})
    assert reply.step_events == ["text", event(3, "a"), None]
