"""The database of the tests is what the migrations make, though it is a copy."""

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.support.migrated import PREFIX


@pytest.mark.django_db
def test_every_migration_has_been_applied_to_it() -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert ("experiments", "0001_initial") in executor.loader.applied_migrations


@pytest.mark.django_db
def test_it_is_a_copy_of_one_that_is_there() -> None:
    name = settings.DATABASES["default"]["TEST"]["TEMPLATE"]
    assert name.startswith(PREFIX)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        assert cursor.fetchone() == (1,)
