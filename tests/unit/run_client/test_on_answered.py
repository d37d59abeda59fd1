"""Whoever waits for a free place at the runtime is told when the runtime is done with a call, before it is read."""

import threading
from typing import Any

import pytest

from experiments.run_client import AbortHandle, RunReply, RunTarget, client, post_run
from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import TOKEN


def target(server: RunServer, **values: Any) -> RunTarget:
    return RunTarget(**{"url": server.url, "authorization": TOKEN, "timeout_s": 20.0, **values})


class Told:
    """Counts the calls, and notes the thread of each."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.were_answers: list[bool] = []

    def __call__(self, is_answer: bool) -> None:
        self.threads.append(threading.get_ident())
        self.were_answers.append(is_answer)

    @property
    def times(self) -> int:
        return len(self.threads)


def post(where: RunTarget, told: Any, body: Any = None, abort: AbortHandle | None = None) -> RunReply:
    return post_run(where, body=body or {"user_message": "row 0"}, idempotency_key="k", abort=abort, on_answered=told)


ANSWERED = ["ok", "html200", "nan", {"do": "status", "status": 503}, {"do": "redirect", "status": 307}, "big"]
FAILED = ["reset", "no_answer", "cut_body", "not_http", "bad_gzip"]


@pytest.mark.parametrize("behaviour", [*ANSWERED, *FAILED], ids=str)
def test_it_is_called_once_in_the_thread_of_the_call(server: RunServer, behaviour: Any) -> None:
    server.always(behaviour)
    told = Told()
    post(target(server), told)
    assert told.threads == [threading.get_ident()]


def test_it_is_called_at_the_deadline(server: RunServer) -> None:
    server.always("drip_body")
    told = Told()
    assert post(target(server, timeout_s=0.3), told).error_code == "timeout"
    assert told.times == 1


def test_it_is_called_where_the_call_is_aborted(server: RunServer) -> None:
    told, handle = Told(), AbortHandle()
    handle.abort()
    assert post(target(server), told, abort=handle).reason == "aborted"
    assert told.times == 1


@pytest.mark.parametrize(
    ("where", "body"),
    [({"authorization": "Bearer a\nb"}, {}), ({}, {"user_message": float("nan")}), ({"url": "http://[x"}, {})],
    ids=["token", "body", "address"],
)
def test_it_is_called_where_nothing_could_be_sent(server: RunServer, where: Any, body: Any) -> None:
    told = Told()
    assert post(target(server, **where), told, body=body).error_code is not None
    assert told.times == 1
    assert server.ledger() == []


def test_it_is_called_before_the_answer_is_read(server: RunServer, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    for name in ("_without_secret", "read_answer"):
        real = getattr(client, name)
        monkeypatch.setattr(client, name, lambda *args, name=name, real=real: order.append(name) or real(*args))
    post(target(server), lambda is_answer: order.append("told"))
    assert order == ["told", "_without_secret", "read_answer"]


def test_it_is_called_where_the_exchange_itself_breaks(server: RunServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(client, "exchange", broken)
    told = Told()
    with pytest.raises(ZeroDivisionError):
        post(target(server), told)
    assert told.times == 1


def test_what_it_raises_is_not_swallowed_and_the_next_call_works(server: RunServer) -> None:
    def broken(is_answer: bool) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        post(target(server), broken)
    assert post(target(server), Told()).error_code is None


def test_a_call_without_it_needs_none(server: RunServer) -> None:
    assert post(target(server), None).error_code is None


@pytest.mark.parametrize(("behaviour", "is_answer"), [("ok", True), ("html200", True), ("reset", False), (503, False)])
def test_it_is_told_whether_an_answer_came(server: RunServer, behaviour: Any, is_answer: bool) -> None:
    server.always({"do": "status", "status": behaviour} if isinstance(behaviour, int) else behaviour)
    told = Told()
    post(target(server), told)
    assert told.were_answers == [is_answer]
