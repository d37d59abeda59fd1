"""Deletes of the large tables happen in the database: the ORM would load every row first."""

from django.db import migrations

CASCADES = [
    ("experiments_queueitem", "queue_id", "experiments_queue"),
    ("experiments_lane", "queue_id", "experiments_queue"),
    ("experiments_attempt", "item_id", "experiments_queueitem"),
    ("experiments_run", "item_id", "experiments_queueitem"),
]


def cascade(table: str, column: str, target: str) -> migrations.RunSQL:
    name = f"{table}_{column}_cascade"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE CASCADE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("experiments", "0001_initial")]

    operations = [cascade(*names) for names in CASCADES]
