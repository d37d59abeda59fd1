"""Puts the contents of a backup in the place of what the site has: all of it or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import Error, OperationalError, connection, transaction

from experiments.core.disk_space import free_bytes
from experiments.core.formatting import size_in_words
from experiments.services.backup import load
from experiments.services.backup.archive import DATABASE, KEYS, MEDIA, Reader
from experiments.services.backup.dump import current_schema
from experiments.services.backup.errors import BackupError
from experiments.services.backup.files import Incoming
from experiments.services.backup.keys import Keys
from experiments.services.backup.manifest import Manifest

WAIT_S = 10
"""For tables that somebody reads: they are locked until everything is there."""
LOCK_NOT_AVAILABLE = "55P03"
OF_MIGRATE = {"django_migrations", "django_content_type", "auth_permission"}
"""Tables with rows from the first moment on."""
LIVING = "SELECT DISTINCT host FROM experiments_workerlease WHERE until > clock_timestamp() ORDER BY 1"


def tables() -> set[str]:
    """Those of the database."""
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


def what_is_there() -> list[str]:
    """Tables with rows, or of another program: what would be lost."""
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | OF_MIGRATE
    found = []
    for table in sorted(tables() - OF_MIGRATE):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {connection.ops.quote_name(table)})")  # noqa: S608
            if table not in ours or cursor.fetchone()[0]:
                found.append(table)
    return found


def refuse_beside_workers() -> None:
    """What they have in flight belongs to rows that are about to go."""
    if "experiments_workerlease" not in tables():
        return
    with connection.cursor() as cursor:
        cursor.execute(LIVING)
        hosts = [host for (host,) in cursor.fetchall()]
    if hosts:
        raise BackupError(
            f"Workers run on {', '.join(hosts)}. Stop workers and web servers first; one that was killed counts for "
            f"another {settings.LEASE_S} s."
        )


def refuse_without_room(manifest: Manifest) -> None:
    size = sum(part.bytes for name, part in manifest.parts.items() if name.startswith(MEDIA))
    free = free_bytes([Path(settings.MEDIA_ROOT).parent])
    if size > free:
        raise BackupError(
            f"The uploaded files of the backup take {size_in_words(size)}, and {size_in_words(free)} are free in "
            f"{settings.VAR_DIR}. Make room, then restore."
        )


def refuse_other_schema(manifest: Manifest) -> None:
    schema = current_schema()
    if schema != manifest.schema:
        raise BackupError(
            f"The tables of the backup are in a schema “{manifest.schema}”, those of this database in “{schema}”. Set "
            f"the search_path of the site’s user to {manifest.schema}."
        )


def restore(archive: Reader, manifest: Manifest, *, replace: bool) -> list[str]:
    """Sentences about what a person has to do afterwards. `archive` was checked: every part is as it was written."""
    keys: Keys | None = None
    incoming = Incoming()
    try:
        with _begun():
            _check_again(replace=replace)
            load.empty_schema(manifest.schema)
            for name, file in archive.parts():
                if name == DATABASE:
                    load.load(file)
                elif name == KEYS:
                    keys = Keys(file.read())
                elif name.startswith(MEDIA):
                    incoming.add(name.removeprefix(MEDIA), file)
            load.reset_session()
            with incoming.in_place():
                transaction.commit()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise BackupError("A table is in use. Stop workers and web servers, then restore.") from error
        raise BackupError(f"The database refused: {error}") from error
    except Error as error:
        raise BackupError(f"The database refused: {error}") from error
    finally:
        incoming.forget()
    return keys.put_into_force() if keys else []


def _check_again(*, replace: bool) -> None:
    """A person may have thought for a while before saying yes."""
    refuse_beside_workers()
    if not replace and what_is_there():
        raise BackupError("The database isn’t empty any more. Nothing was changed.")


@contextmanager
def _begun() -> Iterator[None]:
    """A transaction that ends with the block's own commit, or as if nothing had been."""
    connection.ensure_connection()
    transaction.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_S}s'; SET LOCAL statement_timeout = 0")
        yield
    finally:
        # Without a commit it ends with its connection.
        connection.close()
