"""The test database is a copy of one that all migrations made, once for these migrations in this cluster.

There are many migrations, and Django renders its models anew for each step of them: that takes longer than most of the
tests that are run alone, and each process of the whole suite would do it.
"""

import hashlib
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

PREFIX = "migrated_"
LOCK = 7_140_226
"""Of PostgreSQL's advisory locks: one process makes it, the others wait."""


def use_template() -> None:
    """Makes the database unless it is there, and has Django copy it for the tests."""
    name = PREFIX + _fingerprint()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = {found for (found,) in cursor.fetchall()}
        if name not in there:
            for old in there:
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            _make(cursor, name)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    # What is migrated is not migrated again: Django only makes the tables that are missing, and there are none.
    settings.DATABASES["default"]["TEST"].update(TEMPLATE=name, MIGRATE=False)
    connection.settings_dict["TEST"].update(TEMPLATE=name, MIGRATE=False)


def _make(cursor: Any, name: str) -> None:
    making = f"{PREFIX}making"
    cursor.execute(f'CREATE DATABASE "{making}"')
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = making
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    # One that was not finished never has the name.
    cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')


def _fingerprint() -> str:
    found = hashlib.sha256(f"{django.VERSION} {settings.INSTALLED_APPS}".encode())
    for app in apps.get_app_configs():
        module, _ = MigrationLoader.migrations_module(app.label)
        try:
            place = Path(import_module(str(module)).__path__[0])
        except ModuleNotFoundError:
            continue
        for file in sorted(place.glob("*.py")):
            found.update(f"{app.label} {file.name}".encode() + file.read_bytes())
    return found.hexdigest()[:24]
