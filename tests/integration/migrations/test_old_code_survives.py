"""No migration breaks workers and web servers of the version before, which run while it is applied and after it."""

import re
from pathlib import Path

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from experiments.models.migrating import AddIndexBesideWriters
from tests.integration.migrations.lint import newer_than, problems

OURS = {"experiments", "csv_batches"}
DUMP = (Path(__file__).parent / "data" / "version_0_1_0.sql").read_text()

STOPPED = "workers of 0.1.0 know nothing of it; they are stopped for this upgrade, as docs/operations.md says"
INSERTS = "only web servers of 0.1.0, which are stopped for this upgrade, insert such a row"
A_PASS = "one pass over the table, in which others read and writers wait; before workers survived an upgrade"
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "csv_batches.0003_lease_id": ({"RENAME_COLUMN"}, STOPPED),
    "csv_batches.0005_rejects": ({"NOT_NULL"}, INSERTS),
    "experiments.0013_lease_ids": ({"RENAME_COLUMN"}, STOPPED),
    "experiments.0014_engine": (
        {"CONSTRAINT_OF_LARGE_TABLE", "DROP_COLUMN", "DROP_TABLE", "INDEX_OF_LARGE_TABLE"},
        STOPPED,
    ),
    "experiments.0017_breakers": ({"DROP_COLUMN"}, STOPPED),
    "experiments.0019_network_endpoints": ({"NOT_NULL"}, INSERTS),
    "experiments.0020_cost_and_reuse": ({"INDEX_OF_LARGE_TABLE"}, A_PASS),
    "experiments.0023_narrow_rows": ({"ADD_UNIQUE", "INDEX_OF_LARGE_TABLE"}, A_PASS),
    "experiments.0024_corrected_rows": ({"INDEX_OF_LARGE_TABLE"}, A_PASS),
    "experiments.0028_skipped_rows": ({"INDEX_OF_LARGE_TABLE"}, A_PASS),
}
"""What is known and stays, with the reason: migrations that were applied are not written anew."""


def released() -> set[tuple[str, str]]:
    """Migrations of the last release, 0.1.0, which is known by its dump."""
    table = re.search(r"^INSERT INTO public\.django_migrations .*?;$", DUMP, re.MULTILINE | re.DOTALL)
    assert table
    return set(re.findall(r"\(\d+, '(\w+)', '(\w+)',", table[0]))


@pytest.mark.django_db(transaction=True)
def test_no_migration_since_the_last_release_breaks_what_runs() -> None:
    found = dict(newer_than(released(), OURS))
    assert len(found) > 20
    wrong = {name: codes for name, codes in found.items() if codes}
    assert wrong == {name: codes for name, (codes, _) in EXCEPTIONS.items()}


@pytest.fixture(scope="module")
def today() -> ProjectState:
    return MigrationLoader(None).project_state()


def field(**options: object) -> models.IntegerField:
    return models.IntegerField(**options)  # type: ignore[arg-type]


INDEX = models.Index(fields=["error_code"], name="item_error_code")
SOME = models.Q(attempts__gte=0)


@pytest.mark.parametrize(
    ("operation", "codes"),
    [
        (migrations.AddField("queue", "later", field(default=0)), {"NOT_NULL"}),
        (migrations.AddField("queue", "later", field(default=0, db_default=0)), set()),
        (migrations.AddField("queue", "later", field(null=True)), set()),
        (migrations.RemoveField("queue", "skipped"), {"DROP_COLUMN"}),
        (migrations.RenameField("queue", "skipped", "later"), {"RENAME_COLUMN"}),
        (migrations.AlterField("queue", "skipped", models.TextField(db_default="")), {"ALTER_COLUMN"}),
        (migrations.DeleteModel("savedview"), {"DROP_TABLE"}),
        (migrations.AlterModelTable("savedview", "later"), {"RENAME_TABLE"}),
        (migrations.AddIndex("queueitem", INDEX), {"INDEX_OF_LARGE_TABLE"}),
        (AddIndexBesideWriters("queueitem", INDEX), set()),
        (migrations.AddIndex("savedview", models.Index(fields=["at"], name="at")), set()),
        (
            migrations.AddConstraint("queueitem", models.CheckConstraint(condition=SOME, name="some")),
            {"CONSTRAINT_OF_LARGE_TABLE"},
        ),
        (AddConstraintNotValid("queueitem", models.CheckConstraint(condition=SOME, name="some")), set()),
    ],
    ids=lambda value: value.describe() if isinstance(value, Operation) else "",
)
@pytest.mark.django_db(transaction=True)
def test_what_would_break_it_is_found(today: ProjectState, operation: Operation, codes: set[str]) -> None:
    later = migrations.Migration("later", "experiments")
    later.operations, later.atomic = [operation], not isinstance(operation, AddIndexBesideWriters)
    found, _ = problems(later, today)
    assert found == codes
