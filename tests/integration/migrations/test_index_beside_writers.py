"""An index of a large table is built beside those who write it, also after one that was broken off."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from experiments.management.commands.migrate import lock_timeout
from experiments.models.migrating import AddIndexBesideWriters

NAME = "item_for_a_test"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


def ask(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_it_is_built_anew_where_one_was_broken_off() -> None:
    operation = AddIndexBesideWriters("queueitem", models.Index(fields=["lost"], name=NAME))
    before = MigrationLoader(None).project_state()
    after = before.clone()
    operation.state_forwards("experiments", after)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE INDEX {NAME} ON experiments_queueitem (lost)")
            # As CREATE INDEX CONCURRENTLY leaves it.
            cursor.execute("UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = to_regclass(%s)", [NAME])
        with lock_timeout(), connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("experiments", editor, before, after)
            assert ask("SHOW lock_timeout") == ("2s",)
        assert ask(VALID, NAME) == (True,)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {NAME}")
