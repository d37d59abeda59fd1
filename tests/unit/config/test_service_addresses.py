"""The address of a database or broker holds a password: of one that cannot be read only the scheme is shown."""

from pathlib import Path

import pytest

from config.database import database
from config.environment import Environment
from tests.unit.config.conftest import problems

VAR = Path("/var/workbench")
REST = "Use postgresql://user:password@host/name, each part percent-encoded."


def read_database(value: str) -> tuple[dict[str, object], list[str]]:
    environment = Environment({"DATABASE_URL": value})
    return database(environment, var=VAR), problems(environment)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "pgsql"])
def test_an_address_of_postgresql_is_read(scheme: str) -> None:
    settings, found = read_database(f"{scheme}://me:p%40ss@db.example:5433/work?sslmode=require")
    parts = [settings[part] for part in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["django.db.backends.postgresql", "me", "p@ss", "db.example", 5433, "work"]
    assert found == []


def test_a_socket_of_this_machine_needs_no_host() -> None:
    settings, found = read_database("postgresql:///work")
    assert (settings["HOST"], settings["NAME"], found) == ("", "work", [])


def test_no_address_is_the_embedded_server() -> None:
    settings, found = read_database("")
    assert (settings["ENGINE"], settings["HOST"], found) == ("config.embedded_postgres", "/var/workbench/postgres", [])


@pytest.mark.parametrize("scheme", ["mysql", "sqlite", "unheard-of"])
def test_another_scheme_is_refused_by_name(scheme: str) -> None:
    assert read_database(f"{scheme}://me:secret@host/name")[1] == [
        f"DATABASE_URL can’t begin with “{scheme}://”. {REST}"
    ]


@pytest.mark.parametrize("value", ["secret@host/name", "host", "/var/run/secret"])
def test_a_missing_scheme_is_refused(value: str) -> None:
    assert read_database(value)[1] == [f"DATABASE_URL has no scheme. {REST}"]


@pytest.mark.parametrize("value", ["me:sec/ret@host/name", "me:secret@host:port/name", "me:sec ret@host/name"])
def test_a_malformed_address_is_refused_and_not_shown(value: str) -> None:
    assert read_database(f"postgresql://{value}")[1] == [f"DATABASE_URL isn’t an address. {REST}"]
