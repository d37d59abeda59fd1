from django.db import migrations, models


class Migration(migrations.Migration):
    """What a lease is known by is its id; *token* means other things here."""

    dependencies = [("experiments", "0012_corrections")]

    operations = [
        migrations.RenameField("networkcall", "token", "lease_id"),
        migrations.RenameField("queueitem", "lease_token", "lease_id"),
        # PostgreSQL has renamed the column in the constraint as well: there is no need to check all rows once more.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("queueitem", "item_lease_while_running"),
                migrations.AddConstraint(
                    "queueitem",
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lease_id__isnull", False), ("lease_until__isnull", False), ("status", "running")
                        )
                        | models.Q(
                            models.Q(("status", "running"), _negated=True),
                            ("lease_id__isnull", True),
                            ("lease_until__isnull", True),
                        ),
                        name="item_lease_while_running",
                    ),
                ),
            ]
        ),
    ]
