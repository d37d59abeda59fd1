"""A database that version 0.1.0 left becomes one of this tree, and nothing in it is lost."""

import base64
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.integration.migrations import after_migrating
from tests.support.worker import ROOT, database_url

DATA = Path(__file__).parent / "data"
NEWER = b",input_tokens,output_tokens,cost,version"
DUMP = (DATA / "version_0_1_0.sql").read_text()
TABLES = re.findall(r"^CREATE TABLE public\.(\w+)", DUMP, re.MULTILINE)

RENAMED = {
    ("csv_batches_upload", "token"): "lease_id",
    ("experiments_networkcall", "token"): "lease_id",
}
"""Columns that may have another name by now."""
DROPPED = {
    "experiments_queue": {"streak", "streak_group"},
    "experiments_queueitem": {"lease_token", "lease_until"},
    "experiments_workerprocess": {"queue_id"},
}
"""Columns that are gone: by now a lease and its end are a process's, which serves many queues, and its rows claims.
Failures in a row are counted by what counts together."""
EPHEMERAL = {"experiments_lane"}
"""Where workers were. None runs while a database is migrated."""
GROW = {"django_migrations", "django_content_type", "auth_permission"}
"""Tables in which Django writes down more with every migration and every new model."""

# The credentials in the dump are sealed with it.
FIELD_KEY = base64.urlsafe_b64encode(b"for a database of the tests only").decode()

Contents = dict[str, list[str | None]]
"""Of one table: the texts of each column, in the order of the rows."""


class OldDatabase:
    """What was in the old database, migrated by the first test that asks."""

    def __init__(self, url: str, var: Path) -> None:
        self.url = url
        self._var = var

    def migrate(self) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(DUMP)
        self.before = self._contents({})
        self.migrated = self.manage("migrate")
        self.after = self._contents(RENAMED)

    def _contents(self, renamed: dict[tuple[str, str], str]) -> dict[str, Contents]:
        with psycopg.connect(self.url) as connection:
            return {table: contents(connection, table, renamed) for table in TABLES}

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        own = {"DATABASE_URL": self.url, "VAR_DIR": str(self._var), "FIELD_KEYS": FIELD_KEY, "SECRET_KEY": "tests"}
        # Not the settings of the tests: their third kind would have a table of its own.
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **own}
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)


def contents(connection: "psycopg.Connection[Any]", table: str, renamed: dict[tuple[str, str], str]) -> Contents:
    """All of a table, under the names that the columns had in 0.1.0."""
    old_names = {new: old for (where, old), new in renamed.items() if where == table}
    columns = connection.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
        [table],
    )
    names = [name for (name,) in columns]
    texts = ", ".join(f'"{name}"::text' for name in names)
    # The first column is the primary key everywhere.
    rows = connection.execute(f'SELECT {texts} FROM "{table}" ORDER BY 1').fetchall()
    return {old_names.get(name, name): [row[position] for row in rows] for position, name in enumerate(names)}


def of_rows(found: Contents, keys: Sequence[str | None]) -> Contents:
    """Those rows only whose primary key is one of `keys`."""
    first = next(iter(found.values()))
    kept = [position for position, key in enumerate(first) if key in keys]
    return {name: [texts[position] for position in kept] for name, texts in found.items()}


@pytest.fixture(scope="module")
def old(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[OldDatabase]:
    """The old database after `migrate`, beside that of the tests on the same server."""
    with django_db_blocker.unblock():
        server = database_url()
    name = f"{urlsplit(server).path.lstrip('/')}_0_1_0"
    var = tmp_path_factory.mktemp("var")
    shutil.copytree(DATA / "media", var / "media")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
        found = OldDatabase(urlsplit(server)._replace(path=f"/{name}").geturl(), var)
        found.migrate()
        yield found
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def seen(old: OldDatabase) -> dict[str, Any]:
    """What people and programs then see."""
    call = "from tests.integration.migrations.after_migrating import look; look()"
    looked = old.manage("shell", "--verbosity", "0", "--command", call)
    assert looked.returncode == 0, looked.stderr
    found: dict[str, Any] = json.loads(looked.stdout)
    return found


def test_it_migrates(old: OldDatabase) -> None:
    assert old.migrated.returncode == 0, old.migrated.stderr


@pytest.mark.parametrize("command", [("migrate", "--check"), ("makemigrations", "--check", "--dry-run")])
def test_nothing_is_left_to_migrate(old: OldDatabase, command: tuple[str, ...]) -> None:
    done = old.manage(*command)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("table", sorted({*TABLES} - GROW - EPHEMERAL))
def test_a_table_has_as_many_rows_as_before(old: OldDatabase, table: str) -> None:
    before, after = (len(next(iter(found[table].values()))) for found in (old.before, old.after))
    assert after == before


@pytest.mark.parametrize("table", sorted({*TABLES} - EPHEMERAL))
def test_each_row_of_a_table_is_as_it_was(old: OldDatabase, table: str) -> None:
    before = old.before[table]
    after = of_rows(old.after[table], next(iter(before.values())))
    # A column that is new has nothing to be compared with; one that is gone, and is not listed, fails here.
    kept = {name: texts for name, texts in before.items() if name not in DROPPED.get(table, ())}
    assert {name: after.get(name) for name in kept} == kept


def test_rows_in_flight_are_claimed_under_the_leases_that_they_had(old: OldDatabase) -> None:
    items = old.before["experiments_queueitem"]
    leases = dict(zip(items["id"], items["lease_token"], strict=True))
    with psycopg.connect(old.url) as connection:
        claims = connection.execute("SELECT item_id::text, lease_id::text FROM experiments_claim").fetchall()
    assert dict(claims) == {item: lease for item, lease in leases.items() if lease is not None}
    assert claims


def test_the_dump_has_rows_in_each_table_of_ours(old: OldDatabase) -> None:
    """An empty one would be as before whatever happened to it."""
    ours = [table for table in TABLES if table.startswith(("experiments_", "csv_batches_"))]
    assert [table for table in ours if not next(iter(old.before[table].values()))] == []


def test_a_person_logs_in_with_the_password_of_before(seen: dict[str, Any]) -> None:
    assert seen["login"] == 302


def test_the_page_of_every_batch_and_experiment_is_there(seen: dict[str, Any]) -> None:
    """Completed, paused, cancelled, running, and drafts; opened by staff, who see those of all."""
    assert {after_migrating.BATCH, after_migrating.DRAFT, after_migrating.EXPERIMENT} < seen["pages"].keys()
    assert seen["pages"] == dict.fromkeys(seen["pages"], 200)


def test_the_export_has_the_cells_of_0_1_0(seen: dict[str, Any]) -> None:
    """With a key for the API that was made then; at its end are columns that are newer, and empty.

    More cells have quotes: those with a sign at which another reader may divide them.
    """
    then = list(csv.reader(io.StringIO((DATA / "version_0_1_0_export.csv").read_bytes().decode(), newline="")))
    newer = NEWER.decode().split(",")[1:]
    wanted = [then[0] + newer, *(row + [""] * len(newer) for row in then[1:])]
    assert list(csv.reader(io.StringIO(seen["export"], newline=""), strict=True)) == wanted


def test_the_score_of_the_experiment_is_as_before(seen: dict[str, Any]) -> None:
    assert seen["score"] == json.loads((DATA / "version_0_1_0_score.json").read_text())


def test_a_draft_goes_on_in_the_wizard(seen: dict[str, Any]) -> None:
    assert seen["steps"] == dict.fromkeys(after_migrating.STEPS, 200)


def test_the_file_that_a_draft_keeps_is_read_again(seen: dict[str, Any]) -> None:
    assert (seen["read_again"].get("rows"), seen["read_again"].get("columns")) == (3, ["Order no", "Body", "Größe"])


def test_the_tokens_of_networks_are_unsealed(seen: dict[str, Any]) -> None:
    expected = {"triage": "run-token-of-the-tests", "plain": "another-token-of-the-tests", "house": ""}
    assert seen["run_tokens"] == expected
