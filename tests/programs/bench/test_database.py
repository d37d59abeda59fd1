"""The bench has a database of its own, which is dropped whatever happens."""

import os
from pathlib import Path

import psycopg
import pytest

from csv_batches.bench.database import PREFIX, bench_environment, database_url
from tests.programs.bench.support import has_database, rows_of_site

pytestmark = pytest.mark.django_db(transaction=True)
US = os.getpid()
NOBODY = 900_000_000 + US % 1_000_000
"""No process has such a number."""


@pytest.fixture
def left_behind() -> str:
    """What a bench leaves that was killed; its URL."""
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {PREFIX}{NOBODY} TEMPLATE template0")
    return database_url(f"{PREFIX}{NOBODY}")


def test_it_is_there_within_the_block_and_gone_after_it() -> None:
    with bench_environment() as environment:
        assert has_database(US)
        with psycopg.connect(environment["DATABASE_URL"]) as session:
            assert session.info.dbname == f"{PREFIX}{US}"
        assert Path(environment["VAR_DIR"]).is_dir()
    assert not has_database(US)
    assert not Path(environment["VAR_DIR"]).exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_it_is_gone_after_an_error(error: type[BaseException]) -> None:
    with pytest.raises(error), bench_environment():
        raise error
    assert not has_database(US)


def test_a_session_that_is_still_open_does_not_keep_it() -> None:
    with bench_environment() as environment:
        session = psycopg.connect(environment["DATABASE_URL"])
    assert not has_database(US)
    session.close()


def test_what_a_killed_bench_left_is_dropped(left_behind: str) -> None:
    with bench_environment():
        assert not has_database(NOBODY)


def test_what_another_bench_uses_is_not(left_behind: str) -> None:
    with psycopg.connect(left_behind), bench_environment():
        assert has_database(NOBODY)
    with bench_environment():
        assert not has_database(NOBODY)


def test_nothing_is_written_into_the_site_s() -> None:
    before = rows_of_site()
    with bench_environment() as environment, psycopg.connect(environment["DATABASE_URL"]) as session:
        session.execute("CREATE TABLE anything (id int)")
    assert rows_of_site() == before


def test_its_tasks_and_its_calls_stay_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")
    monkeypatch.setenv("RUN_URL", "https://elsewhere.example/run")
    with bench_environment() as environment:
        assert (environment["REDIS_URL"], environment["RUN_URL"]) == ("", "")
