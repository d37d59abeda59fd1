"""A statement of the hot path takes values by name, and the server plans it once a connection."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, ProgrammingError, connection, transaction

from experiments.worker import statements
from experiments.worker.statements import Statement

pytestmark = pytest.mark.django_db

_PREPARED = """
SELECT count(*), coalesce(sum(generic_plans + custom_plans), 0)::int FROM pg_prepared_statements
WHERE statement LIKE %s
"""


def prepared(mark: str) -> tuple[int, int]:
    """How many statements of this session have that in their text, and how often they ran."""
    with connection.cursor() as cursor:
        cursor.execute(_PREPARED, [f"%{mark}%"])
        count, runs = cursor.fetchone()
        return count, runs


@pytest.fixture
def mark() -> str:
    return f"mark_{uuid4().hex}"


def test_values_go_where_their_names_are_and_may_be_named_again() -> None:
    statement = Statement("SELECT %(b)s::int, %(a)s::text, %(b)s::int + 1, %(a)s::text || '!'")
    assert statement.fetch({"a": "x", "b": 3}) == [(3, "x", 4, "x!")]


def test_values_without_a_name_in_it_are_left_out() -> None:
    assert Statement("SELECT %(a)s::int").fetch({"a": 1, "b": object()}) == [(1,)]


def test_a_value_that_is_missing_is_no_null() -> None:
    with pytest.raises(KeyError):
        Statement("SELECT %(a)s::int").fetch({})


def test_a_per_cent_sign_is_one_and_a_value_is_no_sql() -> None:
    assert Statement("SELECT 'a%', 7 % 4, %(a)s::text").fetch({"a": "'; %(b)s"}) == [("a%", 3, "'; %(b)s")]


@pytest.mark.parametrize("value", [None, 7, 1.5, "ä", True, [1, 2]])
def test_values_come_back_as_they_went(value: Any) -> None:
    types = {int: "int", float: "float8", bool: "bool", list: "int[]"}
    assert Statement(f"SELECT %(a)s::{types.get(type(value), 'text')}").fetch({"a": value}) == [(value,)]


def custom_plans(mark: str) -> int:
    """How often it was planned for its values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(custom_plans)::int FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{mark}%"]
        )
        return int(cursor.fetchone()[0])


def test_it_is_prepared_once_and_planned_for_all_values(mark: str) -> None:
    statement = Statement(f"SELECT %(a)s::int AS {mark}")
    assert prepared(mark) == (0, 0)
    for value in range(12):
        assert statement.fetch({"a": value}) == [(value,)]
    assert prepared(mark) == (1, 12)
    assert custom_plans(mark) == 0


@pytest.mark.django_db(transaction=True)
def test_so_it_is_after_a_transaction_that_began_the_connection_and_was_rolled_back(mark: str) -> None:
    connection.close()
    statement = Statement(f"SELECT %(a)s::int AS {mark}")
    with transaction.atomic():
        statement.fetch({"a": 0})
        transaction.set_rollback(True)
    for value in range(12):
        statement.fetch({"a": value})
    assert custom_plans(mark) == 0


def test_what_django_sends_is_not_prepared(mark: str) -> None:
    Statement("SELECT 1").fetch({})
    with connection.cursor() as cursor:
        for value in range(12):
            cursor.execute(f"SELECT %s::int AS {mark}", [value])
    assert prepared(mark) == (0, 0)


def test_a_new_connection_prepares_it_anew(mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    statement = Statement(f"SELECT %(a)s::int AS {mark}")
    statement.fetch({"a": 1})
    other = connection.copy()
    try:
        monkeypatch.setattr(statements, "connection", other)
        assert statement.fetch({"a": 2}) == statement.fetch({"a": 2}) == [(2,)]
        with other.cursor() as cursor:
            cursor.execute(_PREPARED, [f"%{mark}%"])
            assert cursor.fetchone() == (1, 2)
    finally:
        other.close()
    assert prepared(mark) == (1, 1)


def test_its_errors_are_those_of_django() -> None:
    with pytest.raises(DataError), transaction.atomic():
        Statement("SELECT %(a)s::text::int").fetch({"a": "x"})
    with pytest.raises(ProgrammingError), transaction.atomic():
        Statement("SELECT no_such_function(%(a)s::int)").fetch({"a": 1})
    assert Statement("SELECT %(a)s::int").fetch({"a": 1}) == [(1,)]
