"""The tests' PostgreSQL server as something that can be hurt."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest
from django.db import connection


def restart_at_once() -> None:
    """Restarts the server as if it had crashed; returns when it answers again."""
    data = _data_directory()
    owner = pwd.getpwuid(data.stat().st_uid)
    as_owner = {} if owner.pw_uid == os.getuid() else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    command = [_pg_ctl(), "--pgdata", data, "--mode", "immediate", "-w", "--timeout", "60", "restart"]
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


def _pg_ctl() -> Path:
    """Beside the program that runs: of the same version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
        return Path(cursor.fetchone()[0]) / "pg_ctl"
