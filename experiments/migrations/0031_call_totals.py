import django.contrib.postgres.fields
import django.db.models.deletion
import experiments.models.totals
from django.db import migrations, models


class Migration(migrations.Migration):
    """What `/metrics` counts has a table of its own. Workers of the version before leave it alone."""

    dependencies = [
        ('experiments', '0030_experiment_prompts'),
    ]

    operations = [
        migrations.CreateModel(
            name='CallTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32)),
                ('outcome', models.CharField(help_text='As in the ledger of attempts.', max_length=32)),
                ('status', models.CharField(help_text='Of the row after it.', max_length=16)),
                ('recorded', models.BigIntegerField(default=0, help_text='How often a row was recorded so.')),
                ('calls', models.BigIntegerField(default=0, help_text='How often the network was called for that.')),
                ('seconds', models.FloatField(default=0, help_text='That the calls took, in all.')),
                ('buckets', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=experiments.models.totals.no_calls, size=None)),
                ('tokens', models.BigIntegerField(default=0, help_text='Those too of which the direction is not known.')),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('cost', models.DecimalField(blank=True, decimal_places=12, help_text="Of those calls whose cost is known, in the network's currency.", max_digits=30, null=True)),
                ('network', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='experiments.network')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'network', 'outcome', 'status'), name='call_total_unique')],
            },
        ),
    ]
