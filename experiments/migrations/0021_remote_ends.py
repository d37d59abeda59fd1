"""What is known of calls whose end is not, which version answered, and what a remote calls a network."""

from django.db import migrations, models

from experiments.models.fields import ExactJSONField


class Migration(migrations.Migration):
    dependencies = [("experiments", "0020_cost_and_reuse")]

    operations = [
        migrations.AddField(
            "network",
            "remote_name",
            models.CharField(blank=True, help_text="What the remote calls it; empty: as here.", max_length=200),
        ),
        migrations.AddField(
            "queueitem",
            "looks",
            models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="How often the network was asked how that call ended."
            ),
        ),
        migrations.AddField(
            "queueitem",
            "unknown_end",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Error of a call that may have been answered.",
                max_length=32,
            ),
        ),
        migrations.AddField(
            "queueitem",
            "version",
            models.PositiveIntegerField(blank=True, help_text="Of the network, as its answer says.", null=True),
        ),
        migrations.AddField(
            "run",
            "version",
            models.PositiveIntegerField(blank=True, help_text="Of the network, as the answer says.", null=True),
        ),
        migrations.AlterField(
            "queue",
            "pinned_version",
            models.PositiveIntegerField(
                blank=True,
                help_text="The version of the network that every row is to be answered by: that of the start, or of "
                "the first answer.",
                null=True,
            ),
        ),
        # The same columns: what is in them is read with its numbers as they are.
        *(
            migrations.AlterField("queueitem", name, ExactJSONField(blank=True, null=True))
            for name in ("corrected_payload", "result_payload")
        ),
        migrations.AlterField("run", "debug", ExactJSONField(blank=True, null=True)),
        migrations.AlterField("run", "execution_log", ExactJSONField(default=list)),
        *(migrations.AlterField("run", name, ExactJSONField(default=dict)) for name in ("final", "request", "usage")),
    ]
