"""A worker waits for a database that says nothing as long as the limit, and no longer."""

import time

import psycopg
import pytest
from django.db import connection

from experiments.worker import db_timeout
from tests.support.worker import database_url, eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db_timeout, "LIMIT_S", 1.0)


def bounded_session() -> psycopg.Connection[tuple[object, ...]]:
    session = psycopg.connect(database_url(), autocommit=True)
    session.wait = db_timeout._Wait(session, session.wait)  # type: ignore[assignment, method-assign]
    return session


def test_silence_ends_in_an_error_and_the_session_is_gone() -> None:
    session = bounded_session()
    pid = session.info.backend_pid
    asked_at = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match="has said nothing for 1 s"):
        session.execute("SELECT pg_sleep(3)")
    assert 1 <= time.monotonic() - asked_at < 3
    assert session.closed
    with pytest.raises(psycopg.OperationalError):
        session.rollback()
    # The server notices when it has something to say.
    eventually(lambda: not is_there(pid), what="the end of the session in the server")


def test_an_answer_in_time_is_an_answer() -> None:
    with bounded_session() as session:
        assert session.execute("SELECT pg_sleep(0.5), 7").fetchone() == ("", 7)


def test_what_takes_long_but_is_not_silent_is_not_ended() -> None:
    with bounded_session() as session, session.cursor() as cursor:
        # The server sends what it has as soon as that fills a buffer.
        cursor.execute("SELECT repeat('x', 20000), pg_sleep(0.02) FROM generate_series(1, 100)")
        assert len(cursor.fetchall()) == 100


def test_it_holds_for_the_connections_of_a_worker_and_can_be_lifted() -> None:
    def patience() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            return str(cursor.fetchone()[0])

    db_timeout.bounded(True)
    try:
        assert isinstance(connection_wait(), db_timeout._Wait)
        assert patience() == "1s"
        with db_timeout.unbounded():
            assert not isinstance(connection_wait(), db_timeout._Wait)
            assert patience() == "0"
        assert isinstance(connection_wait(), db_timeout._Wait)
    finally:
        db_timeout.bounded(False)


def is_there(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid])
        return bool(cursor.fetchone()[0])


def connection_wait() -> object:
    connection.ensure_connection()
    return connection.connection.wait
