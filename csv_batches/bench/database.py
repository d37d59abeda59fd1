"""A database of the bench's own on the site's PostgreSQL server: made, and dropped whatever happens.

Nothing is written into the site's database. A bench that was killed (-9) leaves its own behind; the next one drops it.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import psycopg
from django.db import connection
from psycopg import sql

PREFIX = "workbench_bench_"
LEFT_BEHIND = "SELECT datname FROM pg_database WHERE datname ~ '^workbench_bench_[0-9]{1,9}$'"
NOT_IN_A_URL = {"user", "password", "host", "port", "dbname", "client_encoding"}
OFF = ("REDIS_URL", "RUN_URL", "RUN_TOKEN", "RUN_HOSTS", "DEBUG", "DEMO", "SITE_URL", "ALLOWED_HOSTS", "BEHIND_PROXY")
"""Settings of the site that the bench does without: its tasks go through its database, its calls to its own server."""


class NoDatabase(Exception):
    """The server gives none. The text says why, and what helps."""


@contextmanager
def bench_environment() -> Iterator[dict[str, str]]:
    """The environment of a process whose database and whose `VAR_DIR` are the bench's; both end with the block."""
    name = f"{PREFIX}{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="workbench-bench-") as folder, _database(name):
        yield {**os.environ, **settings_of_bench(database_url(name), Path(folder))}


def settings_of_bench(url: str, var: Path) -> dict[str, str]:
    return {
        **dict.fromkeys(OFF, ""),
        "DATABASE_URL": url,
        "VAR_DIR": str(var),
        "SECRET_KEY": secrets.token_hex(),
        "FIELD_KEYS": "",
        "RUNNING_MAX": "0",
        "RETENTION_DAYS": "0",
        "RETENTION_SOURCE_DAYS": "0",
        "WORKER_GRACE_S": "5",
        "PYTHONUNBUFFERED": "1",
    }


def database_url(name: str) -> str:
    """How another process reaches the database `name` of the site's server, embedded or not."""
    connection.ensure_connection()
    info = connection.connection.info
    login = quote(info.user, safe="") + (f":{quote(info.password, safe='')}" if info.password else "")
    options = {key: value for key, value in info.get_parameters().items() if key not in NOT_IN_A_URL}
    # A folder of sockets is as good as a host, percent-encoded.
    url = f"postgresql://{login}@{quote(info.host, safe='')}:{info.port}/{quote(name, safe='')}"
    return f"{url}?{urlencode(options, quote_via=quote)}" if options else url


@contextmanager
def _database(name: str) -> Iterator[None]:
    # Its own connection: the site's may be in the middle of something when the drop is due.
    with psycopg.connect(database_url(connection.settings_dict["NAME"]), autocommit=True) as server:
        _drop_left_behind(server)
        try:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            hint = f"Let it: ALTER ROLE {server.info.user} CREATEDB. Or unset DATABASE_URL."
            raise NoDatabase(f"The database user {server.info.user} can’t create a database. {hint}") from error
        try:
            # A session of ours from the first moment: so it isn't taken for one that was left behind.
            with psycopg.connect(database_url(name)):
                yield
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_left_behind(server: psycopg.Connection) -> None:
    """Those whose bench isn't on this machine, and to which nobody is connected from another."""
    for (name,) in server.execute(LEFT_BEHIND).fetchall():
        if psutil.pid_exists(int(name.removeprefix(PREFIX))):
            continue
        try:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        except (psycopg.errors.ObjectInUse, psycopg.errors.InvalidCatalogName, psycopg.errors.InsufficientPrivilege):
            continue
