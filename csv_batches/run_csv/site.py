"""What the command needs of the site before it begins: a database with its tables, and a user."""

import getpass
import os
from collections.abc import Callable
from typing import Any

from django import db
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput
from experiments.selectors import health

USERS_NAMED = 5


def prepare_database(say: Callable[[str], None]) -> None:
    """`InvalidInput` where it can't be reached, or has other tables. The embedded one is made ready by itself."""
    try:
        is_migrated = health.is_migrated()
    except health.UNREACHABLE as error:
        db.connection.close()
        raise InvalidInput(f"No connection to the database: {error}", code=ErrorCode.NOT_FOUND) from error
    if is_migrated:
        return
    if os.environ.get("DATABASE_URL"):
        detail = f"The tables of the database aren’t up to date. Run {settings.PROGRAM} migrate first."
        raise InvalidInput(detail, code=ErrorCode.INVALID)
    say("Making the tables of the embedded database ready.")
    call_command("migrate", interactive=False, verbosity=0)


def user_named(name: str | None) -> Any:
    """That user, or the only one that there is. On a site without any, one by the name of the account is made, who
    can't sign in until they are given a password."""
    users = get_user_model().objects.filter(is_active=True)
    if name is not None:
        found = users.filter(username=name).first()
        if found is None:
            raise InvalidInput(f"There is no user {name}.", code=ErrorCode.DOES_NOT_EXIST, attr="user")
        return found
    names = list(users.order_by("username").values_list("username", flat=True)[: USERS_NAMED + 1])
    if len(names) > 1:
        listed = ", ".join(names[:USERS_NAMED]) + (", …" if len(names) > USERS_NAMED else "")
        detail = f"Say whose batch it is with --user: {listed}."
        raise InvalidInput(detail, code=ErrorCode.REQUIRED, attr="user")
    return users.get(username=names[0]) if names else get_user_model().objects.create_user(getpass.getuser())
