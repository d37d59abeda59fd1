"""What many tests look at is made once: in a transaction that is undone behind the last of them, and in which those of
the tests are savepoints. Each finds it as it was made."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import connection, transaction

Made = TypeVar("Made")


def made_once(make: Callable[[], Made], django_db_blocker: Any) -> Iterator[Made]:
    """For fixtures of a module or a package in which no test has transactions of its own: `yield from made_once(…)`."""
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
    try:
        with django_db_blocker.unblock():
            made = make()
            # Else each test would look at these rows at its end.
            connection.check_constraints()
        yield made
    finally:
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
