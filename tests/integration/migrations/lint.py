"""What a migration would do to those who work on the database while it runs, and to code that does not know of it.

Most of it is found by `django-migration-linter` in the SQL. What it cannot know is which tables are large: there an index is
built beside the writers (`models.migrating`), and a constraint is checked after it is in force.
"""

import re
from collections.abc import Iterator

from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements

LARGE = (
    *("experiments_queueitem", "experiments_attempt", "experiments_run", "experiments_lead"),
    *("experiments_correctionentry", "experiments_auditentry"),
)
"""Tables that may have millions of rows."""
_OF_LARGE = rf'(public\.)?"?({"|".join(LARGE)})"?'
_AT_LARGE = {
    "INDEX_OF_LARGE_TABLE": re.compile(rf"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON {_OF_LARGE}\W"),
    "CONSTRAINT_OF_LARGE_TABLE": re.compile(
        rf"ALTER TABLE {_OF_LARGE} ADD CONSTRAINT (?!.*(NOT VALID|USING INDEX)).*(CHECK|FOREIGN KEY|UNIQUE)"
    ),
}


def problems(migration: Migration, state: ProjectState) -> tuple[set[str], ProjectState]:
    """Codes of what is wrong with it, and the models after it."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        after = migration.apply(state.clone(), editor, collect_sql=True)
    statements = [line for line in editor.collected_sql if not line.startswith("--")]
    errors, _, _ = analyse_sql_statements(PostgresqlAnalyser, statements, [])
    found = {error.code for error in errors}
    made = {match[1] for line in statements if (match := re.match(r'CREATE TABLE "(\w+)"', line))}
    for line in statements:
        for code, pattern in _AT_LARGE.items():
            match = pattern.search(line)
            if match and not any(table in made for table in match.groups() if table):
                found.add(code)
    return found, after


def newer_than(released: set[tuple[str, str]], apps: set[str]) -> Iterator[tuple[str, set[str]]]:
    """`app.name` of each migration of these apps that was not released, with its problems."""
    executor = MigrationExecutor(connection)
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True):
        if migration.app_label in apps and (migration.app_label, migration.name) not in released:
            found, state = problems(migration, state)
            yield f"{migration.app_label}.{migration.name}", found
        else:
            state = migration.mutate_state(state, preserve=False)
