"""The tests' PostgreSQL server as something that can be hurt."""

import os
import pwd
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection


def restart_at_once() -> None:
    """Restarts the server as if it had crashed; returns when it answers again."""
    _pg_ctl(_data_directory(), _program(), "restart", "--mode", "immediate")


@contextmanager
def stopped() -> Iterator[None]:
    """Stops the server as if it had crashed, and starts it afterwards."""
    data, program = _data_directory(), _program()
    _, *options = shlex.split((data / "postmaster.opts").read_text())
    _pg_ctl(data, program, "stop", "--mode", "immediate")
    try:
        yield
    finally:
        _pg_ctl(data, program, "start", "--options", shlex.join(options))
        connection.close()


def _pg_ctl(data: Path, program: Path, *action: str) -> None:
    owner = pwd.getpwuid(data.stat().st_uid)
    as_owner = {} if owner.pw_uid == os.getuid() else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    command = [program, *action, "--pgdata", data, "-w", "--timeout", "60"]
    with (data.parent / "restart.log").open("ab") as log:
        # Its own session: what ends the tests must not end the server.
        subprocess.run(
            command, check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **as_owner
        )


def _data_directory() -> Path:
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        data = Path(cursor.fetchone()[0])
    if not data.is_dir():
        pytest.skip("the database server is on another machine")
    return data


def _program() -> Path:
    """`pg_ctl`, beside the program that runs: of the same version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
        return Path(cursor.fetchone()[0]) / "pg_ctl"
