"""What the tests of the bench ask the server."""

from typing import Any

from django.db import connection

from csv_batches.bench.database import PREFIX


def has_database(pid: int) -> bool:
    """Whether the bench of this process has its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [f"{PREFIX}{pid}"])
        return cursor.rowcount > 0


def rows_of_site() -> dict[str, Any]:
    """How many rows each table has, but for the heartbeats of the tests' own worker, which may be at rest beside."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    del counts["experiments_workerprocess"]
    return counts
