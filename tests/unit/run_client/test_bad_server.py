"""Whatever a server does, the reply says what happened and whether another attempt makes sense.

And it costs no more than its deadline and the cap on its body, leaves nothing open, and the next call gets the answer
that is its own.
"""

import threading
import tracemalloc

import psutil
import pytest

from experiments.run_client import RunReply
from tests.support.run_server import RunServer, expected_payload
from tests.unit.run_client.conftest import Post
from tests.unit.run_client.modes import MODES, Mode, status

DEADLINE_S = 0.5
PATIENCE_S = 20.0
# A body of 5 MB, once as it came, once as text, once as values; 64 KB of a bomb unpack in one go.
MEMORY = 60_000_000
BAD = {"user_message": "bad"}
NEXT = {"user_message": "next"}


def open_resources() -> tuple[int, int]:
    """Threads and open files of this process."""
    return threading.active_count(), psutil.Process().num_fds()


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_the_reply_says_what_happened_within_its_time_and_leaves_nothing_behind(
    server: RunServer, post: Post, mode: Mode
) -> None:
    server.script(rules=[{"match": "^bad$", "attempts": [mode.do], "repeat": True}])
    post(body=NEXT)
    before = open_resources()
    reply, peak = measured(post, mode)
    assert (reply.error_code, reply.reason, reply.http_status, reply.transient) == mode.outcome
    assert mode.word in reply.message
    assert bool(reply.message) == (mode.error_code is not None)
    assert reply.payload == (expected_payload(BAD) if mode.error_code is None else None)
    assert reply.elapsed_ms <= 1100 * deadline_s(mode)
    assert reply.elapsed_ms >= 1000 * DEADLINE_S or not mode.slow
    assert peak < MEMORY
    assert post(body=NEXT).payload == expected_payload(NEXT)
    assert open_resources() == before


def measured(post: Post, mode: Mode) -> tuple[RunReply, int]:
    """The reply and the memory that it took. The quickest of three where only the deadline ends the call: the machine
    may be busy for a moment, but what a server can do, it can do each time."""
    tracemalloc.start()
    try:
        for _ in range(3):
            reply = post(body=BAD, timeout_s=deadline_s(mode))
            if reply.elapsed_ms <= 1100 * deadline_s(mode):
                break
        return reply, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def deadline_s(mode: Mode) -> float:
    return DEADLINE_S if mode.slow else PATIENCE_S


@pytest.mark.parametrize("code", [200, 429, 503])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "2"}, 2),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
        ({"Date": "Sun, 01 Mar 2026 12:00:00 GMT", "Retry-After": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30),
        ({"Retry-After": "3600"}, 3600),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({}, None),
    ],
    ids=str,
)
def test_a_refusal_comes_with_the_time_to_wait(
    server: RunServer, post: Post, code: int, headers: dict[str, str], seconds: float | None
) -> None:
    server.always(status(code, headers=headers))
    assert post().retry_after_s == (seconds if code != 200 else None)


@pytest.mark.parametrize("transient", [True, False])
def test_a_400_is_transient_only_where_the_network_says_so(server: RunServer, post: Post, transient: bool) -> None:
    server.always(status(400))
    reply = post(transient_400=transient)
    assert (reply.error_code, reply.transient) == ("rejected", transient)


def test_a_connection_that_the_server_drops_under_the_next_call_is_reported_and_the_call_not_repeated(
    server: RunServer, post: Post
) -> None:
    server.script(rules=[{"match": "", "attempts": ["stale"]}])
    assert post().error_code is None
    second = post()
    assert (second.error_code, second.reason, second.transient) == ("connection", "dropped", True)
    assert len(server.ledger()) == 1
    assert post().error_code is None
