"""Emptying the tables between tests with transactions of their own.

Django truncates every table, each a few new files, and then makes the permissions again: an eighth of a second for a
test that stored three rows. Here only what holds rows is emptied, and permissions and content types stay.
"""

from collections.abc import Sequence
from typing import Any

from django.core.management.commands import flush
from django.db import connection

TRIES = 5
KEPT = {"auth_permission", "django_content_type"}
FEW = 1000
"""Up to so many rows are deleted; more would leave too much dead weight to the tests that follow."""

# In any order: keys are looked at when the transaction ends. A page that somebody has still open may read two tables in
# the other order; then all locks are given up, and it goes first.
_EMPTY = """
DO $$
DECLARE name text; found int;
BEGIN
    FOR try IN 1..{tries} LOOP
        BEGIN
            FOREACH name IN ARRAY ARRAY[{names}] LOOP
                EXECUTE format('SELECT count(*) FROM (SELECT FROM %I LIMIT {few} + 1) AS seen', name) INTO found;
                IF found > {few} THEN
                    EXECUTE format('TRUNCATE %I CASCADE', name);
                ELSIF found > 0 THEN
                    EXECUTE format('DELETE FROM %I', name);
                END IF;
            END LOOP;
            EXIT;
        EXCEPTION WHEN deadlock_detected THEN
            IF try = {tries} THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$
"""


def statements(style: Any, tables: Sequence[str], **options: Any) -> list[str]:
    """In place of `sql_flush` of the database's operations."""
    names = ", ".join(f"'{name}'" for name in tables if name not in KEPT)
    return [_EMPTY.format(names=names, few=FEW, tries=TRIES)] if names else []


def install() -> None:
    connection.ops.sql_flush = statements  # type: ignore[method-assign]
    flush.emit_post_migrate_signal = lambda *args, **options: None  # type: ignore[attr-defined]
