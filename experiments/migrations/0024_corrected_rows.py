import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import experiments.models.fields

# By the index `item_corrected`, which has only the rows that were corrected: however many others there are.
COUNT = """
UPDATE experiments_queue q SET corrected = s.corrected, failed_corrected = s.failed
FROM (
    SELECT queue_id, count(*) AS corrected, count(*) FILTER (WHERE status = 'failed') AS failed
    FROM experiments_queueitem WHERE corrected_payload IS NOT NULL GROUP BY queue_id
) s WHERE q.id = s.queue_id
"""
CASCADES = (
    ("experiments_correctionact", "queue_id", "experiments_queue"),
    ("experiments_correctionentry", "act_id", "experiments_correctionact"),
    ("experiments_correctionentry", "item_id", "experiments_queueitem"),
)


def cascade(table, column, target):
    name = f"{table}_{column}_cascade"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {target} (id) ON DELETE CASCADE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def to_model(target, related_name):
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name=related_name,
        to=target,
    )


class Migration(migrations.Migration):
    """Which rows have a person's answer is counted and found by an index; what people changed can be undone.

    The index is built in one pass over the rows, a few seconds for a million, while others read but do not write.
    """

    dependencies = [
        ("experiments", "0023_narrow_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CorrectionAct",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("queue", to_model("experiments.queue", "correction_acts")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "fields",
                    models.JSONField(
                        default=list, help_text="Names of the fields that were set; empty: the whole answer."
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0, help_text="How many it has changed.")),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"indexes": [models.Index(fields=["queue", "-id"], name="correction_of_queue")]},
        ),
        migrations.CreateModel(
            name="CorrectionEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("act", to_model("experiments.correctionact", "entries")),
                ("item", to_model("experiments.queueitem", "+")),
                ("before", experiments.models.fields.ExactJSONField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["act", "id"], name="correction_entry_of_act"),
                    models.Index(fields=["item", "id"], name="correction_entry_of_item"),
                ]
            },
        ),
        *(cascade(*names) for names in CASCADES),
        migrations.AddField(
            model_name="queue",
            name="corrected",
            field=models.PositiveIntegerField(
                db_default=0, default=0, help_text="Rows with a person's answer, whatever their status."
            ),
        ),
        migrations.AddField(
            model_name="queue",
            name="failed_corrected",
            field=models.PositiveIntegerField(db_default=0, default=0, help_text="Those of them that failed."),
        ),
        migrations.AddIndex(
            model_name="queueitem",
            index=models.Index(
                condition=models.Q(("corrected_payload__isnull", False)),
                fields=["queue", "row_index"],
                name="item_corrected",
            ),
        ),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="queue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrected__lte", models.F("total")),
                    ("failed_corrected__lte", models.F("failed")),
                    ("failed_corrected__lte", models.F("corrected")),
                ),
                name="queue_corrected_are_rows",
            ),
        ),
    ]
