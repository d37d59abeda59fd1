"""A batch that was half run goes on from its backup on another PostgreSQL, and comes back to the first one.

uv run pytest tests/faults/test_backup_to_another_server.py -rP
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from experiments.models import QueueItem
from tests.faults.support import StartWorker, assert_whole, busy_batch, seen
from tests.support import paths
from tests.support.api import Api
from tests.support.other_server import PASSWORD, other_server
from tests.support.run_server import RunServer
from tests.support.worker import ROOT, database_url, eventually

ROWS, CONCURRENCY = 240, 8


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with other_server() as url:
        yield url


def manage(*arguments: object, url: str, var: Path) -> str:
    """What the command says; its keys are those of the tests, and its files those of `var`."""
    ours = {"SECRET_KEY": settings.SECRET_KEY, "FIELD_KEYS": paths.FIELD_KEY, "DATABASE_URL": url, "VAR_DIR": str(var)}
    command = [sys.executable, "manage.py", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **ours}, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def contents(url: str) -> dict[str, list[Any]]:
    """All rows of all tables as PostgreSQL writes them, and how far the sequences are."""
    found: dict[str, list[Any]] = {}
    with psycopg.connect(url, options="-c TimeZone=UTC") as session:
        tables = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            found[table] = session.execute(f'SELECT t::text FROM "{table}" t ORDER BY t::text COLLATE "C"').fetchall()
        found["sequences"] = session.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()
    return found


def files(var: Path) -> dict[str, bytes]:
    media = var / "media"
    return {str(path.relative_to(media)): path.read_bytes() for path in media.rglob("*") if path.is_file()}


def status_of(url: str, batch: str) -> str:
    with psycopg.connect(url) as session:
        row = session.execute("SELECT status FROM experiments_queue WHERE id = %s", [batch]).fetchone()
    assert row
    return str(row[0])


@pytest.mark.slow
def test_it_goes_on_there_and_comes_back(
    api: Api, run_server: RunServer, start_worker: StartWorker, elsewhere: str, tmp_path: Path
) -> None:
    worker = start_worker()
    here, batch = database_url(), busy_batch(api, run_server, rows=ROWS, concurrency=CONCURRENCY, latency_ms=100)
    worker.kill_group()
    before, sent = contents(here), {call["user_message"] for call in run_server.ledger()}
    answered = {
        f"row {index}" for index in QueueItem.objects.filter(status="succeeded").values_list("row_index", flat=True)
    }
    assert 0 < len(answered) < len(sent) < ROWS
    connection.close()

    there, var = tmp_path / "there.tar.zst", tmp_path / "var"
    manage("backup", there, url=here, var=paths.PLACE)
    assert PASSWORD not in manage("restore", there, url=elsewhere, var=var)
    assert contents(elsewhere) == before
    assert files(var) == files(paths.PLACE)

    run_server.script(latency_ms=0)
    begun = len(run_server.ledger())
    second = start_worker(DATABASE_URL=elsewhere, VAR_DIR=str(var))
    eventually(lambda: status_of(elsewhere, batch) == "completed", timeout_s=120, what="the batch elsewhere")
    second.terminate()
    again = Counter(call["user_message"] for call in run_server.ledger()[begun:])
    assert not answered & again.keys()
    figures = f"{len(answered)} rows had an answer, {len(again)} were called elsewhere"
    seen(f"{figures}, {len(sent - answered)} were in flight")

    back, after = tmp_path / "back.tar", contents(elsewhere)
    manage("backup", back, url=elsewhere, var=var)
    manage("restore", back, "--replace", "--no-input", url=here, var=paths.PLACE)
    assert contents(here) == after
    assert_whole(api, run_server, batch, rows=ROWS, repeated=len(sent - answered))


@pytest.mark.slow
def test_a_backup_is_of_one_moment_while_workers_run(
    api: Api, run_server: RunServer, start_worker: StartWorker, elsewhere: str, tmp_path: Path
) -> None:
    start_worker()
    batch = busy_batch(api, run_server, rows=1000, concurrency=CONCURRENCY, latency_ms=50)
    live = tmp_path / "live.tar"
    manage("backup", live, url=database_url(), var=paths.PLACE)
    assert api.batch(batch)["status"] == "running"
    manage("restore", live, url=elsewhere, var=tmp_path / "var")
    with psycopg.connect(elsewhere) as session:
        counted = session.execute("SELECT status, count(*) FROM experiments_queueitem GROUP BY 1").fetchall()
        kept = session.execute("SELECT queued, running, succeeded FROM experiments_queue").fetchone()
        recorded = session.execute("SELECT count(*) FROM experiments_run").fetchone()
    assert kept == tuple(dict(counted).get(status, 0) for status in ("queued", "running", "succeeded"))
    assert recorded == (dict(counted)["succeeded"],)
    assert 0 < dict(counted)["succeeded"] < 1000
