"""Disks without room: a table that the database cannot write for lack of it, and bounds that no disk satisfies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.db import connection

from experiments.core.disk_space import DiskSpace, free_bytes

DISK_FULL = "53100"


@contextmanager
def database_full_at(table: str) -> Iterator[None]:
    """Each insert or update of the table fails, as where the database's disk is full."""
    _execute(
        f"""CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '{DISK_FULL}'; END $$""",
        f"CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION disk_full()",
    )
    try:
        yield
    finally:
        _execute(f"DROP TRIGGER disk_full ON {table}", "DROP FUNCTION disk_full()")


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def short_by(disk: DiskSpace, missing: int) -> DiskSpace:
    """The same disk where so many more bytes would have to be free than are; negative: so many are to spare."""
    return replace(disk, least=free_bytes(disk.folders) + missing)


def disk_of(folder: Path, least: int) -> DiskSpace:
    return DiskSpace((folder,), least)
