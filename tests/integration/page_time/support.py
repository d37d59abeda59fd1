"""A table that somebody holds, so that every statement that reads it waits."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from tests.support.worker import side_connection


@contextmanager
def held(table: str) -> Iterator[None]:
    """Until the end of the block nobody reads `table`."""
    with side_connection() as session:
        session.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        session.rollback()


def limit_of_session() -> str:
    """What PostgreSQL held this thread's last statement to: `5s`; `0`: nothing."""
    connection.ensure_connection()
    return str(connection.connection.execute("SHOW statement_timeout").fetchone()[0])
