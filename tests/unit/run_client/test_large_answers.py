"""Large answers take turns at the memory of this process; small ones and the runtime's time are not touched by that."""

import gc
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from experiments.run_client import AbortHandle, HeldBytes, RunTarget, fetch, held_bytes, post_run_raw
from experiments.run_client.held_bytes import ByteBudget
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import TOKEN, Post

ROOT = Path(__file__).resolve().parents[3]
LIMIT = 3_000_000
LARGE: dict[str, Any] = {"do": "big", "size": 1_000_000}
SMALL: dict[str, Any] = {"do": "big", "size": 200_000}


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Iterator[ByteBudget]:
    budget = ByteBudget(LIMIT)
    monkeypatch.setattr(held_bytes, "_budget", budget)
    yield budget
    gc.collect()
    assert budget.held == 0


def all_of(budget: ByteBudget) -> HeldBytes:
    held = budget.take(LIMIT, lambda woken: None)
    assert held is not None
    return held


def test_a_large_answer_holds_its_length_until_it_is_stored(server: RunServer, post: Post, budget: ByteBudget) -> None:
    server.always(LARGE)
    reply = post()
    assert reply.held is not None
    assert 1_000_000 < reply.held.weight == budget.held < 1_001_000
    reply.held.release()
    assert budget.held == 0
    assert reply.error_code is None


def test_a_small_answer_holds_nothing_and_waits_for_nothing(server: RunServer, post: Post, budget: ByteBudget) -> None:
    server.always(SMALL)
    held = all_of(budget)
    reply = post()
    assert (reply.error_code, reply.held) == (None, None)
    held.release()


def test_an_answer_of_unknown_length_holds_the_most_that_it_can_be(
    server: RunServer, post: Post, budget: ByteBudget
) -> None:
    server.always({"do": "gzip_bomb", "size": 1_000_000})
    reply = post(max_body_bytes=2_000_000)
    assert reply.error_code is None
    assert reply.held is not None
    assert reply.held.weight == 2_000_000
    reply.held.release()


def test_a_length_that_cannot_be_true_is_not_believed(server: RunServer, post: Post, budget: ByteBudget) -> None:
    headers = {"Content-Length": "-5"}
    server.always({"do": "ok", "headers": headers, "close": True, "extra": {"debug": "x" * 1_000_000}})
    reply = post(max_body_bytes=2_000_000)
    assert reply.held is not None
    assert reply.held.weight == 2_000_000


def test_replies_that_nobody_keeps_give_back_what_they_held(server: RunServer, post: Post, budget: ByteBudget) -> None:
    server.always(LARGE)
    for _ in range(5):
        assert post().error_code is None
    assert budget.held == 0


@pytest.mark.parametrize(
    "behaviour",
    [
        {"do": "big", "size": 6_000_000},
        {"do": "cut_body", "extra": {"debug": "x" * 1_000_000}},
        {"do": "truncated_json", "extra": {"debug": "x" * 1_000_000}},
        {"do": "ok", "payload": None, "final": [], "without": ["execution_log"], "extra": {"more": "x" * 1_000_000}},
    ],
    ids=["too large", "cut", "no JSON", "no run"],
)
def test_an_answer_of_which_nothing_is_kept_holds_nothing(
    server: RunServer, post: Post, budget: ByteBudget, behaviour: Any
) -> None:
    server.always(behaviour)
    reply = post()
    assert reply.error_code is not None
    assert budget.held == 0


def test_what_a_runtime_answers_beside_runs_is_held_while_it_is_read(server: RunServer, budget: ByteBudget) -> None:
    server.always(LARGE)
    target = RunTarget(url=server.url, authorization=TOKEN, timeout_s=20)
    assert fetch(target, method="POST", body={})["final"]["status"] == "ok"
    assert budget.held == 0


def test_the_raw_answer_is_held_with_the_reply(server: RunServer, budget: ByteBudget) -> None:
    server.always({"do": "body_text", "text": "x" * 1_000_000})
    target = RunTarget(url=server.url, authorization=TOKEN, timeout_s=20)
    reply, raw = post_run_raw(target, body={}, idempotency_key="k")
    assert raw is not None
    assert reply.held is not None
    assert budget.held == raw.body_bytes == 1_000_000
    reply.held.release()


def test_waiting_for_memory_is_not_the_time_of_the_runtime(server: RunServer, post: Post, budget: ByteBudget) -> None:
    server.always(LARGE)
    held = all_of(budget)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(post, timeout_s=2.0)
        server.wait(calls=1)
        time.sleep(2.5)
        held.release()
        reply = call.result(30)
    assert (reply.error_code, reply.message) == (None, "")
    assert reply.elapsed_ms < 2000


def test_the_wait_for_memory_has_an_end(server: RunServer, post: Post, budget: ByteBudget) -> None:
    server.always(LARGE)
    held = all_of(budget)
    begun = time.monotonic()
    reply = post(timeout_s=0.5)
    assert (reply.error_code, reply.reason) == ("timeout", "deadline")
    assert 1.0 <= time.monotonic() - begun < 10
    held.release()


def test_an_abort_ends_the_wait_for_memory(server: RunServer, post: Post, budget: ByteBudget) -> None:
    server.always(LARGE)
    held = all_of(budget)
    handle, begun = AbortHandle(), time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(post, timeout_s=60, abort=handle) for _ in range(4)]
        server.wait(calls=4)
        time.sleep(0.3)
        handle.abort()
        assert {call.result(30).reason for call in calls} == {"aborted"}
    assert time.monotonic() - begun < 20
    held.release()


def test_many_large_answers_at_once_never_hold_more_than_the_limit(
    server: RunServer, post: Post, budget: ByteBudget
) -> None:
    server.always(LARGE)
    lock, now, most = threading.Lock(), 0, 0

    def call(number: int) -> str | None:
        nonlocal now, most
        reply = post(body={"user_message": f"row {number}"}, timeout_s=60)
        assert reply.held is not None
        with lock:
            now += reply.held.weight
            most = max(most, now, budget.held)
        with lock:
            now -= reply.held.weight
        reply.held.release()
        return reply.error_code

    with ThreadPoolExecutor(24) as pool:
        assert set(pool.map(call, range(48))) == {None}
    assert 1_000_000 < most <= LIMIT


def test_32_answers_of_5_mb_at_once_take_the_memory_of_a_few(server: RunServer) -> None:
    server.always({"do": "big", "size": 4_900_000})
    command = [sys.executable, "-m", "tests.unit.run_client.peak", server.url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert float(done.stdout) < 120
