"""Who waits for whom in the database of the tests."""

from django.db import connection

_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s
"""


def somebody_waits(query: str = "%") -> bool:
    """Whether a session waits for a lock, with a statement that is like `query`.

    The server shows the first 1,024 bytes of a statement.
    """
    with connection.cursor() as cursor:
        # A transaction otherwise keeps seeing what it saw first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_WAITING, [query])
        return bool(cursor.fetchone()[0])
