"""Operations for migrations of a site that runs."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.state import ProjectState

_HALF_BUILT = """
SELECT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE c.relname = %s AND NOT i.indisvalid AND pg_table_is_visible(c.oid))
"""


class AddIndexBesideWriters(AddIndexConcurrently):
    """Builds an index of a large table while others read and write it; for a migration with `atomic = False`.

    It waits for transactions that are older than itself, and nobody waits behind it: so it may, unlike everything else
    that `migrate` does. One that was broken off leaves an index that is not used, which would be in the way.
    """

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.collect_sql:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            before = cursor.fetchone()[0]
            cursor.execute("SET lock_timeout = 0")
            cursor.execute(_HALF_BUILT, [self.index.name])
            if cursor.fetchone()[0]:
                cursor.execute(f"DROP INDEX CONCURRENTLY {schema_editor.quote_name(self.index.name)}")
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            with schema_editor.connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])
