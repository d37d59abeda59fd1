"""`manage.py migrate`: Django's, beside a site that goes on.

A change of a table waits until nobody reads it, and everybody else waits behind it: an export of an hour would stop the
site for an hour. So it waits for two seconds, lets the others go first, and tries again.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections

LOCK_TIMEOUT_S = 2
"""So long everybody else may wait behind a change that waits."""
REST_S = (2.0, 10.0)
"""Between two tries: at first, and at most."""
TRY_FOR_S = 15 * 60
NOT_NOW = ("55P03", "40P01")
"""SQLSTATE lock_not_available, deadlock_detected."""
OLDEST = """
SELECT pid, extract(epoch FROM clock_timestamp() - xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 1
"""


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--try-for",
            type=float,
            default=TRY_FOR_S,
            metavar="SECONDS",
            help="How long to try, while tables are read.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        until = time.monotonic() + options.pop("try_for")
        rest_s, longest_s = REST_S
        while True:
            try:
                with lock_timeout(options["database"]):
                    super().handle(*args, **options)
                return
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in NOT_NOW:
                    raise
                who = self._who_is_in_the_way(options["database"])
                if time.monotonic() + rest_s > until:
                    raise CommandError(f"Couldn’t change a table that is in use{who}. Try again later.") from error
            self.stderr.write(f"\nA table is in use{who}. Trying again in {rest_s:.0f} s.")
            time.sleep(rest_s)
            rest_s = min(rest_s * 2, longest_s)

    def _who_is_in_the_way(self, database: str) -> str:
        with connections[database].cursor() as cursor:
            cursor.execute(OLDEST)
            found = cursor.fetchone()
        return f"; the oldest transaction is {found[1]:.0f} s old (process {found[0]} of PostgreSQL)" if found else ""


@contextmanager
def lock_timeout(database: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    connection = connections[database]
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
