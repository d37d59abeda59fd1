"""What fixtures store through the API, a dozen requests for each of hundreds of tests, is stored so once in a process.
After that the same rows are stored again, by one statement, and the same files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import connection
from psycopg import sql

from tests.support import paths

Value = TypeVar("Value")
Rows = dict[tuple[str, str], dict[str, str]]
"""By table and its key: each row, as PostgreSQL writes it, by the value of its key."""

_KEYS = """
SELECT conrelid::regclass::text, attname::text
FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
WHERE contype = 'p' AND connamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Stored:
    value: Any
    statement: str
    files: dict[Path, bytes]


_stored: dict[str, Stored] = {}


def again(name: str, make: Callable[[], Value]) -> Value:
    """What `make` returns, which always finds the same before it, and stores it under what it is always called by."""
    # Its ids have been there before.
    cache.clear()
    if name in _stored:
        return _repeated(_stored[name])  # type: ignore[return-value]
    before, files = _rows(), _files()
    value = make()
    new = {path: path.read_bytes() for path in _files() - files}
    _stored[name] = Stored(value, _statement(before, _rows()), new)
    return value


def _repeated(stored: Stored) -> object:
    with connection.cursor() as cursor:
        cursor.execute(stored.statement)
    for path, content in stored.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return stored.value


def _files() -> set[Path]:
    return {path for path in paths.MEDIA.rglob("*") if path.is_file()}


def _rows() -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(_KEYS)
        found: Rows = {}
        for table, key in cursor.fetchall():
            cursor.execute(f'SELECT "{key}"::text, one::text FROM {table} AS one')
            found[table, key] = dict(cursor.fetchall())
    return found


def _statement(before: Rows, after: Rows) -> str:
    """In any order: foreign keys are looked at when the transaction ends."""
    gone, made = [], []
    for (table, key), rows in after.items():
        old = before[table, key]
        changed = [value for value, row in old.items() if rows.get(value) != row]
        new = [row for value, row in rows.items() if old.get(value) != row]
        if changed:
            gone.append(
                sql.SQL("DELETE FROM {} WHERE {}::text = ANY ({})").format(sql.SQL(table), sql.Identifier(key), changed)
            )
        if new:
            made.append(
                sql.SQL("INSERT INTO {0} SELECT (one).* FROM unnest({1}::{0}[]) AS one").format(sql.SQL(table), new)
            )
    return sql.SQL("; ").join([*gone, *made]).as_string(connection.connection)
