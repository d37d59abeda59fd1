"""A limit that was set inside a transaction is undone with it, and then set again; within it, once is enough."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction

from experiments.http.page_time import NO_LIMIT, limit_statements
from tests.integration.page_time.support import limit_of_session

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT_MS = 4321


class Undone(Exception):
    pass


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    connection.close()
    limit_statements(LIMIT_MS)
    yield
    limit_statements(NO_LIMIT)
    connection.close()


def ask() -> str:
    """The limit of a statement that Django sends."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def undo() -> None:
    with suppress(Undone), transaction.atomic():
        assert ask() == "4321ms"
        raise Undone


def test_a_transaction_that_is_rolled_back() -> None:
    undo()
    assert limit_of_session() == "0"
    assert ask() == "4321ms"


def test_a_part_of_one() -> None:
    with transaction.atomic():
        undo()
        assert ask() == "4321ms"


def test_one_that_failed_in_the_database() -> None:
    with transaction.atomic():
        with suppress(Exception), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column")
        assert ask() == "4321ms"


def test_one_that_is_committed() -> None:
    with transaction.atomic():
        ask()
    assert ask() == "4321ms"
    limit_statements(NO_LIMIT)
    assert ask() == "0"


def test_in_a_transaction_it_is_set_once(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    session: Any = connection.connection
    sent: list[str] = []
    execute = session.execute
    monkeypatch.setattr(session, "execute", lambda statement: (sent.append(statement), execute(statement)))
    with transaction.atomic():
        for _ in range(3):
            ask()
    assert sent == ["SET statement_timeout TO 4321"]
