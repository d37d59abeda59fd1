"""F34: `migrate` beside an export that nobody reads, and beside running workers. Nobody waits for long."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from experiments.management.commands.migrate import LOCK_TIMEOUT_S
from tests.faults.support import StartWorker, assert_whole, seen
from tests.integration.api.support import Draft
from tests.integration.export.support import complete
from tests.support.api import Api, numbered
from tests.support.run_server import RunServer
from tests.support.worker import ROOT, database_url, eventually

LONGEST_WAIT = (
    "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0) FROM pg_locks WHERE NOT granted"
)
HAS_COLUMN = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'experiments_queueitem'::regclass AND attname = 'late'"
TRIES = 3
ROWS = 2000


def value(statement: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return float(cursor.fetchone()[0])


@contextmanager
def manage(*arguments: str, settings: str = "config.settings") -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryDirectory() as var:
        env = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": settings, "VAR_DIR": var}
        process = subprocess.Popen(
            [sys.executable, str(Path(ROOT) / "manage.py"), *arguments],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()


def migrating(*arguments: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return manage("migrate", "late_migration", *arguments, settings="tests.late_migration.settings")


@pytest.fixture
def large(api: Api) -> Draft:
    draft = Draft(api, api.draft(api.network(None, name="other")))
    api.upload(draft.id, b"id,text\n" + b"".join(b"%d,%b\n" % (index, b"x" * 1000) for index in range(19_000)))
    complete(draft)
    return draft


def test_it_lets_the_others_go_first(api: Api, run_server: RunServer, start_worker: StartWorker, large: Draft) -> None:
    start_worker()
    # Calls go on for minutes, if it takes minutes until the others have begun.
    run_server.script(latency_ms=500)
    batch = api.ready(api.network(run_server), numbered(ROWS), concurrency=4)
    api.run(batch)
    run_server.wait(done=4)
    with manage("export_csv_batch", large.id) as export:
        assert export.stdout is not None
        begun = export.stdout.read(1000)
        with migrating() as migrate:
            assert migrate.stderr is not None
            longest, before = 0.0, api.batch(batch)["progress"]["succeeded"]
            os.set_blocking(migrate.stderr.fileno(), False)
            said = b""
            deadline = time.monotonic() + 120
            while said.count(b"Trying again") < TRIES and time.monotonic() < deadline:
                longest = max(longest, value(LONGEST_WAIT))
                said += migrate.stderr.read() or b""
                time.sleep(0.02)
            tries = said.count(b"Trying again")
            assert tries == TRIES, said
            seen(f"{tries} tries; longest wait for a lock {longest:.2f} s (lock_timeout {LOCK_TIMEOUT_S} s)")
            # The server looks at its clocks now and then, and so do we.
            assert longest < LOCK_TIMEOUT_S + 1
            eventually(lambda: api.batch(batch)["progress"]["succeeded"] > before, what="more rows")
            assert not value(HAS_COLUMN)
            # Somebody reads the export.
            assert len(begun + export.stdout.read()) > 19_000_000
            assert export.wait(60) == 0
            os.set_blocking(migrate.stderr.fileno(), True)
            assert migrate.wait(60) == 0, migrate.stderr.read()
    assert value(HAS_COLUMN)
    run_server.script(latency_ms=0)
    assert_whole(api, run_server, batch, rows=ROWS, repeated=0)


def test_it_says_what_is_in_the_way_when_it_gives_up(large: Draft) -> None:
    with manage("export_csv_batch", large.id) as export:
        assert export.stdout is not None
        export.stdout.read(1000)
        with migrating("--try-for", "1") as migrate:
            _, said = migrate.communicate(timeout=120)
            assert migrate.returncode == 1
            assert b"table that is in use" in said
            assert b"process " in said
    assert not value(HAS_COLUMN)


@pytest.fixture(autouse=True)
def _as_before(transactional_db: None) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE experiments_queueitem DROP COLUMN IF EXISTS late")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'late_migration'")
