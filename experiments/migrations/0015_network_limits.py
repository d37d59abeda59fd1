import django.db.models.deletion
from django.db import migrations, models

BUDGETS_GO_WITH_THEIR_NETWORK = """
ALTER TABLE experiments_networkbudget ADD CONSTRAINT experiments_networkbudget_network_id_cascade
FOREIGN KEY (network_id) REFERENCES experiments_network (id) ON DELETE CASCADE
"""
NO_CASCADE = "ALTER TABLE experiments_networkbudget DROP CONSTRAINT experiments_networkbudget_network_id_cascade"


class Migration(migrations.Migration):
    """What a network may be asked for a minute, and what is left of that."""

    dependencies = [
        ('experiments', '0014_engine'),
    ]

    operations = [
        migrations.CreateModel(
            name='NetworkBudget',
            fields=[
                ('network', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='budget', serialize=False, to='experiments.network')),
                ('requests', models.FloatField(help_text='Calls that may begin; empty: there is no limit.', null=True)),
                ('tokens', models.FloatField(help_text='Below 0 while more were used. Empty: there is no limit.', null=True)),
                ('tokens_per_call', models.FloatField(help_text='Average; empty: none has ended yet.', null=True)),
                ('filled_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='lane',
            name='asks',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='Calls that it could begin soon, where they are limited a minute.'),
        ),
        migrations.AddField(
            model_name='network',
            name='requests_per_minute',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: no limit.', null=True),
        ),
        migrations.AddField(
            model_name='network',
            name='tokens_per_minute',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: no limit.', null=True),
        ),
        migrations.AddField(
            model_name='networkshare',
            name='permits',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='networkshare',
            name='permits_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='network',
            constraint=models.CheckConstraint(condition=models.Q(('requests_per_minute__gte', 1)), name='network_requests_per_minute_positive'),
        ),
        migrations.AddConstraint(
            model_name='network',
            constraint=models.CheckConstraint(condition=models.Q(('tokens_per_minute__gte', 1)), name='network_tokens_per_minute_positive'),
        ),
        migrations.RunSQL(BUDGETS_GO_WITH_THEIR_NETWORK, NO_CASCADE),
    ]
