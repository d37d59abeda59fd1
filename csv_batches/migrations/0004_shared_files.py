from django.db import migrations, models


class Migration(migrations.Migration):
    """Duplicates share a file: who uses one is looked up by its name."""

    dependencies = [("csv_batches", "0003_lease_id")]

    operations = [
        migrations.AddIndex(
            "csvbatch",
            models.Index(fields=("source",), condition=~models.Q(source=""), name="csvbatch_source"),
        )
    ]
