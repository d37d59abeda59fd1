"""psycopg: `experiments/worker/db_timeout.py` takes the place of a connection's `wait`."""

import inspect
import socket
from collections.abc import Generator
from typing import Any

import psycopg
from psycopg import waiting

LEANS = "experiments/worker/db_timeout.py leans on it"


def test_a_connection_waits_by_consuming_a_generator() -> None:
    first, *others = inspect.signature(psycopg.Connection.wait).parameters.values()
    assert first.name == "self"
    assert others[0].name == "gen", LEANS
    assert all(other.default is not inspect.Parameter.empty for other in others[1:]), LEANS


def test_everything_that_is_asked_goes_through_wait_of_the_instance() -> None:
    for function in (psycopg.Connection.commit, psycopg.Connection.rollback, psycopg.Cursor.execute):
        source = inspect.getsource(function)
        assert "self.wait(" in source or "self._conn.wait(" in source, f"{function.__qualname__}: {LEANS}"


def test_an_instance_takes_another_wait() -> None:
    assert "wait" not in getattr(psycopg.Connection, "__slots__", ()), LEANS
    assert hasattr(psycopg.Connection, "__dict__"), LEANS


def test_a_silent_server_is_told_to_the_generator_at_each_interval() -> None:
    told: list[Any] = []

    def steps() -> Generator[Any, Any, str]:
        told.append((yield waiting.Wait.R))
        told.append((yield waiting.Wait.R))
        return "end"

    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert waiting.wait(steps(), ours.fileno(), interval=0.01) == "end"
    assert [bool(ready) for ready in told] == [False, False], f"{LEANS}: silence is counted there"


def test_a_connection_can_be_given_up_without_asking_the_server() -> None:
    assert callable(psycopg.pq.PGconn.finish), LEANS
