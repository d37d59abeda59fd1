"""Statements of the hot path: parsed and planned by the server once a connection, and by the client not at all.

Django's own cursors bind values on the client, so that the server plans every statement anew: 0.5 ms and more for each.
"""

import re
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection

_NAMED = re.compile(r"%\((\w+)\)s")
_SETTINGS = {
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    # A plan is often made while the tables are empty or nothing is known of them yet, where a scan looks as cheap as
    # an index, and it is kept while they grow.
    "enable_seqscan": "off",
    # Reads all of a queue's rows, and sorts them, before the first one comes.
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
_PLAN_ONCE = "SELECT " + ", ".join(f"set_config('{name}', '{value}', FALSE)" for name, value in _SETTINGS.items())


class Statement:
    """SQL with values by name, `%(name)s`. Its plan must not depend on them: each row is found by an index."""

    def __init__(self, sql: str) -> None:
        self._names = list(dict.fromkeys(_NAMED.findall(sql)))
        places = {name: f"${place}" for place, name in enumerate(self._names, start=1)}
        self._sql = _NAMED.sub(lambda match: places[match[1]], sql).encode()

    def fetch(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Its rows."""
        connection.ensure_connection()
        session = connection.connection
        if not hasattr(session, "plans_once"):
            session.execute(_PLAN_ONCE)
            # Django switches preparing off. So high that it happens where it is asked for alone.
            session.prepare_threshold = 10**9
            # What a transaction has set is undone where it is rolled back.
            if not connection.in_atomic_block:
                session.plans_once = True
        with connection.wrap_database_errors, psycopg.RawCursor(session) as cursor:
            return cursor.execute(self._sql, [values[name] for name in self._names], prepare=True).fetchall()
