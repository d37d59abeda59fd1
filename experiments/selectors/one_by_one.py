"""Rows as PostgreSQL sends them, one at a time: memory holds one, however large they are.

A query otherwise brings all its rows, or so many hundred at a time, of which each may have megabytes.
"""

import time
from collections.abc import Iterator
from sys import getsizeof
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models import QuerySet, prefetch_related_objects

LARGE_ROW_BYTES = 1024**2


class OneByOne:
    """The rows of a query set, as it would give them itself. The connection is taken until the last one, or `close`."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.size = 0
        """Bytes in memory of the texts and JSON values of all rows so far."""
        self._rows = rows.all()
        self._sent: Iterator[Any] = iter(())
        compiler_of = self._rows.query.get_compiler

        def get_compiler(*args: Any, **options: Any) -> Any:
            compiler = compiler_of(*args, **options)
            compiler.execute_sql = lambda *args, **options: self._execute(compiler)
            return compiler

        self._rows.query.get_compiler = get_compiler  # type: ignore[method-assign]

    def __iter__(self) -> Iterator[Any]:
        rows: Any = self._rows
        return iter(rows._iterable_class(rows))

    def close(self) -> None:
        """Ends the query, which may have more to send."""
        if hasattr(self._sent, "close"):
            self._sent.close()

    def _execute(self, compiler: Any) -> Iterator[list[Any]]:
        try:
            statement = compiler.as_sql()
        except EmptyResultSet:
            return iter(())
        self._sent = self._stream(*statement)
        return self._sent

    def _stream(self, statement: str, params: Any) -> Iterator[list[Any]]:
        connection = connections[self._rows.db]
        with connection.wrap_database_errors, connection.cursor() as cursor:
            for row in cursor.stream(statement, params):
                size = sum([getsizeof(value) for value in row if type(value) is str])
                self.size += size
                if size > LARGE_ROW_BYTES:
                    end_with_request(connection)
                yield [row]


def end_with_request(connection: Any) -> None:
    """The connection has had a large row: its buffer has grown to that, and never shrinks. Each thread has one."""
    connection.close_at = time.monotonic()


def first_within(rows: QuerySet[Any, Any], most_bytes: int) -> tuple[list[Any], int, bool]:
    """The first rows, up to the one with which they have more than so many bytes, but two where there are two; how
    many they have; and whether it was left at that."""
    found, is_cut = [], False
    # Of a query that is ended early a transaction around it would not recover. Without one there is no savepoint.
    before = transaction.savepoint(rows.db)
    source = OneByOne(rows)
    try:
        for row in source:
            found.append(row)
            if source.size > most_bytes and len(found) > 1:
                is_cut = True
                break
    finally:
        source.close()
    if is_cut:
        transaction.savepoint_rollback(before, rows.db)
    prefetch_related_objects(found, *rows._prefetch_related_lookups)  # type: ignore[attr-defined]
    return found, source.size, is_cut
